"""Every study states what could fail, and its decoy fails."""

import dataclasses

import pytest

from distill.studies.gates import judged, result_of
from distill.studies.known import NAMES, known_studies
from distill.studies.study import Asked

STUDIES = known_studies()

SMALL = {
    "staged_craters": {"starts": 4000, "seeds": 2},
    "equal_losses": {"parts": 4, "steps": 600},
}
"""Settings under which a study is a matter of a second."""

BY_ITSELF = {
    "grokking_phases": {"excluded_at_end", "key_r2"},
    "superposition": {"keys_above_median"},
    "survival": {"rollout"},
    "infinity": {"log_growth", "with_decay", "without_decay"},
    "effective_theory": {"critical_fraction", "correlation"},
    "lu_mechanism": {"rise"},
    "leap_complexity": {"in_order"},
    "quantization": {"order", "slope", "discovery"},
    "equal_losses": {"slope", "together"},
    "learning_coefficient": {"worst"},
    "high_precision": {"off", "off_wide", "formula"},
    "staged_craters": {"slope"},
    "learned_rewards": {"named"},
    "induction_heads": {"score", "control", "kept", "sudden"},
    "lottery_ticket": {"ratio"},
    "path_consistency": {"same_order", "agreement"},
    "simplicity": {"peak_first"},
}
"""Gates that the decoy must fail."""


def quietly(done, what):
    pass


def gates_of(study, decoy, small):
    asked = Asked({**study.settings, **study.quick, **small}, 0, decoy)
    parts = {part: study.measure(asked, part, quietly) for part in study.parts(asked)}
    return judged(study.gates, study.tell(asked, parts).measured)


def test_studies_have_names_of_their_own_and_settings_that_quick_ones_differ_from():
    assert tuple(study.name for study in STUDIES) == NAMES
    assert {study.name for study in STUDIES} == set(BY_ITSELF)
    for study in STUDIES:
        assert {*study.quick} <= {*study.settings}, study.name
        assert {gate.measure for gate in study.gates} >= BY_ITSELF[study.name]
        assert study.claim.endswith(".")
        assert study.decoy
        assert study.kind != "own"
        assert dataclasses.is_dataclass(study.source)


@pytest.mark.parametrize(
    "study", [each for each in STUDIES if each.name in SMALL], ids=lambda each: each.name
)
def test_in_small_a_study_holds_and_its_decoy_does_not(study):
    real = gates_of(study, False, SMALL[study.name])
    assert {each.gate.measure for each in real if each.held} >= BY_ITSELF[study.name]
    fake = gates_of(study, True, SMALL[study.name])
    assert result_of(fake) != "holds"
    assert not {each.gate.measure for each in fake if each.held} & BY_ITSELF[study.name]


@pytest.mark.claim
@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # torch's own, on import
@pytest.mark.parametrize(
    "study", [each for each in STUDIES if each.name not in SMALL], ids=lambda each: each.name
)
def test_the_decoy_of_a_study_fails(study):
    fake = gates_of(study, True, {})
    assert result_of(fake) != "holds"
    assert not {each.gate.measure for each in fake if each.held} & BY_ITSELF[study.name]
