"""Run folders are complete or not there, and a damaged one says so in one line."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.compiled_texts import as_file, shifted

import distill
from distill.checker.check import check_run
from distill.errors import RunFolderError
from distill.pipeline import run_model
from distill.runs.folders import find_run, stored_runs
from distill.runs.store import run_name

pytestmark = pytest.mark.usefixtures("page_undrawn")


def test_a_run_comes_back_as_it_was(planted_run):
    run = distill.load_run(planted_run)
    assert run.report.verdict == "proved"
    assert run.program(20, 9) == 6
    assert run.mechanism.key_frequencies == (2, 7, 9)
    assert run.model.logits(np.array([[20, 9]])).argmax() == 6


def test_a_run_is_shown_in_a_line(planted_run):
    shown = repr(distill.load_run(planted_run))
    assert shown.startswith("<Run of planted: proved and located, clock cosines of a + b mod 23")
    assert str(planted_run) in shown
    assert len(shown) < 200 + len(str(planted_run))


def test_a_length_is_not_ignored_for_what_has_none():
    domain = distill.Domain((range(3), range(3)), range(3))
    with pytest.raises(distill.DistillError, match=r"length=10 is of a network over seq.*function"):
        distill.distill(lambda t: torch.zeros(len(t), 3), domain, length=10)


@pytest.mark.parametrize(
    "name", ["run.json", "verification.json", "mechanism.json", "certificate.json", "program.py"]
)
def test_a_missing_file_is_named(planted_run, tmp_path, name):
    folder = shutil.copytree(planted_run, tmp_path / "run")
    (folder / name).unlink()
    with pytest.raises(RunFolderError, match=f"no readable {name}"):
        distill.load_run(folder)


@pytest.mark.parametrize(
    "name", ["run.json", "verification.json", "mechanism.json", "certificate.json"]
)
def test_truncated_files_and_other_versions_are_told(planted_run, tmp_path, name):
    folder = shutil.copytree(planted_run, tmp_path / "run")
    whole = (folder / name).read_text()
    (folder / name).write_text(whole[: len(whole) // 2])
    with pytest.raises(RunFolderError, match=f"{name}' cannot be read.*truncated"):
        distill.load_run(folder)
    later = re.sub(r'"format_version": \d', '"format_version": 9', whole)
    (folder / name).write_text(later)
    with pytest.raises(RunFolderError, match="is of format version 9: this distill reads"):
        distill.load_run(folder)


def test_a_folder_of_an_earlier_version_says_how_it_is_made_anew(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "run")
    report = json.loads((folder / "verification.json").read_text())
    (folder / "verification.json").write_text(json.dumps(report | {"format_version": 1}))
    with pytest.raises(RunFolderError, match=r"run it again, `distill run FILE\.py:planted`"):
        distill.load_run(folder)
    with pytest.raises(RunFolderError, match=r"earlier version: run `distill run NAME \.\.\.`"):
        check_run(folder)
    record = json.loads((folder / "run.json").read_text())
    trained = {"seed": 3, "settings": {"p": 5}, "options": "--engine own"}
    (folder / "run.json").write_text(json.dumps(record | trained))
    line = r"`distill run FILE\.py:planted --seed 3 --set p=5 --engine own`"
    with pytest.raises(RunFolderError, match=line):
        distill.load_run(folder)


def test_a_folder_over_texts_of_an_earlier_version_is_no_forgery(tmp_path):
    """Its rows and its search are others now: it is told so, and held against nothing."""
    file = as_file(shifted(tokens=2, longest=3), tmp_path / "shift.npz")
    folder = run_model(file, out=tmp_path / "runs").folder
    told = json.loads((folder / "certificate.json").read_text())
    assert check_run(folder).ok
    (folder / "certificate.json").write_text(json.dumps(told | {"format_version": 2}))
    with pytest.raises(RunFolderError, match=r"earlier version: run `distill run NAME \.\.\.`"):
        check_run(folder)
    with pytest.raises(RunFolderError, match="of format version 2: this distill reads version 3"):
        distill.load_run(folder)


def test_a_record_of_the_first_version_is_told_in_one_line(planted_run, tmp_path):
    """Its recipe stood beside the attempts, whatever each of them was trained with."""
    folder = shutil.copytree(planted_run, tmp_path / "run")
    written = json.loads((folder / "run.json").read_text())
    del written["arch"]
    (folder / "run.json").write_text(json.dumps(written | {"format_version": 1, "recipe": {}}))
    with pytest.raises(RunFolderError) as told:
        distill.load_run(folder)
    assert str(told.value).endswith(
        "is of format version 1: this distill reads version 2; made by an earlier version: run "
        "it again, `distill run FILE.py:planted`"
    )


def test_truncated_weights_are_told(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "run")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(RunFolderError, match=r"model.safetensors' cannot be read"):
        distill.load_run(folder)


def test_runs_are_found_by_path_by_name_and_by_task(planted_run):
    out = planted_run.parent.parent
    for given in (str(planted_run), f"planted/{planted_run.name}", "planted"):
        assert find_run(given, out).samefile(planted_run)
    with pytest.raises(RunFolderError, match="no run 'nothing'"):
        find_run("nothing", out)
    for given in ("plantde", str(out / "plantedd")):
        with pytest.raises(RunFolderError, match=r"\(did you mean 'planted'\?\)"):
            find_run(given, out)


def test_a_run_is_never_written_over_another(tmp_path):
    domain = distill.Domain((range(3), range(3)), range(3))
    names = [
        distill.distill(
            lambda t: torch.zeros(len(t), 3), domain, name="x", out=tmp_path
        ).folder.name
        for _ in range(3)
    ]
    assert names == ["network", "network-2", "network-3"]
    assert not list(tmp_path.glob("**/.partial*"))


@pytest.mark.part(1)
@pytest.mark.parametrize(
    ("how", "after"),
    [(signal.SIGINT, 0.5), (signal.SIGINT, "training"), (signal.SIGKILL, "training")],
)
def test_a_killed_run_never_looks_finished(tmp_path, how, after):
    process = subprocess.Popen(
        [sys.executable, "-m", "distill", "run", "mod_add"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # of a test that runs in the background, interrupts may be ignored, and so in what it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    if after == "training":  # the line of the stage before it
        assert process.stdout is not None
        assert "task" in process.stdout.readline()
        time.sleep(0.5)
    else:
        time.sleep(after)
    process.send_signal(how)
    _, errors = process.communicate(timeout=60)
    stored = stored_runs(tmp_path / "outputs")
    if process.returncode == 0:  # a library that was being imported swallowed the interrupt
        assert how == signal.SIGINT
        assert distill.load_run(stored[0]).report.verdict == "proved"
        return
    assert stored == []
    if how == signal.SIGINT and after == "training":
        assert process.returncode == 130
        assert errors.strip() == "distill: interrupted; no run was written"


def test_times_stand_in_run_json_alone(small_run):
    for path in small_run.glob("*.json"):
        keys = set(json.loads(path.read_text()))
        assert ("seconds" in keys) == (path.name == "run.json")


def test_a_run_that_was_read_from_a_run_keeps_its_whole_name(planted_run):
    record = replace(distill.load_run(planted_run).record, seed=None)
    for file, name in (("outputs/mine/seed0-fraction0.7", "seed0-fraction0.7"), ("a/b.pt", "b")):
        assert run_name(replace(record, settings={"model": file})) == name
