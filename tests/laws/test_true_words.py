"""Sentences, names and captions over finite domains say what was measured, and of what."""

import re
from dataclasses import replace

import numpy as np
import pytest
import sympy
import torch
from builders.amount import examples
from builders.fourier import FIT, mechanism
from builders.fourier import square as outputs_of
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import planted_model, square

import distill
from distill.domains.finite import Domain
from distill.drawing.picture import Picture
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.embedding_exhibits import embedded_inputs
from distill.kinds.fourier.emit import Emitted, emit_fourier
from distill.kinds.fourier.exhibits import fourier_exhibits
from distill.kinds.fourier.mechanism import Wave
from distill.kinds.fourier.pictures import fourier_pictures
from distill.kinds.known import notation as written
from distill.kinds.refused.finite_exhibits import refusal_exhibits
from distill.kinds.refused.pictures import refusal_pictures
from distill.networks.black_box import BlackBox
from distill.networks.trace import trace
from distill.records.counts import Agreement, ProgramVsModel

LISTED = ((0, 0, 5), (1, 2, 6))
WITH_EXCEPTIONS = replace(
    mechanism(7, [(1, 5.0, 0.0), (3, 2.0, 0.0)], exceptions=LISTED),
    inputs=((0, 6), (0, 6)),
    outputs=(0, 6),
)


def test_a_meaning_says_for_how_many_inputs_it_is_another():
    emitted = emit_fourier(WITH_EXCEPTIONS, outputs_of(7))
    assert isinstance(emitted, Emitted)
    assert emitted.program(0, 0) == 5
    assert emitted.meaning.exceptions == 2
    assert emitted.meaning.statement.endswith("; the program answers so but for 2 inputs it lists")
    plain = emit_fourier(replace(WITH_EXCEPTIONS, exceptions=()), outputs_of(7))
    assert isinstance(plain, Emitted)
    assert plain.meaning.statement.endswith("for all integers")


def test_exported_formulas_hold_the_exceptions():
    latex, code = written(WITH_EXCEPTIONS, "latex"), written(WITH_EXCEPTIONS, "sympy")
    assert r"5 & \text{if } (a, b) = (0, 0)" in latex
    assert r"6 & \text{if } (a, b) = (1, 2)" in latex
    assert "otherwise" in latex
    assert code.splitlines()[1:] == [
        "# not for (a, b) = (0, 0): there the answer is 5",
        "# not for (a, b) = (1, 2): there the answer is 6",
    ]
    assert sympy.sympify(code).free_symbols == set(sympy.symbols("a b c"))


WAVES = st.dictionaries(
    st.integers(1, 11),
    st.tuples(
        st.floats(2, 9),
        st.sampled_from([0.0, 0.0, 0.4, 5.0, 60.0]),
        st.sampled_from(["clock", "pizza", "mixed"]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=examples(30), deadline=None)
@given(WAVES)
def test_name_docstring_and_table_say_the_same_of_every_frequency(drawn):
    """Whatever a frequency does alone: the label of a run is that of its program."""
    waves = tuple(
        Wave(k, size, 0.0, 0.1, pizza, label) for k, (size, pizza, label) in sorted(drawn.items())
    )
    found = replace(mechanism(23, []), waves=waves)
    emitted = emit_fourier(found, outputs_of(23))
    assert isinstance(emitted, Emitted)
    source = emitted.program.source
    table = re.search(r"^PIZZA = \{(.*?)\}", source, re.MULTILINE | re.DOTALL)
    varying = set(map(int, re.findall(r"(\d+):", table[1]))) if table else set()
    told = re.search(r"depends on the inputs for k = ([\d, and]+):", " ".join(source.split()))
    assert (set(map(int, re.findall(r"\d+", told[1]))) if told else set()) == varying
    for wave in waves:
        assert (wave.form == "clock") == (wave.frequency not in varying)
    forms = {wave.form for wave in waves}
    if len(forms) == 1:
        assert found.name.startswith(f"{forms.pop()} cosines")
    else:
        assert all(f"{wave.frequency} ({wave.form})" in found.name for wave in waves)


@pytest.mark.parametrize(
    ("amplitude", "pizza", "form"),
    [(5.0, 0.0, "clock"), (0.1, 5.0, "pizza"), (5.0, 5.0, "mixed"), (50.0, 5.0, "mixed")],
)
def test_the_form_of_a_wave_is_that_of_its_size(amplitude, pizza, form):
    assert Wave(1, amplitude, 0.0, 0.1, pizza, label="clock").form == form


@pytest.fixture(scope="module")
def planted():
    return distill.distill(planted_model(11, {2: 5.0, 3: 4.0}), square(11), name="planted")


def counted(agree, total, exhaustive=True):
    return ProgramVsModel(agree, total, None, None, exhaustive, 0.1, None, None, None)


def test_what_is_wrong_for_the_task_comes_first(planted):
    wrong = replace(
        planted.report, model_vs_task=Agreement(116, 121), program_vs_task=Agreement(116, 121)
    )
    assert wrong.sentence.startswith(
        "Right for the task on 116 of 121 inputs: network and program are wrong on 5. The program"
    )
    other = replace(wrong, program_vs_task=Agreement(115, 121), program_vs_model=counted(120, 121))
    assert other.sentence.startswith(
        "Right for the task are the network on 116 of 121 inputs and the program on 115 of 121."
    )
    right = replace(
        planted.report, model_vs_task=Agreement(121, 121), program_vs_task=Agreement(121, 121)
    )
    assert right.sentence.startswith("The program answers as the network does on all 121 inputs")


@pytest.mark.parametrize(
    ("agree", "said"), [(116, "on 116 of 121 inputs"), (121, "on all 121 inputs")]
)
def test_a_refusal_says_what_the_network_got(planted, agree, said):
    refused = replace(
        planted.report,
        program_vs_model=None,
        holds_for=None,
        model_vs_task=Agreement(agree, 121),
        verdict="refused",
    )
    assert f"which is right for the task {said} that were checked" in refused.sentence


def test_inputs_that_were_all_run_were_not_drawn(planted):
    for verdict, agree in (("tested", 121), ("approximate", 120)):
        report = replace(planted.report, verdict=verdict, program_vs_model=counted(agree, 121))
        assert "drawn" not in report.sentence
        assert "confidence" not in report.sentence
        drawn = replace(report, program_vs_model=counted(agree, 121, exhaustive=False))
        assert "drawn at random" in drawn.sentence


def captions(pictures: tuple[Picture, ...]) -> str:
    """Everything that is said beside these pictures."""
    return " ".join(f"{each.caption} {each.alternative}" for each in pictures)


def test_a_program_accounts_for_no_less_than_nothing():
    """Of an output that the waves say nothing of, and in planes that overlap."""
    domain = Domain((range(10), range(10)), range(19))
    network = BlackBox.over(
        lambda tokens: torch.cos(
            2 * torch.pi * (torch.arange(19) - tokens.sum(1, keepdim=True)) / 19
        ),
        domain,
    )
    traced = trace(network, domain)
    waves = [(1, 900.0, 2.0), (2, 500.0, 1.0)]
    loud = replace(mechanism(19, waves), fit=FIT)
    exhibits = fourier_exhibits(loud, traced)
    assert exhibits.logits is not None
    assert exhibits.logits.r2 < 0
    said = captions(fourier_pictures(loud, exhibits))
    assert "accounts for nothing" in said
    assert not re.search(r"[-−]\d[\d.]*%", said)


def test_planes_that_overlap_hold_no_more_than_all():
    """Values that do not go all the way round: planes of neighbouring frequencies share much."""
    model = planted_model(19, {1: 5.0, 2: 4.0})
    (half,) = embedded_inputs(model, square(19), Coordinate((1, 1), 0, 40), tuple(range(1, 21)))
    assert sum(half.shares) > 1.5
    assert half.keys_share == pytest.approx(1)


@pytest.mark.parametrize(
    ("heldout", "by_heart"), [(1.0, False), (0.95, False), (None, False), (0.02, True)]
)
def test_answers_by_heart_are_told_only_where_held_out_answers_are_wrong(heldout, by_heart):
    domain = Domain((range(8), range(8)), range(8))
    xor = torch.arange(8)[:, None] ^ torch.arange(8)[None, :]
    network = BlackBox.over(lambda tokens: 5.0 * np.eye(8)[xor[tokens[:, 0], tokens[:, 1]]], domain)
    said = captions(refusal_pictures(refusal_exhibits(trace(network, domain)), heldout))
    assert ("memorised answers" in said) == by_heart
    assert "remembered" not in said
