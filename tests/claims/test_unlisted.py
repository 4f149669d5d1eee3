"""A task of one's own ends in a faithful program, or in a refusal that says what was seen."""

import dataclasses

import pytest
from builders import unlisted_tasks
from builders.claims import claims

import distill
from distill.train import Recipe

FAITHFUL = {
    "twice_the_product": "(2 * a * b) mod 47, for all integers that 47 does not divide",
    "product_with_cube": "(a * b**3) mod 47, for all integers that 47 does not divide",
    "renamed_sum": "NUMBER_3[c] = (NUMBER_1[a] + NUMBER_2[b]",
}
BY_ANSWERS = {"shifted_product": "(a * b + 2 * a + b + 2) % 31"}
REFUSED = {
    "latin_square": "no Latin square",
    "product_mod_12": "of the logits",
    "power": "of no group",
}


def distilled(name):
    task = getattr(unlisted_tasks, name)()
    recipe = Recipe.for_data(task.train_count, task.domain.size)
    return distill.run(
        task, out=None, attempts=1, recipe=dataclasses.replace(recipe, max_steps=1500)
    ).report


@pytest.mark.parametrize("name", claims(FAITHFUL))
def test_what_is_a_cyclic_group_under_other_names_is_found(name):
    report = distilled(name)
    assert report.verdict == "proved", report.reasons
    assert report.program_vs_model.agree == report.program_vs_model.total
    assert report.program_vs_task.agree >= 0.99 * report.program_vs_task.total
    assert report.value("logit_r2") > 0.7
    assert report.figure("logit_r2").decoy < 0.3
    assert FAITHFUL[name] in report.meaning.statement


@pytest.mark.parametrize("name", claims(BY_ANSWERS))
def test_what_is_no_group_may_be_a_closed_form_of_which_nothing_is_located(name):
    report = distilled(name)
    assert report.verdict in {"proved", "exhaustive"}, report.reasons
    assert report.mechanism.kind == "closed_form"
    assert BY_ANSWERS[name] in report.mechanism.name
    assert not report.located
    assert report.program_vs_task.agree >= 0.98 * report.program_vs_task.total


@pytest.mark.parametrize("name", claims(REFUSED))
def test_what_is_none_is_refused_with_what_was_seen(name):
    report = distilled(name)
    assert report.verdict == "refused"
    assert report.program is None
    assert any(REFUSED[name] in reason for reason in report.reasons), report.reasons
