"""What a report says follows from its numbers: every sentence, and nothing beside."""

import copy
import json
import math

import pytest
from builders.changed_folder import changed

import distill
from distill.checker.scope import draw_in_words, holds_for, texts_held
from distill.checker.statements import (
    proof_statement,
    reasons,
    rows_that_bend_rules,
    words,
)
from distill.checker.verdict import verdict
from distill.records.sentences import not_derived, sentence
from distill.serialise import to_json


def counted(agree=100, total=100, **more):
    base = {
        *("heldout_agree", "heldout_total", "disagreement", "searched", "search_disagreements"),
        *("stress", "length"),
    }
    return {
        "agree": agree,
        "total": total,
        "exhaustive": True,
        "upper_bound_99": 0.05,
        **dict.fromkeys(base),
        **more,
    }


def tree(**more):
    """A report over a finite domain, as JSON nests it."""
    return {
        "space": "domain",
        "stored": True,
        "verdict": "exhaustive",
        "mechanism": {"kind": "fourier", "name": "waves", "variables": []},
        "program_vs_model": counted(),
        "model_vs_task": None,
        "program_vs_task": None,
        "proof": None,
        "figures": [],
        "longer": [],
        "diverges_at": None,
        "holds_for": {"lengths": None, "up_to_length": None},
        **more,
    }


def loop(agree=100, total=100, at=20, parted=None, **more):
    """A report over sequences of 10 steps, and of others of a length beyond."""
    of = {"agree": agree, "total": total}
    part = {"length": at, "program_vs_model": of, "program_vs_task": None, "model_vs_task": None}
    return tree(
        **{
            "space": "sequences",
            "verdict": "tested",
            "program_vs_model": counted(length=10, exhaustive=False),
            "longer": [part],
            "diverges_at": parted,
            "holds_for": {"lengths": "10 steps", "up_to_length": 10},
            **more,
        }
    )


def proof(lead=0.5, **more):
    return {"method": "margins", "smallest_lead": lead, "up_to_length": None, "error": None, **more}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (tree(program_vs_model=None), "refused"),
        (tree(), "exhaustive"),
        (tree(proof=proof()), "proved"),
        (tree(program_vs_model=counted(99)), "approximate"),
        (tree(program_vs_model=counted(0, 0), proof=proof()), "approximate"),
        (tree(proof=proof(), program_vs_model=counted(search_disagreements=1)), "approximate"),
        (tree(proof=proof(), stored=False), "tested"),
        (tree(program_vs_model=counted(exhaustive=False)), "tested"),
        # a sample is no proof, whatever its lead
        (tree(program_vs_model=counted(exhaustive=False), proof=proof()), "tested"),
        # what is no positive number proves nothing
        *((tree(proof=proof(lead)), "exhaustive") for lead in (0, -1.0, math.nan, math.inf, None)),
        (loop(), "tested"),
        (loop(proof=proof()), "proved"),
        (loop(proof=proof(up_to_length=10)), "proved"),
        (loop(proof=proof(up_to_length=9)), "tested"),
        (loop(proof=proof(), stored=False), "tested"),
        (
            loop(
                proof=proof(), program_vs_model=counted(length=10, stress={"agree": 1, "total": 2})
            ),
            "approximate",
        ),
    ],
)
def test_no_verdict_is_better_than_its_numbers(given, expected):
    assert verdict(given) == expected


def test_of_what_is_proved_of_every_text_nothing_is_left_to_prove():
    """Longer texts the network does not take; over sequences there are longer ones."""
    whole, short = (proof(up_to_length=n, lost=0.0) for n in (10, 9))
    told = {"program_vs_model": counted(length=10, exhaustive=False), "longer": []}

    def unproved(space, proof):
        said = reasons(loop(space=space, proof=proof, **told))
        return [each for each in said if each.startswith("not proved")]

    assert unproved("texts", whole) == []
    assert len(unproved("texts", short)) == 1
    (said,) = unproved("sequences", whole)
    assert "not proved for every length" in said


def test_what_is_proved_of_every_text_is_of_no_sample():
    draws = {"fresh": [{"kind": "uniform", "length": 4, "count": 90, "seed": 1}]}
    tested, proved = (texts_held(range(3), 4, draws, verdict=it) for it in ("tested", "proved"))
    assert tested["sampled"]
    assert "90 texts of 4 tokens" in tested["sampling"]
    assert (proved["sampled"], proved["sampling"]) == (False, None)
    assert proved["inputs"] == tested["inputs"] == 3 + 9 + 27 + 81


@pytest.mark.parametrize(
    ("given", "says", "never"),
    [
        (tree(verdict="proved"), "on all 100 inputs, and no rounding", "for the task"),
        (
            # a black box that was run on every input is no sample
            tree(verdict="tested", stored=False),
            "on all 100 inputs; the network was not stored",
            "drawn at random",
        ),
        (
            tree(verdict="approximate", program_vs_model=counted(99)),
            "on 99 of 100 inputs, which are all there are",
            "99% confidence",
        ),
        (
            tree(verdict="tested", program_vs_model=counted(exhaustive=False)),
            "drawn at random; with 99% confidence they differ on less than 0.051 of the domain",
            "all 100",
        ),
        (
            tree(
                verdict="proved",
                model_vs_task={"agree": 1595, "total": 1600},
                program_vs_task={"agree": 1595, "total": 1600},
            ),
            "Right for the task on 1,595 of 1,600 inputs: network and program are wrong on 5. The",
            "drawn",
        ),
        (
            tree(
                model_vs_task={"agree": 98, "total": 100},
                program_vs_task={"agree": 100, "total": 100},
            ),
            "Right for the task are the network on 98 of 100 inputs and the program on 100 of 100.",
            "drawn",
        ),
        (
            tree(
                model_vs_task={"agree": 100, "total": 100},
                program_vs_task={"agree": 100, "total": 100},
            ),
            "on all 100 inputs.",
            "for the task",
        ),
        (
            loop(0, 300),
            "; beyond 10 steps they part: at length 20 on 300 of 300 sequences.",
            "for the task",
        ),
        (
            loop(parted={"inputs": [[0]] * 14}),
            "; beyond 10 steps they part: on a sequence of 14.",
            "length 20",
        ),
        # of what is known the shortest, whatever was counted at a longer length
        (
            loop(0, 300, parted={"inputs": [[0]] * 14}),
            "; beyond 10 steps they part: on a sequence of 14.",
            "length 20",
        ),
        # within what is claimed nothing is beyond
        (
            loop(holds_for={"lengths": "up to 67 steps", "up_to_length": 67}, agree=1, total=2),
            "sequences of up to 67 steps",
            "they part",
        ),
        (
            loop(
                verdict="approximate",
                program_vs_model=counted(
                    length=10, exhaustive=False, stress={"agree": 8, "total": 10}
                )
                | {"search_disagreements": 3},
            ),
            "a search found 3 sequences on which they differ; they differ on 2 of 10 stress",
            "for the task",
        ),
        (
            loop(
                verdict="approximate",
                program_vs_model=counted(length=10, exhaustive=False) | {"search_disagreements": 1},
            ),
            "a search found 1 sequence on which they differ",
            "1 sequences",
        ),
    ],
)
def test_the_first_sentence_says_what_holds_then_where_it_ends(given, says, never):
    said = sentence(given)
    assert says in said
    assert never not in said
    assert said.endswith(".")


def test_longer_sequences_on_which_both_part_are_told_once_and_by_their_length():
    """Nobody knows how long those were that a network from a file was trained on."""
    given = loop(0, 300, parted={"inputs": [[0]] * 14})
    (told,) = [each for each in reasons(given) if "they part" in each]
    assert told == "at length 20 they part on 300 of 300 sequences"
    assert told not in sentence(given)


def test_what_a_verdict_holds_for_is_what_was_gone_through():
    every = holds_for("domain", [(0, 112), (1, 2)], (0, 112), "proved", {"kind": "every"}, None)
    assert every == {
        "domain": "a in 0..112, b in 1..2; answers 0..112",
        "inputs": 226,
        "sampled": False,
        "sampling": None,
        "lengths": None,
        "up_to_length": None,
    }
    draw = {"kind": "uniform", "count": 10_000, "length": 12, "seed": 2}
    tested = holds_for("sequences", [(0, 1)], 1, "tested", draw, 5)
    assert tested["inputs"] == 2**12
    assert tested["sampling"] == "10,000 sequences of 12 steps, drawn uniformly, PCG64(2)"
    assert (tested["lengths"], tested["up_to_length"]) == ("12 steps", 12)
    proved = holds_for("sequences", [(0, 1)], 1, "proved", draw, 5)
    assert (proved["lengths"], proved["up_to_length"], proved["inputs"]) == (
        "up to 5 steps",
        5,
        None,
    )
    assert holds_for("sequences", [(0, 1)], 1, "proved", draw, None)["lengths"] == "every length"
    sample = {"kind": "sample", "count": 20_000, "seed": 2}
    assert draw_in_words(sample).startswith("20,000 inputs drawn uniformly without")


@pytest.mark.parametrize("method", ["margins", "boxes", "recurrence", "recurrence in parts"])
def test_every_proof_says_what_it_proves_and_one_that_proves_nothing_says_so(method):
    good = proof_statement(tree(proof=proof(method=method, up_to_length=7, error=0.25)))
    bad = proof_statement(tree(proof=proof(0.0, method=method, up_to_length=0)))
    assert good != bad
    if method.startswith("recurrence"):
        assert "0.25" in good
        assert "within 7 steps" in good


@pytest.fixture(scope="module")
def planted(planted_run):
    return distill.load_run(planted_run).report


def test_a_report_says_what_its_numbers_say(planted):
    stored = json.loads(to_json(planted))
    assert words(stored) == {
        "verdict": planted.verdict,
        "located": planted.located,
        "reasons": list(planted.reasons),
        "proof.statement": planted.proof.statement,
    }
    assert rows_that_bend_rules(stored) == []
    assert reasons(stored) == reasons(planted.tree)


FORGED = {
    "located by a row": lambda tree: tree.update(located=False),
    "reasons": lambda tree: tree["reasons"].append("nothing at all"),
    "statement": lambda tree: tree["proof"].update(statement="on all integers"),
    "method": lambda tree: tree["proof"].update(method="boxes"),
    "holds for": lambda tree: tree["holds_for"].update(domain="all integers"),
    "inputs": lambda tree: tree["holds_for"].update(inputs=10**9),
    "space": lambda tree: tree.update(space="sequences"),
    "stored": lambda tree: tree.update(stored=False),
    "a bound": lambda tree: tree["figures"][0].update(needs=0.1),
    "a direction": lambda tree: tree["figures"][0].update(at_least=False),
    "a row said to be derived": lambda tree: row(tree, "decode_r2").update(derived=True),
    "a value of a derived row": lambda tree: row(tree, "kept_only_accuracy").update(value=0.999),
    "a row twice": lambda tree: tree["figures"].append(copy.deepcopy(tree["figures"][0])),
    "a test left out": lambda tree: tree["figures"].remove(row(tree, "decode_r2")),
    "a test not made": lambda tree: row(tree, "interchange_accuracy").update(value=None),
    "a kind without tests": lambda tree: tree["mechanism"].update(kind="other"),
}


def row(tree, name):
    (found,) = [figure for figure in tree["figures"] if figure["name"] == name]
    return found


@pytest.mark.part(7)
@pytest.mark.parametrize("change", FORGED.values(), ids=FORGED)
def test_words_that_were_changed_with_all_hashes_made_to_fit_are_caught(
    planted_run, tmp_path, change
):
    assert not changed(planted_run, tmp_path, "verification.json", change).ok


def test_what_is_not_derived_is_listed_by_construction(planted):
    taken = not_derived(planted.tree)
    assert {"decode_r2", "interchange_accuracy", "meaning", "mechanism.name"} <= set(taken)
    assert "logit_r2" not in taken
    assert "decode_r2" not in {figure.name for figure in planted.figures if figure.derived}
    black_box = {**planted.tree, "stored": False}
    assert "logit_r2" in not_derived(black_box)
    refused = {**planted.tree, "program_vs_model": None}
    assert "reasons" in not_derived(refused)
