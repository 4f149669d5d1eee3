"""What `distill verify` prints has words for keys, and says what it took from the report."""

import pytest
from builders.commands import distill_here

from distill.checker.check import Finding
from distill.checker.told import told


def row(derived, needs=0.5):
    return {"name": "x", "needs": needs, "derived": derived}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row(False), row(False)], "yes, by 2 tests of the inside, all of them taken from the"),
        ([row(True), row(True)], "yes, by 2 tests of the inside, all of them derived again"),
        ([row(True), row(False), row(False, None)], "yes, by 2 tests of the inside, 1 of them"),
    ],
)
def test_what_located_rests_on_is_said_where_it_is_ticked(rows, said):
    (found,) = told([Finding("located", True, "True")], {"figures": rows})
    assert found.detail.startswith(said)
    (none,) = told([Finding("located", True, "False")], {"figures": rows})
    assert none.detail == "no"


def test_over_a_box_no_lead_is_said_to_be_proved():
    lead = Finding("proof.smallest_lead", True, "0.001318583650844057")
    tree = {"space": "box", "proof": {"error": 4.97e-6}, "deviation": {"tolerance": 5.04e-6}}
    (found,) = told([lead], tree)
    assert (found.name, found.detail) == (
        "proved bound",
        "at most 5e-06; up to 5.1e-06 is the same",
    )
    (found,) = told([lead], {"space": "domain", "proof": {"error": None}})
    assert (found.name, found.detail) == ("proved lead", "at least 0.00131")


def test_what_failed_keeps_the_key_that_says_where():
    wrong = Finding("program_vs_model.agree", False, "the report says 3, derived 4")
    assert told([wrong], {}) == (wrong,)


def test_nothing_that_is_printed_is_a_key_or_has_16_digits(small_run, tmp_path):
    said = distill_here("verify", str(small_run), cwd=tmp_path).stdout
    ticked = said.split("not derived again")[0]
    assert next(line.split() for line in ticked.splitlines() if "program = network" in line) == [
        "✓",
        "program",
        "=",
        "network",
        "3,481",
        "of",
        "3,481",
        "inputs",
    ]
    assert "_" not in ticked.replace("verification.json", "")
    assert not [
        word
        for word in ticked.split()
        if word.count(".") == 1 and len(word) > 12 and word.replace(".", "").isdigit()
    ]
    decimals = "0.8924182013739745 0.947736715121185 prints 0.4338929865489844"
    (command,) = told([Finding("command line", True, decimals)], {})
    assert command.detail == "0.892418 0.947737 prints 0.433893"
