"""Which texts a program is held against, and that rare faults are among what they show."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from builders.changed_folder import changed
from builders.compiled_texts import as_file, shifted

from distill.checker.count import upper_bound
from distill.checker.text_draws import check_text_draws
from distill.checker.texts import FEWEST_DRAWN, check_amount
from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.kinds.attention.extract import extract_attention
from distill.networks.trace import TextTrace
from distill.pages.evidence import evidence_rows
from distill.pages.statements import checked
from distill.pipeline import run_model
from distill.records.counts import DrawnTexts
from distill.records.refusal import Refusal
from distill.verify.texts import TextChecks, planned_texts

pytestmark = pytest.mark.usefixtures("page_undrawn")

PREVIOUS = '''"""P."""

import sys

__all__ = ["attend"]


def attend(xs: list[int]) -> list[int]:
    return {said}


if __name__ == "__main__":
    print(attend(list(map(int, sys.argv[1:]))))
'''
RIGHT = "[-1, *xs[:-1]]"


def test_all_texts_where_they_are_few_and_structured_ones_where_not():
    few = planned_texts(Texts(range(4), 8), 4)
    assert {draw.kind for draw in few.fresh} == {"every"}
    assert not few.stress
    many = planned_texts(Texts(range(11), 9), 11)
    assert [draw.kind for draw in many.fresh] == ["every"] * 2 + ["uniform"] * 7
    assert [draw.length for draw in many.stress] == list(range(3, 10))
    assert sum(draw.count for draw in many.stress) >= 5_000


def test_a_program_that_is_right_is_exhaustive_and_a_wrong_one_is_shown_where():
    view = TextTrace(shifted(tokens=2, longest=3))
    counted = TextChecks(PREVIOUS.format(said=RIGHT), view).counted([])
    assert counted.program_vs_model.exhaustive
    assert counted.program_vs_model.agree == counted.program_vs_model.total == 14
    wrong = TextChecks(PREVIOUS.format(said="[-1, *xs[1:]]"), view).counted([])
    seen = wrong.program_vs_model.disagreement
    assert (seen.inputs, seen.program, seen.model) == ((0, 1), (-1.0, 1.0), (-1.0, 0.0))


def test_of_texts_that_were_hunted_those_that_part_are_handed_on():
    """For a network that learns from them."""
    view = TextTrace(shifted(tokens=2, longest=3))
    hunted = [np.array([[0, 0]]), np.array([[1, 0, 1], [1, 1, 1], [0, 1, 0]])]
    right, wrong = (PREVIOUS.format(said=said) for said in (RIGHT, "[-1, *xs[1:]]"))
    assert TextChecks(right, view).counted(hunted).differ == ()
    (parted,) = TextChecks(wrong, view).counted(hunted).differ
    assert parted.tolist() == [[1, 0, 1], [0, 1, 0]]


def test_a_fault_that_random_texts_almost_never_show_is_shown_by_structured_ones():
    over = Texts(range(11), 8)
    draws = planned_texts(over, len(over.tokens))

    def differs(rows):  # wrong where all tokens but one are alike
        counts = np.stack([(rows == token).sum(axis=1) for token in over.tokens])
        return (counts.max(axis=0) >= rows.shape[1] - 1) & (rows.shape[1] == 8)

    fresh, stress = (draw.texts(over) for draw in (draws.fresh[-1], draws.stress[-1]))
    assert not differs(fresh).any()
    assert differs(stress).sum() > 20


def test_the_bound_is_of_the_texts_that_were_drawn_and_says_how(tmp_path, monkeypatch):
    """What was gone through says nothing of the rate among what was not."""
    for name, value in {"MAX_EVERY": 9, "EVERY_OF_A_LENGTH": 5, "FRESH": 1_000}.items():
        monkeypatch.setattr(f"distill.verify.texts.{name}", value)
    monkeypatch.setattr("distill.verify.texts.STRESS", 1_000)
    file = as_file(shifted(tokens=2, longest=4), tmp_path / "shift.npz")
    run = run_model(file, out=tmp_path)
    counted = run.report.program_vs_model
    assert counted.total == 2 + 4 + 1_000
    assert counted.drawn == DrawnTexts(1_000, 1_000, 3)
    assert counted.upper_bound_99 == upper_bound(0, 1_000)
    said = "all 6 texts of up to 2 tokens, and on 1,000 of 1,000 texts of 3 to 4 tokens, drawn "
    assert f"{said}uniformly, as many of every length; with 99%" in run.report.sentence
    assert said in " ".join(row.note for row in evidence_rows(run.report))
    assert said in " ".join(checked(run.report))

    def more(report):
        report["program_vs_model"]["drawn"]["total"] += 6

    found = changed(run.folder, tmp_path / "forged", "verification.json", more)
    wrong = {each.name for each in found.findings if not each.ok}
    assert wrong == {"program_vs_model.drawn.total", "verification.json"}
    assert not any("drawn" in each for each in found.not_derived)


@pytest.mark.parametrize(("size", "longest"), [(2, 512), (1_000, 512), (60, 200), (3_000, 40)])
def test_what_is_planned_is_what_the_checker_goes_through(size, longest):
    """However long texts are: an honest run never fails its own check for its size."""
    over = Texts(range(size), longest)
    draws = json.loads(json.dumps(asdict(planned_texts(over, size))))
    check_text_draws(draws, longest, FEWEST_DRAWN)
    check_amount({"longest": longest, "answers": range(size), "draws": draws}, size)


def test_texts_that_are_too_much_are_refused_before_anything_is_drawn():
    with pytest.raises(DistillError, match="texts of up to 512 tokens with 50,000 logits at each"):
        planned_texts(Texts(range(50_000), 512), 50_000)


def test_a_network_that_never_leads_clearly_is_refused_with_its_lead(tmp_path):
    network = shifted(tokens=2, longest=4)
    weak = {name: it / 1000 if name == "W_U" else it for name, it in network.parameters.items()}
    model = replace(network.model, parameters=weak)
    found = extract_attention(TextTrace(replace(network, model=model)))
    assert isinstance(found, Refusal)
    assert "no answer is a lead below 0.02, and the network's largest is 0.00" in found.reasons[0]


@pytest.mark.parametrize("kinds", [("structured", 9), ("uniform", 8), ("every", None)])
def test_draws_that_the_bound_is_not_about_are_refused(kinds):
    """Structured ones, fewer of one length, and all of a long one between drawn ones."""
    drawn = [{"kind": "uniform", "length": n, "count": 9, "seed": n} for n in (3, 4, 5)]
    stress = [draw | {"kind": "structured"} for draw in drawn]
    every = [{"kind": "every", "length": n, "count": None, "seed": None} for n in (1, 2)]
    check_text_draws({"fresh": [*every, *drawn], "stress": stress}, 5, 27)
    drawn[1] |= dict(zip(("kind", "count"), kinds, strict=True))
    with pytest.raises(ValueError, match="the certificate"):
        check_text_draws({"fresh": [*every, *drawn], "stress": stress}, 5, 27)
