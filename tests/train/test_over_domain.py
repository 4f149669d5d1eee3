"""Over a finite domain kinds of networks are tried in order; what is held out chooses nothing."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import distill
from distill.kinds.known import structure_score
from distill.runs.stages import Silent, Stages
from distill.train.designs import BY_NUMBERS, PATIENT, designs_for
from distill.train.domain_words import end_of
from distill.train.over_domain import DomainTraining
from distill.train.schedule import Recipe, Risen

SHORT = Recipe(max_steps=20, check_every=10, tail=10, rounds=0)


def larger(size=6, fraction=0.6, rule=max, **more):
    return distill.Task({"a": range(size), "b": range(size)}, range(size), rule, fraction, **more)


def names(*given, **more):
    return [design.name for design in designs_for(*given, **more)]


def test_the_kinds_in_order_and_one_that_was_chosen_instead():
    assert names(larger()) == ["numbers", "transformer", "mlp", "transformer"]
    assert names(larger(), "mlp-concat") == ["mlp,combine=concat"] * 2
    assert names(larger(architecture="mlp")) == ["mlp"] * 2
    assert names(larger(architecture="mlp"), "numbers") == ["numbers"] * 2
    assert names(larger(), None, SHORT) == ["transformer"]
    seeds = [design.first for design in designs_for(larger())]
    assert seeds[1] != seeds[3]
    assert designs_for(larger())[2].recipe.least == PATIENT


def quick(designs):
    return [
        replace(each, recipe=replace(SHORT, least=0), again=tuple(quick(each.again)))
        for each in designs
    ]


def trained(task, designs, verdicts):
    """What is handed on while verdicts come back: the kinds, and the training."""
    training, stages, shown = (
        DomainTraining(task, 0, designs, structure_score),
        Stages(Silent()),
        [],
    )
    for verdict in verdicts:
        if training.next_network(verdict, stages) is None:
            break
        shown.append(training._last.design.name)
    return shown, training


def always_right(monkeypatch, part=1.0, alike=False):
    """Networks that pass for learned; after so few steps what they answer says nothing."""
    monkeypatch.setattr("distill.train.loop._right", lambda *given: part)
    monkeypatch.setattr("distill.train.over_domain.np.array_equal", lambda *given: alike)


def test_another_kind_is_tried_where_nothing_was_understood(monkeypatch):
    always_right(monkeypatch)
    shown, _ = trained(larger(), quick(designs_for(larger())), [None, *["refused"] * 9])
    assert shown == ["numbers", "numbers", "transformer", "mlp", "transformer"]


def test_where_two_kinds_answer_alike_and_are_refused_no_third_is_trained(monkeypatch):
    """Of one kind where inputs are held out; where more minutes were given all go on."""
    always_right(monkeypatch, alike=True)
    designs = quick(designs_for(larger()))
    for fraction, kinds in ((1.0, ["numbers", "numbers", "transformer"]), (0.5, ["numbers"] * 2)):
        task = larger(fraction=fraction)
        shown, training = trained(task, designs, [None, *["refused"] * 9])
        assert shown == kinds
        training.take()
        said = " ".join(training.remarks)
        assert "two networks answer every input alike" in said
        count = len(kinds)
        assert f"{count} networks were trained, and none was understood" in said
        assert f"the report is of network {count}, {kinds[-1]}" in said
    longer = DomainTraining(larger(), 0, designs, structure_score, rounds=2)
    stages, count = Stages(Silent()), 0
    while longer.next_network("refused", stages) is not None and count < 4:
        count += 1
    assert count == 4


def test_after_much_work_one_more_design_is_begun_where_right_networks_are_refused(monkeypatch):
    """Unless minutes were given; work is steps times parameters, and the same on every machine."""
    always_right(monkeypatch)
    monkeypatch.setattr("distill.train.over_domain.WORK", 1.0)
    designs = quick(designs_for(larger(architecture="mlp"), at_most=1)) * 4
    shown, training = trained(larger(), designs, [None, *["refused"] * 9])
    assert len(shown) == 2
    assert any("--minutes" in remark for remark in training.remarks)
    longer = DomainTraining(larger(), 0, designs[:2], structure_score, rounds=2)
    stages, count = Stages(Silent()), 0
    while longer.next_network("refused", stages) is not None:
        count += 1
    assert count == 4


def test_what_is_quick_and_has_a_program_with_exceptions_is_tried_again_and_nothing_else(
    monkeypatch,
):
    """From other seeds, and read out more sharply in turn."""
    always_right(monkeypatch)
    designs = quick(designs_for(larger()))
    for verdicts in ([None, *["proved"] * 9], [None, "proved", *["refused"] * 9]):
        shown, training = trained(larger(), designs, verdicts)
        assert shown == ["numbers"] * 4
        assert len({attempt.seed for attempt in training.attempts}) == 4
    readouts = [
        each.begin(torch.Generator())["W_U"].abs().max() for each in (designs[0], *designs[0].again)
    ]
    assert readouts[0] == readouts[2] < readouts[1] == readouts[3]


def test_what_is_quick_and_refused_twice_gives_way_to_other_kinds(monkeypatch):
    always_right(monkeypatch)
    designs = quick(designs_for(larger()))
    shown, _ = trained(larger(), designs, [None, "refused", *["proved"] * 9])
    assert shown == ["numbers"] * 4
    for later in ("refused", "proved"):
        shown, _ = trained(larger(), designs, [None, "refused", "refused", *[later] * 9])
        assert shown == ["numbers", "numbers", "transformer", "mlp", "transformer"]


def test_after_much_work_a_design_that_learns_nothing_is_the_last_one_too(monkeypatch):
    monkeypatch.setattr("distill.train.over_domain.WORK", 1.0)
    designs = quick(designs_for(larger(architecture="mlp"), at_most=1)) * 4
    rights = iter([1.0, 1.0, *[0.1] * 20])
    monkeypatch.setattr("distill.train.loop._right", lambda *given: next(rights))
    shown, training = trained(larger(), designs, [None, "refused", "refused"])
    assert len(shown) == 1
    assert len(training.attempts) == 2


def test_a_third_is_read_off_a_straight_line_by_values_that_no_training_input_has():
    """Thirty of a hundred: where steps of a staircase lie is not said by their neighbours.

    Four seconds: a number that is read out plainly must fail first.
    """
    run = distill.run("quotient_by_three", out=None)
    assert run.report.verdict == "proved"
    assert run.report.mechanism.name == "a // 3"
    assert run.report.program_vs_task.agree >= 99


def test_a_network_that_is_wrong_on_its_training_inputs_is_read_only_where_there_is_no_other(
    monkeypatch,
):
    always_right(monkeypatch, 0.5)
    shown, training = trained(larger(), quick(designs_for(larger())), [None, "refused", "refused"])
    assert shown == ["numbers"]
    assert [attempt.kind for attempt in training.attempts] == [
        "numbers",
        "transformer",
        "mlp",
        "transformer",
    ]


def test_labels_that_are_held_out_change_nothing_but_what_is_said_of_them():
    """Neither the weights nor how long and how often is trained."""
    task = larger()
    mask = task.train_mask(0).reshape(6, 6)
    other = larger(rule=lambda a, b: max(a, b) if mask[a, b] else 0)
    runs = [
        distill.run(each, out=None, recipe=SHORT, architecture="numbers") for each in (task, other)
    ]
    first, second = runs
    for name, weights in first.model.parameters.items():
        assert np.array_equal(weights, second.model.parameters[name])
    attempts = [replace(each, right=None) for each in first.record.attempts]
    assert attempts == [replace(each, right=None) for each in second.record.attempts]
    assert first.report.program_vs_model == second.report.program_vs_model


def test_what_ended_a_training_is_said_as_it_was(monkeypatch):
    """Its score at the end may be anything, and is said beside it."""
    (design,) = quick(designs_for(larger(architecture="mlp"), at_most=1)[:1])
    for recipe, structure, said in (
        (replace(design.recipe, stalled=5), 0.0, "its score had not risen by 0.1 in 5 steps"),
        (design.recipe, 0.0, "its 20 steps were over before it was cooled down"),
        (replace(design.recipe, lost=9.0), 1.0, "cooled down from step 10"),
    ):
        training = DomainTraining(
            larger(), 0, [replace(design, recipe=recipe)], lambda *_, score=structure: score
        )
        training.next_network(None, Stages(Silent()))
        (attempt,) = training.attempts
        assert end_of(attempt) == f"{said}, score {structure:.2f} at the end"


def test_a_network_that_is_structured_once_and_never_again_is_not_waited_for():
    """It was unsure at the end of its tail, and the next does not begin in time."""
    (design,) = quick(designs_for(larger(architecture="mlp"), at_most=1)[:1])
    recipe = replace(
        design.recipe, max_steps=400, lost=9.0, rounds=3, clear=1.1, stalled=50, check_every=10
    )
    scores = iter([1.0, *[0.0] * 99])
    training = DomainTraining(
        larger(), 0, [replace(design, recipe=recipe)], lambda *_: next(scores)
    )
    training.next_network(None, Stages(Silent()))
    (attempt,) = training.attempts
    assert attempt.reached_at == 10
    assert attempt.steps == 80  # ten, a tail of ten, and the first check after fifty more


@pytest.mark.parametrize(("score", "steps"), [(0.75, 60), (0.71, 40)])
def test_where_structure_is_near_half_as_many_steps_are_added(score, steps):
    (design,) = quick(designs_for(larger(architecture="mlp"), at_most=1)[:1])
    recipe = replace(design.recipe, max_steps=40, structured=0.9, check_every=10, stalled=99)
    training = DomainTraining(larger(), 0, [replace(design, recipe=recipe)], lambda *_: score)
    training.next_network(None, Stages(Silent()))
    (attempt,) = training.attempts
    assert attempt.steps == steps
    assert attempt.stopped == f"its {steps} steps were over before it was cooled down"


def test_more_minutes_mean_more_rounds_from_other_seeds():
    designs = designs_for(larger())
    training = DomainTraining(larger(), 0, designs, structure_score, rounds=3)
    seeds = [(each.name, each.first) for each in training._designs]
    assert len(set(seeds)) == len(seeds) == 3 * len(designs)
    begun = [one.first for each in training._designs if each.again for one in (each, *each.again)]
    assert len(set(begun)) == len(begun) == 3 * 4


def test_an_architecture_that_was_asked_for_is_trained_again_from_a_seed_that_was_not_tried():
    first, second = designs_for(larger(), "numbers")
    assert second.first not in {first.first, *(each.first for each in first.again)}
    assert not second.again


def test_a_score_that_creeps_has_stalled_and_one_that_rises_has_not():
    creeping, rising = Risen(100), Risen(100)
    crept = [creeping.stalled(step, 0.3 + step / 10_000) for step in range(0, 300, 50)]
    rose = [rising.stalled(step, step / 500) for step in range(0, 300, 50)]
    assert crept[-1]
    assert not any(rose)


@pytest.mark.parametrize("rule", [max, lambda a, b: abs(a - b)])
def test_numbers_learn_what_goes_by_order(rule):
    """The last of 1,350 steps is right everywhere, with a program that lists nothing."""
    run = distill.run(larger(14, 0.7, rule), out=None)
    assert run.record.arch == "numbers"
    assert run.report.verdict == "proved"
    assert run.report.program.exceptions == 0
    assert run.report.program_vs_task.agree == 196
    assert run.record.attempts[0].recipe["weight_decay"] == BY_NUMBERS.weight_decay


def test_a_task_that_is_not_learned_says_what_to_try():
    table = np.random.default_rng(0).integers(0, 6, (6, 6))
    task = larger(rule=lambda a, b: int(table[a, b]))
    run = distill.run(task, out=None, recipe=SHORT)
    said = run.report.explanations[0]
    assert "to try: more than 60% of the inputs" in said
    assert "--arch" in said
    assert "--minutes" in said


def test_why_another_network_than_the_best_is_reported_is_said(monkeypatch):
    """The first that was read is that of the run; the second has more of what was held out."""
    designs = quick(designs_for(larger(architecture="mlp"), at_most=1))[:1] * 2
    rights = iter([0.3, 1.0, 0.5, 1.0])  # of what was held out, and of what was trained on
    monkeypatch.setattr("distill.train.loop._right", lambda *given: next(rights))
    training, stages = DomainTraining(larger(), 0, designs, structure_score), Stages(Silent())
    training.next_network(None, stages)
    training.take()
    (said,) = training.remarks
    assert "in one attempt; to try" in said
    training.next_network("refused", stages)
    said, which = training.remarks
    assert (
        "at best 50.0% of the held-out inputs are right, in 2 attempts (30.0% in attempt 1" in said
    )
    assert "what is held out chooses none)" in said
    assert "the report is of network 1" in which
