"""The second search, by hypothesis: for inputs on which a network is least sure."""

import importlib
import sys

import numpy as np
import pytest

from distill.cli import main
from distill.cross_checks import searched_again
from distill.cross_checks.second_search import (
    least_sure,
    least_sure_sequences,
    second_search_inputs,
    second_search_sequences,
)
from distill.search.search import Asked


def near(target):
    return lambda rows: np.abs(rows.sum(axis=1, dtype=float) - target)


@pytest.mark.parametrize("shape", [(1009, 1009), (113, 113), (5000,)])
def test_what_is_visited_does_not_depend_on_the_modules_that_are_loaded(
    shape, tmp_path, monkeypatch
):
    before = least_sure(near(777), shape, 300)
    name = f"constants_{shape[0]}"
    (tmp_path / f"{name}.py").write_text("X = [901, 777, 333, 1001, 654, 4999, 112, 111]\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module(name)
    np.testing.assert_array_equal(least_sure(near(777), shape, 300), before)


@pytest.mark.parametrize("count", [2, 64, 65, 113, 4097])
def test_every_value_of_a_range_can_be_visited_and_none_beyond_it(count):
    seen = least_sure(near(count), (count,), 300)
    assert seen.min() == 0
    assert seen.max() < count
    assert seen.max() >= count - 1 - count // 4


def test_a_search_goes_where_the_lead_is_small():
    seen = least_sure(near(1500), (1009, 1009), 600)
    assert np.abs(seen.sum(axis=1) - 1500).min() < 50
    rows = least_sure_sequences(lambda words: np.abs(words - 150.0), 200, 4)
    assert np.abs(rows - 150).min() < 3


def test_it_says_where_program_and_network_differ():
    def ask(rows):
        lead = np.abs(rows.sum(axis=1, dtype=float) - 50)
        return Asked(lead < 2, lead)

    found = second_search_inputs(ask, (100, 100), 200)
    assert found.disagreements > 0
    assert abs(found.first.sum() - 50) < 2

    def ask_sequences(rows):
        lead = np.abs(rows.sum(axis=2, dtype=float) - 7)
        return Asked(lead == 0, lead)

    found = second_search_sequences(ask_sequences, [range(1, 9), range(-4, 5)], 5, 50)
    assert found.disagreements > 0
    assert found.first[-1].sum() == 7
    assert not (found.first[:-1].sum(axis=1) == 7).any()


def test_without_hypothesis_the_second_search_is_refused_in_a_line(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.setattr(sys, "argv", ["distill", "verify", "mod_add", "--search", "hypothesis"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "pip install 'distill[search]'" in said


@pytest.mark.claim
def test_a_stored_network_over_a_finite_domain_is_searched_again(tiny_run):
    assert searched_again(tiny_run).ok
