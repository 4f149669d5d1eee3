"""The README's table of networks that somebody else trained.

    .venv/bin/python benchmarks/checkpoints.py FOLDER

Every checkpoint of the folder is a row. The facts that stand beside some of them (`NAME.json`:
key frequencies, accuracy) are read here, to be printed beside what was found; nothing but the
layout's own fields of them is read by distill.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

import distill
from distill.importing.tensors import SUFFIXES
from distill.runs.store import Run

COLUMNS = (
    *("checkpoint", "layout", "seconds", "coordinate", "frequencies", "as published", "R²"),
    *("exceptions", "located", "verdict", "what was seen"),
)


def published_keys(path: Path) -> list[int] | None:
    """Key frequencies by the facts beside a checkpoint, if they name any."""
    try:
        facts = json.loads(path.with_suffix(".json").read_text())
    except (OSError, ValueError):
        return None
    named = [key for key in facts.get("paper_key_reps", []) if key.startswith("freq_")]
    return facts.get("key_frequencies") or [int(key.removeprefix("freq_")) for key in named] or None


def row(path: Path, run: Run, seconds: float) -> list[str]:
    """One line of the table."""
    mechanism, report, keys = run.mechanism, run.report, published_keys(path)
    notes = tuple(str(note) for note in run.record.settings.values())
    seen = [reason for reason in report.reasons if not reason.endswith(notes)]
    cells = [path.name, str(run.record.settings["layout"]), f"{seconds:.1f}"]
    if not isinstance(mechanism, distill.FourierMechanism):
        return [*cells, "-", "-", "-", "-", "-", "no", report.verdict, "; ".join(seen)]
    found = (
        ["yes" if tuple(keys) == mechanism.key_frequencies else f"no: {keys}"] if keys else ["-"]
    )
    explained = report.value("logit_r2")
    r2 = "-" if explained is None else f"{explained:.3f}"
    waves = " ".join(
        f"{wave.frequency}{'' if wave.label is None else ' ' + wave.label}"
        for wave in mechanism.waves
    )
    cells += [f"{mechanism.coordinate.expression} mod {mechanism.modulus}", waves, *found, r2]
    cells += [str(len(mechanism.exceptions)), "yes" if report.located else "no", report.verdict]
    return [*cells, seen[0] if seen else ""]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Print a line for every checkpoint of FOLDER."""
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + " --- |" * len(COLUMNS), flush=True)
    for path in sorted(each for each in folder.iterdir() if each.suffix in SUFFIXES):
        start = time.perf_counter()
        try:
            run = distill.run_model(path, out=None)
        except distill.DistillError as error:
            first = str(error).partition("\n")[0].replace(f"checkpoint '{path}' ", "")
            print(f"| {path.name} |" + " - |" * 8 + f" refused to read | {first} |", flush=True)
            continue
        print(f"| {' | '.join(row(path, run, time.perf_counter() - start))} |", flush=True)


if __name__ == "__main__":
    main()
