"""The search for disagreements between a program and its network."""

import hashlib
import json
import shutil

import numpy as np
import pytest
from builders.changed_folder import rehash
from fault_kinds import TUNED, of_the_network
from held_out_faults import HELD_OUT
from planted_faults import planted_faults, rows_needed
from planted_machine import planted_network, random_minimal

import distill
from distill.checker import check
from distill.domains.sequences import Channels
from distill.search import folder as search_of_a_folder
from distill.search.search import (
    BUDGET,
    Asked,
    search_inputs,
    search_sequences,
    search_texts,
    seed_of,
)

pytestmark = pytest.mark.usefixtures("page_undrawn")

CONSTANTS = (0, 1, 7, -3, 42, 174293, 1, 10**40, -(10**25))


def visited(channels, length, constants=(), wrong=None, budget=BUDGET):
    """All rows that a search asks about, and what it comes to."""
    rows = []

    def ask(asked):
        rows.append(asked)
        differs = np.zeros(asked.shape[:2], bool) if wrong is None else wrong(asked)
        return Asked(differs, np.cos(asked.sum(axis=2)) + 1)

    found = search_sequences(ask, channels, length, constants, budget)
    return np.concatenate(rows), found


def say_one_more(folder):
    """Have a report say that a search asked about one more."""
    path = folder / "verification.json"
    report = json.loads(path.read_text())
    report["program_vs_model"]["searched"] += 1
    path.write_text(json.dumps(report))
    rehash(folder)


def digest(rows):
    return hashlib.sha256(rows.astype("<i8").tobytes()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("channels", "length", "seen"),
    [
        ([range(2)], 20, "b56ee6f72de20ab6"),
        ([range(-50, 50)], 10, "cf31b15a6136f7d4"),
        ([range(10), range(1, 4)], 6, "f8131915daab09a7"),
    ],
)
def test_what_is_visited_is_the_same_for_ever(channels, length, seen):
    assert digest(visited(channels, length, CONSTANTS)[0]) == seen


def test_the_state_of_other_generators_changes_nothing():
    before = digest(visited([range(30)], 8, CONSTANTS, budget=3000)[0])
    np.random.seed(1)  # noqa: NPY002
    assert digest(visited([range(30)], 8, CONSTANTS, budget=3000)[0]) == before


@pytest.mark.parametrize(
    ("channels", "length"),
    [
        ([range(1)], 3),
        ([range(-5, -2)], 1),
        ([range(1000)], 1),
        ([range(1), range(5)], 20),
        ([range(3, 5), range(-1000, 1000), range(7)], 4),
        ([range(100_000)], 40),
    ],
)
def test_rows_are_new_in_range_and_within_the_budget(channels, length):
    rows, found = visited(channels, length, CONSTANTS, budget=4000)
    assert found.visited == len(rows) == len(np.unique(rows, axis=0)) <= 4000
    assert found.disagreements == 0
    assert found.first is None
    for channel, values in enumerate(channels):
        assert rows[..., channel].min() >= values.start
        assert rows[..., channel].max() < values.stop


def test_everything_is_visited_where_that_is_little():
    assert visited([range(3)], 8)[1].visited == 3**8
    assert visited([range(2), range(-1, 2)], 4)[1].visited == 6**4


@pytest.mark.parametrize(
    "shape", [(2,), (5000,), (1000, 3, 1000), (4,) * 12, (1, 1), (7, 1, 10**5)]
)
def test_inputs_of_a_finite_domain(shape):
    rows = []

    def ask(asked):
        rows.append(asked)
        return Asked((asked == np.array(shape) - 1).all(axis=1), np.ones(len(asked)))

    found = search_inputs(ask, shape, CONSTANTS, 6000)
    seen = np.concatenate(rows)
    assert found.visited == len(seen) == min(len(np.unique(seen, axis=0)), 6000)
    assert seen.min() >= 0
    assert (seen < np.array(shape)).all()
    assert found.disagreements == 1  # the largest of all is visited
    np.testing.assert_array_equal(found.first, np.array(shape) - 1)


def test_the_shortest_beginning_is_told():
    def wrong(rows):
        total = rows[..., 0].cumsum(axis=1)
        return (total >= 250) | (np.arange(rows.shape[1]) == 9)

    rows, found = visited([range(100)], 10, wrong=wrong)
    assert found.disagreements == len(rows)
    assert found.first.shape == (3, 1)
    assert found.first.sum() >= 250


@pytest.mark.parametrize("make", [*TUNED, *HELD_OUT], ids=lambda make: make.__name__)
def test_a_planted_fault_is_found(make):
    assert rows_needed(planted_faults(make, 1)[0]) is not None


def test_a_right_program_has_no_disagreement():
    one = planted_faults(of_the_network, 1)[0]
    rows, found = visited(
        one.channels, one.length, wrong=lambda rows: one.right.run(rows) != one.right.run(rows)
    )
    assert (found.disagreements, found.first) == (0, None)
    assert 0.8 * BUDGET < len(rows) <= BUDGET


def test_counts_of_a_search_are_derived_by_verify_and_listed_by_the_checker_alone(tmp_path):
    network = planted_network(random_minimal(np.random.default_rng(1), 3, 2), 1)
    run = distill.distill(network, Channels((range(2),)), length=5, name="m", out=tmp_path)
    assert search_of_a_folder.check_run(run.folder).ok
    say_one_more(run.folder)
    alone, verified = check.check_run(run.folder), search_of_a_folder.check_run(run.folder)
    assert alone.ok
    assert "program_vs_model.searched" in alone.not_derived
    assert [f.name for f in verified.findings if not f.ok] == [
        "program_vs_model.searched",
        "verification.json",
    ]


def test_texts_that_part_are_found_and_handed_on():
    """One text of two million, near which a network is less sure."""
    wrong = np.array([5, 3, 1, 5, 4, 2, 2, 1, 4])

    def ask(rows):
        differs = np.zeros(rows.shape, dtype=bool)
        differs[:, 2] = (rows == wrong).all(axis=1)
        return Asked(differs, (rows != wrong).sum(axis=1, keepdims=True) + np.ones(rows.shape))

    found = search_texts(ask, range(1, 6), 9)
    assert found.disagreements == 1
    assert found.differ.tolist() == [wrong.tolist()]
    assert found.first.tolist() == wrong.tolist()
    nothing = search_texts(lambda rows: Asked(rows < 0, np.ones(rows.shape)), range(1, 6), 9)
    assert (nothing.disagreements, nothing.differ) == (0, None)


def test_another_network_is_asked_about_other_texts():
    """So that one which learned from a search is not asked what it learned."""
    asked = list[np.ndarray]()

    def ask(rows):
        asked.append(rows)
        return Asked(rows < 0, np.ones(rows.shape))

    weights = {"W": np.ones((2, 2), dtype=np.float32), "b": np.zeros(2)}
    moved = {"W": weights["W"] * np.float32(1.001), "b": weights["b"]}
    sets = list[set[bytes]]()
    for each in (weights, {**weights}, moved):
        asked.clear()
        search_texts(ask, range(8), 9, seed=seed_of(each))
        sets.append({row.tobytes() for rows in asked for row in rows})
    assert sets[0] == sets[1]
    assert len(sets[0] & sets[2]) < 0.6 * len(sets[0]), "families are the same, and no more"
    assert seed_of({"W": weights["b"], "b": weights["W"]}) != seed_of(weights)


def test_a_search_over_texts_is_made_again_by_verify(inducing_run, tmp_path):
    counted = distill.load_run(inducing_run).report.program_vs_model
    assert counted.searched > 1_000
    assert counted.search_disagreements > 0
    assert search_of_a_folder.check_run(inducing_run).ok
    folder = shutil.copytree(inducing_run, tmp_path / "run")
    say_one_more(folder)
    failed = [f.name for f in search_of_a_folder.check_run(folder).findings if not f.ok]
    assert "program_vs_model.searched" in failed
