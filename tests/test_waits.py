"""Who waits is told how far long work is, and how long it may take at most."""

import numpy as np
import pytest
from builders.compiled_texts import shifted

from distill import waits
from distill.kinds.attention.learned import found, read
from distill.kinds.attention.learned.trying import Tried
from distill.kinds.formula.search.source import OutOfWorkError, Source
from distill.runs import stages as timed
from distill.runs.stages import Stages
from distill.train.trainer import Ended


class Watcher:
    def __init__(self):
        self.told = []

    def begin(self, stage):
        pass

    def training(self, done, line):
        self.told.append((round(done, 3), line))

    def done(self, stage, line, seconds):
        pass


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [100.0]
    monkeypatch.setattr(timed.time, "perf_counter", lambda: now[0])
    return now


def test_what_is_left_is_said_once_it_can_be_known(clock):
    watcher = Watcher()
    stages = Stages(watcher)
    with stages.stage("extract"):
        waits.tell(0.0, "level 1 of at most 7")
        clock[0] += 10
        waits.tell(0.25, "level 2 of at most 7")
        clock[0] += 300
        waits.tell(0.5, "level 4 of at most 7")
    waits.tell(0.9, "nobody waits")
    assert watcher.told == [
        (0.0, "level 1 of at most 7"),
        (0.25, "level 2 of at most 7; at most about 30 s more"),
        (0.5, "level 4 of at most 7; at most about 5 min more"),
    ]


def test_a_stage_is_measured_from_its_own_beginning(clock):
    watcher = Watcher()
    stages = Stages(watcher)
    with stages.stage("train"):
        clock[0] += 1000
    with stages.stage("extract"):
        clock[0] += 20
        waits.tell(0.5, "half")
    assert watcher.told == [(0.5, "half; at most about 20 s more")]


@pytest.mark.parametrize(
    ("minutes", "seconds", "words"),
    [
        (2, 20, "step 5; at most about 60 s more"),
        (1, 20, "step 5; ended in 40 s at the latest"),
        (1, 0, "step 5; ended in 60 s at the latest"),
    ],
)
def test_a_training_with_a_limit_says_which_end_is_nearer(clock, minutes, seconds, words):
    watcher = Watcher()
    stages = Stages(watcher, minutes)
    with stages.stage("train"):
        clock[0] += seconds
        stages.training(0.25, "step 5")
        clock[0] += 200
        with pytest.raises(Ended, match="the limit of"):
            stages.training(0.3, "step 6")
    assert watcher.told[0] == (0.25, words)


def test_a_part_of_the_work_is_a_part_of_what_is_told():
    told = []
    with waits.told_to(lambda *it: told.append(it)), waits.part(0.5, 0.7):
        waits.tell(0.5, "half of a fifth")
        with waits.part(0.5, 1.0):
            waits.tell(0.5, "three quarters of it")
    with waits.part(0.2, 0.3):
        waits.tell(0.1, "to nobody")
    assert told == [(0.6, "half of a fifth"), (pytest.approx(0.65), "three quarters of it")]


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "5 s"), (43, "45 s"), (100, "2 min"), (7000, "2 h")]
)
def test_times_are_no_finer_than_they_are_known(seconds, words):
    assert waits.in_words(seconds) == words


def test_a_search_for_formulas_says_how_much_of_its_work_is_done():
    told = []
    source = Source(lambda points: points[:, 0], None, 1e-9, 1000)
    with waits.told_to(lambda *it: told.append(it)):
        for _ in range(10):
            source.values(np.zeros((100, 1)))
        with pytest.raises(OutOfWorkError):
            source.values(np.zeros((1, 1)))
    assert [done for done, _ in told] == pytest.approx([n / 10 for n in range(1, 11)])
    assert told[-1][1].endswith("1,000 of at most 1,000 points asked")


def searching(monkeypatch, latch, parts):
    """A search that finds at each level a program which answers the next part of texts alike."""
    programs = iter(parts)

    class Levels:
        pool = None

        def __init__(self, *_):
            pass

        def levels(self, most):
            yield from range(most)

    def better(*_):
        agree = np.arange(200) < 200 * next(programs)
        return [Tried(None, (), None, agree, cost=9.0)]

    for name, instead in (
        ("Enumeration", Levels),
        ("candidates", lambda _pool: []),
        ("try_all", better),
        ("latch_of", lambda _asked: latch),
        ("up_to", lambda asked, _latch: asked),
        ("_spread", lambda *_: np.arange(9)),
    ):
        monkeypatch.setattr(read, name, instead)
    texts, every = np.zeros((200, 2), int), np.ones((200, 2), bool)
    return read.Asked(texts, every, texts.astype(float), every)


@pytest.mark.parametrize("latch", [None, 1])
def test_a_search_over_texts_never_says_more_than_all(monkeypatch, latch):
    """It finds something better in every round, and never enough, so that it goes on as long as it
    may, in all of its searches.
    """
    told = []
    asked = searching(monkeypatch, latch, np.linspace(0.82, 0.98, 60))
    with waits.told_to(lambda *it: told.append(it)):
        read.searched(asked, asked, True, tuple(range(9)), lambda _asked: None)
    parts = [done for done, _ in told]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0, 1)
    first = "level 1 of at most 7"
    assert [line for _, line in told if line == first] == [first] * (2 if latch is None else 4)
    second = "level 2 of at most 7; the best program so far answers 82.0% of texts as the network"
    assert second in told[1][1]


@pytest.mark.parametrize(("best", "levels"), [(0.79, 3), (0.82, 7)])
def test_a_search_that_is_far_off_after_its_first_round_ends_there(monkeypatch, best, levels):
    """Low at its first levels it may be: what counts is the best of the round."""
    asked = searching(monkeypatch, None, [0.1, 0.4, best, *np.linspace(0.83, 0.98, 60)])
    told = []
    with waits.told_to(lambda *it: told.append(it)):
        read.searched(asked, asked, True, (0, 1), lambda _asked: None)
    assert round(told[-1][0] * read.MOST_LEVELS) == levels


def test_a_refusal_says_that_the_search_for_it_ended_early(monkeypatch):
    for part, early in ((0.5, True), (0.85, False)):
        tried = Tried(None, (), None, np.arange(200) < 200 * part, cost=9.0)
        monkeypatch.setattr(found, "search", lambda _network, tried=tried: [tried])
        _, refusal = found.read_learned(shifted())
        assert ("the search ended early" in refusal.reasons[0]) == early
        assert f"the best answers {part:.1%} of texts" in refusal.reasons[0]
