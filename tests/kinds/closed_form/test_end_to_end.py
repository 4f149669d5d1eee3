"""A network that answers by an expression: its program, its verdict, and what is caught."""

import json
import shutil

import numpy as np
import pytest
import torch
from builders.answering import listing
from builders.changed_folder import changed, rehash
from builders.commands import distill_here
from builders.groups import with_mechanism
from builders.paths import GOLDEN

import distill
from distill.checker.check import check_run, evidence_of
from distill.checker.closed_form import derive
from distill.checker.kind import FOLLOWS
from distill.checker.language import read_program
from distill.domains.finite import Domain
from distill.kinds.closed_form.emit import emit_closed_form
from distill.kinds.closed_form.kind import ClosedFormKind
from distill.kinds.closed_form.mechanism import ClosedFormMechanism

P = 12
WRONG = (4, 7)


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """A run over a network that holds max(a, b) as a table, with one answer that is another."""
    table = np.maximum.outer(np.arange(P), np.arange(P))
    table[WRONG] = 2
    domain = Domain((range(P), range(P)), range(P))
    out = tmp_path_factory.mktemp("listed")
    return distill.distill(listing(table, P), domain, name="largest", out=out)


def test_the_verdict_is_about_answers_and_says_that_the_inside_was_not_looked_at(listed):
    report = listed.report
    assert report.verdict == "proved"  # of every input, with leads that no rounding takes away
    assert not report.located
    assert any("nothing inside the network was looked at" in reason for reason in report.reasons)
    assert listed.mechanism.kind == "closed_form"
    assert report.program.exceptions == 1
    assert [listed.program(*row) for row in ((3, 5), (5, 3), WRONG)] == [5, 5, 2]
    assert check_run(listed.folder).ok


def test_its_program_is_the_golden_one(listed):
    assert listed.program.source == (GOLDEN / "closed_form.py").read_text()


def test_a_choice_is_written_by_cases_and_no_line_is_long():
    text = "min(a, 2) if a < b else 2 if b == 1 else int(a != b)"
    program = emit_closed_form(ClosedFormMechanism(text, ((1, 20), (1, 20)), ((1, 1, 0),)))
    lines = [line.strip() for line in program.source.splitlines()]
    at = lines.index("if a < b:")
    assert lines[at : at + 5] == [
        *("if a < b:", "return min(a, 2)", "if b == 1:", "return 2", "return int(a != b)")
    ]
    assert max(map(len, program.source.splitlines())) <= 88
    read_program(program.source)
    cards = [(a, b) for a in range(1, 21) for b in range(1, 21)]
    assert [program(a, b) for a, b in cards] == [
        0 if a == b == 1 else min(a, 2) if a < b else 2 if b == 1 else int(a != b) for a, b in cards
    ]


def test_a_black_box_with_any_readout_is_read_by_its_answers():
    domain = Domain((range(23), range(23)), range(23))
    run = distill.distill(lambda tokens: torch.eye(23)[tokens.sum(1) % 23], domain)
    assert "return (a + b) % 23" in run.program.source
    assert (run.report.verdict, run.report.located) == ("tested", False)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("program.py", lambda text: text.replace("return max(a, b)", "return max(a, b, 1)")),
        ("program.py", lambda text: text.replace("(4, 7): 2", "(4, 7): 3")),
        ("mechanism.json", lambda tree: tree.update(expression="min(a, b)")),
        ("mechanism.json", lambda tree: tree.update(expression="a if a > b else max(b, 1)")),
        ("mechanism.json", lambda tree: tree.update(expression="max(a, b)\n    return min(a, b)")),
        ("mechanism.json", lambda tree: tree.update(expression="max(a, b); x = 1")),
        ("mechanism.json", lambda tree: tree.update(expression="max(a, b) # gcd")),
        ("mechanism.json", lambda tree: tree.update(expression="[max(a, b)][0]")),
        ("mechanism.json", lambda tree: tree.update(exceptions=[])),
        ("mechanism.json", lambda tree: tree.update(exceptions=[[4, 7, 2], [0, 0, 0]])),
        ("mechanism.json", lambda tree: tree.update(inputs=[[0, 11], [0, 12]])),
        ("verification.json", lambda tree: tree.update(located=True, reasons=[])),
    ],
)
def test_what_is_changed_in_a_folder_is_caught(listed, tmp_path, name, change):
    assert not changed(listed.folder, tmp_path, name, change).ok


def test_it_is_shown_as_a_page_and_as_a_formula(listed):
    page = (listed.folder / "report.html").read_text()
    assert 'id="answers-title"' in page
    assert "max(a, b), but for 1 that the program lists" in page
    shown = distill_here("show", str(listed.folder), "--latex", cwd=listed.folder)
    assert r"\max\left(a, b\right) & \text{otherwise}" in shown.stdout
    assert json.loads((listed.folder / "mechanism.json").read_text())["exceptions"] == [[4, 7, 2]]


def test_its_formulas_say_where_they_do_not_hold(listed):
    kind = ClosedFormKind()
    assert kind.notation(listed.mechanism, "sympy") == (
        "Max(a, b)\n# not for (a, b) = (4, 7): there the answer is 2"
    )
    latex = kind.notation(listed.mechanism, "latex")
    assert r"2 & \text{if } (a, b) = (4, 7)" in latex
    assert r"\text{otherwise}" in latex


@pytest.mark.parametrize(
    ("change", "follows"),
    [
        ({}, True),
        ({"expression": "max(a, b) if a in {0, 1} else max(b, a)"}, True),
        ({"expression": "max(a, b) if a in {0, 1, 2} else max(b, a)"}, False),
        ({"exceptions": [[4, 7, 2], [0, 0, 0]]}, False),
    ],
    ids=str,
)
def test_values_are_not_listed_and_exceptions_are_what_the_rule_misses(listed, change, follows):
    """Whatever the report says of how many there are."""
    evidence = evidence_of(listed.folder)
    told = with_mechanism(evidence, evidence.mechanism | change)
    assert derive(told)[FOLLOWS] is follows


def test_a_table_is_no_closed_form_whatever_the_folder_says(listed, tmp_path):
    """All inputs but one listed as exceptions to a constant: the program answers as the network."""
    rows = [[a, b, listed.program(a, b)] for a in range(P) for b in range(P)]
    folder = shutil.copytree(listed.folder, tmp_path / "table")
    told = json.loads((folder / "mechanism.json").read_text())
    told |= {"expression": "0", "exceptions": [row for row in rows if row[2] != 0]}
    (folder / "mechanism.json").write_text(json.dumps(told))
    table = {(a, b): c for a, b, c in rows if c}
    text = (folder / "program.py").read_text().replace("{(4, 7): 2}", str(table))
    (folder / "program.py").write_text(text.replace("return max(a, b)", "return 0"))
    rehash(folder)
    wrong = [finding.name for finding in check_run(folder).findings if not finding.ok]
    assert "mechanism" in wrong


def test_squares_are_told_by_their_roots():
    domain = Domain((range(12), range(12)), range(2))
    squares = torch.tensor([n in {0, 1, 4, 9, 16} for n in range(23)]).long()
    run = distill.distill(lambda tokens: torch.eye(2)[squares[tokens.sum(1)]], domain)
    assert run.mechanism.kind == "closed_form"
    assert [run.program(a, b) for a, b in ((1, 3), (2, 3), (8, 8))] == [1, 0, 1]


def test_a_function_of_tokens_is_said_to_be_one():
    run = distill.distill(lambda tokens: tokens[:, 0] * 0 + 1, [range(5, 30)], range(2))
    assert any("it is given tokens" in remark for remark in run.report.remarks)
