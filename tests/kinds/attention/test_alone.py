"""A program without selections is located where heads carry nothing, and only there."""

from dataclasses import replace

import pytest
import torch
from builders.changed_folder import changed
from builders.compiled_texts import as_file, of_position, shifted

from distill.checker.check import check_run
from distill.checker.kind import CLEAR
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.networks.trace import TextTrace
from distill.pipeline import run_model

TOKENS, LONGEST = 3, 4
LONG = 6
ITSELF = AttentionMechanism(
    (0, TOKENS - 1), LONGEST, (Step("answers", "map", ("tokens",), by="(x + 1) % 3"),)
)


def by_its_head():
    """The token after every token: its head looks at the position itself."""
    whole = shifted(tokens=TOKENS, longest=LONGEST, by=0)
    weights = dict(whole.parameters)
    weights["W_U"] = weights["W_U"].roll(1, 1).float()
    return replace(whole, model=replace(whole.model, parameters=weights))


def by_itself():
    """The same from the embedding, with a head that nothing reads."""
    whole = by_its_head()
    weights = dict(whole.parameters)
    d = len(weights["W_U"])
    weights["W_U"] = torch.cat([weights["W_U"][-TOKENS:], torch.zeros(d - TOKENS, TOKENS)])
    return replace(whole, model=replace(whole.model, parameters=weights))


def test_heads_that_carry_nothing_may_look_elsewhere_and_others_may_not():
    rows = replaced(ITSELF, TextTrace(by_itself()))
    assert rows["replaced_accuracy"].value == 1
    assert rows["replaced_accuracy"].decoy == 0
    assert rows["followed_accuracy"].value == 1
    assert "attention_shared" not in rows
    rows = replaced(ITSELF, TextTrace(by_its_head()))
    assert rows["replaced_accuracy"].value is not None
    assert rows["replaced_accuracy"].value < 0.8


def test_where_the_program_answers_another_text_alike_nothing_is_shown():
    constant = replace(ITSELF, steps=(Step("answers", "map", ("tokens",), by="0 * x"),))
    whole = by_itself()
    weights = {**whole.parameters, "W_U": 0 * whole.parameters["W_U"]}
    weights["b_U"] = torch.tensor([1.0, 0, 0])
    never = replace(whole, model=replace(whole.model, parameters=weights))
    assert replaced(constant, TextTrace(never))["replaced_accuracy"].decoy == 1


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    return run_model(as_file(by_itself(), folder / "alone.npz"), out=folder / "runs")


def test_a_run_of_one_is_located_and_the_checker_derives_it(run, tmp_path):
    assert (run.report.verdict, run.report.located) == ("exhaustive", True)
    assert run.report.mechanism.variables == ()
    assert check_run(run.folder).ok
    page = (run.folder / "report.html").read_text()
    assert "Heads were given their attention along another text" in page
    assert "The network was given tokens of another text" in page


@pytest.mark.parametrize("name", ["replaced_accuracy", "followed_accuracy"])
def test_another_figure_is_caught(run, tmp_path, name):
    def change(tree):
        (row,) = (row for row in tree["figures"] if row["name"] == name)
        row["value"] = 0.99

    assert not changed(run.folder, tmp_path, "verification.json", change).ok


def by_itself_of(tokens):
    """The token, from its embedding."""
    whole = shifted(tokens=tokens, longest=LONG, by=0)
    d = len(whole.parameters["W_U"])
    W_U = torch.cat([torch.eye(tokens), torch.zeros(d - tokens, tokens)])
    return replace(whole, model=replace(whole.model, parameters={**whole.parameters, "W_U": W_U}))


def of_a_period(by, **changes):
    steps = (Step("answers", "map", ("at",), by=by),)
    return AttentionMechanism((0, 1), LONG, steps, none=-1, **changes)


def test_a_program_of_the_position_follows_where_positions_are_moved_on():
    network = of_position(longest=LONG)
    rows = replaced(of_a_period("i % 2"), TextTrace(network))
    followed = rows["followed_accuracy"]
    assert (rows["replaced_accuracy"].value, followed.value, followed.decoy) == (1.0, 1.0, 0.0)
    assert followed.note == "the network was given other positions"


@pytest.mark.parametrize("by", ["i // 2 % 2", "(i + 1) % 2", "0 * i"])
def test_another_period_does_not_follow(by):
    rows = replaced(of_a_period(by), TextTrace(of_position(longest=LONG)))
    value, decoy = rows["followed_accuracy"].value, rows["followed_accuracy"].decoy
    assert value is not None
    assert decoy is not None
    assert value < 0.5 or value - decoy < CLEAR


def test_a_network_of_the_token_does_not_follow_a_program_of_the_position():
    """The token is the parity of its position in no text but one."""
    rows = replaced(of_a_period("i % 2"), TextTrace(by_itself_of(2)))
    assert (rows["followed_accuracy"].value or 0) < 0.5


def test_what_reads_both_is_asked_for_both():
    """Tokens alone would be followed; positions are not."""
    reads = of_a_period("(x + 0 * i) % 2")
    both = replace(reads, steps=(replace(reads.steps[0], of=("tokens", "at")),))
    rows = replaced(both, TextTrace(by_itself_of(2)))
    assert rows["followed_accuracy"].value == 0.0
    assert rows["followed_accuracy"].note is not None
    assert "tokens of another text, and other positions" in rows["followed_accuracy"].note


def test_the_checker_moves_positions_on_as_well(tmp_path):
    network = of_position(longest=4)
    run = run_model(as_file(network, tmp_path / "place.npz"), out=tmp_path / "runs")
    assert (run.report.verdict, run.report.located) == ("exhaustive", True)
    assert run.folder is not None
    assert check_run(run.folder).ok
    assert "The network was given other positions" in (run.folder / "report.html").read_text()
