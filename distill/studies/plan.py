"""What is about to be run: a study, its settings in their types, and the folder that it goes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from distill.errors import DistillError, shown
from distill.runs.partial import fit_name
from distill.seeds import check_seed
from distill.studies.study import Asked, Setting, Study, told_as_its_own
from distill.tasks.family import EXPECTED, converted


@dataclass(frozen=True)
class Plan:
    """A run of a study.

    Attributes:
        specifier: what finds the study again, in another process.
        given: settings that are not the study's own, in their types.
        folder: where it goes.
    """

    study: Study
    specifier: str
    asked: Asked
    given: Mapping[str, Setting]
    quick: bool
    folder: Path

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of what is measured."""
        with told_as_its_own(self.study, "`parts`"):
            return self.study.parts(self.asked)


def plan(
    study: Study,
    specifier: str,
    settings: Mapping[str, str],
    out: Path,
    seed: int = 0,
    quick: bool = False,
    decoy: bool = False,
) -> Plan:
    """A run of a study, from what was typed.

    Raises:
        DistillError: a setting is unknown or of another type, or the seed is none.
    """
    check_seed(seed)
    given = {name: _read(study, name, text) for name, text in settings.items()}
    complete = {**study.settings, **(study.quick if quick else {}), **given}
    seeds = complete.get("seeds")
    if isinstance(seeds, int) and seeds < 1:
        raise DistillError(f"seeds = {seeds} of study '{study.name}': expected 1 or more")
    name = f"seed{seed}" + ("-quick" if quick else "") + ("-decoy" if decoy else "")
    name += "".join(f"-{key}{value}" for key, value in given.items())
    folder = out / "studies" / study.name / fit_name(name)
    return Plan(study, specifier, Asked(complete, seed, decoy), given, quick, folder)


def _read(study: Study, name: str, text: str) -> Setting:
    if name not in study.settings:
        known = ", ".join(study.settings) or "none"
        raise DistillError(f"study '{study.name}' has no setting '{name}'; it has: {known}")
    kind = type(study.settings[name])
    try:
        return converted(text, kind)
    except (ValueError, KeyError):
        raise DistillError(
            f"{name} = {shown(text)} of study '{study.name}': expected {EXPECTED[kind]}, for "
            f"example {name}={study.settings[name]}"
        ) from None
