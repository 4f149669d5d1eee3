"""What a training was made with stands on its page in words, and what it did not use does not."""

from dataclasses import asdict, fields, replace

import numpy as np
import pytest
from builders.html_page import Page, page_in_words
from builders.paths import ROOT

from distill.pages.attempts import attempts_table
from distill.pages.recipe_said import EVERY, OF_ONE, recipe_rows
from distill.pages.spaces import SPACES
from distill.runs.store import load_run
from distill.tasks.texts import TextTask
from distill.train.integer_recipes import ChoiceRecipe, ValueRecipe
from distill.train.layers import LayersRecipe
from distill.train.learning import SecondOrderRecipe
from distill.train.over_box import BoxRecipe
from distill.train.schedule import Recipe
from distill.train.text_recipes import TextRecipe, settings_of

RECIPES = (
    *(ChoiceRecipe, ValueRecipe, LayersRecipe, SecondOrderRecipe, BoxRecipe, Recipe, TextRecipe),
)


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_setting_has_words(recipe):
    made = asdict(recipe())
    own = next((words for name, words in OF_ONE.items() if name in made), {})
    assert not [each.name for each in fields(recipe) if each.name not in EVERY | own]
    assert len(set(recipe_rows(made))) == sum(it not in (None, (), []) for it in made.values())


def test_what_is_one_of_a_kind_is_of_one_kind():
    for name in OF_ONE:
        assert sum(name in asdict(recipe()) for recipe in RECIPES) == 1


def test_nothing_is_said_of_what_was_not_asked_for():
    rows = recipe_rows({"given_up": None, "asked": [], "betas": [0.9, 0.98], "glance": 1000})
    assert rows == {"decays of Adam's means": "0.9, 0.98", "fresh sequences of a look": "1,000"}
    assert recipe_rows({"noise_steps": 3, "asked": [[100, 0.5]]}) == {
        "steps in which noise grows, at most": "3",
        "steps, and the part right by then, or it is set aside": "100, 0.5",
    }


def test_a_page_has_no_setting_by_its_name_in_the_code(small_run):
    page = page_in_words(load_run(small_run))
    named = {text for _, text in Page(page).all("th", scope="row")}
    assert "steps of cooling down" in named
    assert not named & {"given up", "least", "lost", "clear", "structured", "betas"}
    assert '<td class="figure">None</td>' not in page


def test_a_column_holds_what_its_head_says(small_run):
    record = load_run(small_run).record
    (*_, one) = record.attempts
    stopped = replace(one, reached_at=None, stopped="its score had not risen by 0.1")
    table = attempts_table(replace(record, attempts=(one, stopped)))
    ended = table.header.index("what ended it")
    assert table.rows[0][ended].startswith("cooled down from step ")
    assert table.rows[1][ended] == "its score had not risen by 0.1"
    assert table.rows[0][1] == record.arch  # the name that `--arch` takes, and the terminal has


def test_the_size_of_a_transformer_is_not_called_0_units(small_run):
    record = load_run(small_run).record
    sizes = {"n_layers": 1, "n_heads": 2, "d_model": 32, "d_mlp": 64}
    texts = replace(
        record.attempts[0], kind="transformer over texts", sizes=sizes, judged_on="fresh sequences"
    )
    table = attempts_table(replace(record, attempts=(texts,)))
    assert (table.header[1], table.header[3]) == ("size", "fresh texts right")
    assert table.rows[0][1] == "1 layer, 2 heads, 32 wide"


@pytest.mark.parametrize(
    ("sampler", "said"),
    [
        (None, ": three quarters at random, a quarter structured"),
        (lambda rng, n, length: np.zeros((n, length), dtype=int), ": half as the task draws them,"),
    ],
)
def test_only_a_task_that_draws_texts_is_said_to(sampler, said):
    task = TextTask({"x": range(3)}, range(3), lambda xs: xs, length=4, sampler=sampler)
    run = load_run(ROOT / "outputs" / "gallery" / "reverse", network=False)
    used = replace(run.record.attempts[-1], recipe=settings_of(TextRecipe(), task), discarded=False)
    run = replace(run, record=replace(run.record, attempts=(used,)))
    assert said in SPACES["texts"].data(run)
