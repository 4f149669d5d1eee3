"""Of several programs that one is taken which is most surely what the network does."""

from types import SimpleNamespace

import pytest

from distill.kinds.kind import Written
from distill.networks.trace import SequenceTrace
from distill.verify import report
from distill.verify.report import Verified, shortest_first, verify_best


def program(name, nodes, tabulated=False, remembered=("total",)):
    mechanism = SimpleNamespace(kind="recurrence", name=name, remembered=remembered)
    made = object.__new__(Written)
    size = SimpleNamespace(ast_nodes=nodes)
    parts = {"mechanism": mechanism, "program": size, "tabulated": tabulated}
    for key, value in parts.items():
        object.__setattr__(made, key, value)
    return made


LISTED = program("listed", 1, tabulated=True), ("proved", True)
TESTED = program("tested", 2), ("tested", True)
PROVED = program("proved", 3), ("proved", False)
LOCATED = program("located", 4), ("proved", True)
BARE = program("bare", 3, remembered=()), ("proved", False)


@pytest.mark.parametrize(
    ("given", "taken", "asked"),
    [
        ((LISTED, TESTED), "tested", 2),
        ((TESTED, PROVED), "proved", 2),
        ((PROVED, LOCATED, TESTED), "located", 3),
        ((TESTED, BARE, LOCATED), "bare", 2),
        ((LISTED,), "listed", 1),
    ],
)
def test_proof_counts_before_place_and_place_before_length(monkeypatch, given, taken, asked):
    ends = {made.mechanism.name: end for made, end in given}
    seen = []

    def verify(made, others, view, name, checked_by):
        seen.append(made.mechanism.name)
        assert made not in others
        verdict, located = ends[made.mechanism.name]
        found = object.__new__(Verified)
        object.__setattr__(found, "report", SimpleNamespace(verdict=verdict, located=located))
        return found

    monkeypatch.setattr(report, "verify", verify)
    view = object.__new__(SequenceTrace)
    made, verified = verify_best([one for one, _ in given], view, "t", lambda source: None)
    assert made.mechanism.name == taken
    assert (verified.report.verdict, verified.report.located) == ends[taken]
    assert len(seen) == asked


def test_what_lists_comes_last_and_the_shorter_first():
    some = [LOCATED[0], LISTED[0], TESTED[0]]
    assert [each.mechanism.name for each in shortest_first(some)] == ["tested", "located", "listed"]
