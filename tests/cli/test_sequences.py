"""A task over sequences from the command line: from a user's file to a folder that is checked."""

import json
import subprocess
import sys

import jsonschema
import pytest
from builders.commands import distill_here, run_distill
from builders.paths import SCHEMA

FILES = (
    *("run.json", "training.json", "model.safetensors", "mechanism.json", "program.py"),
    *("verification.json", "certificate.json", "report.html", "exhibits.json"),
)


@pytest.fixture(scope="module")
def stored(adder_run):
    """A task of one's own, run where nothing else is. The guide's is run by `make claims`."""
    printed = json.loads((adder_run / "printed.json").read_text())
    return adder_run / printed["folder"], printed


def test_a_task_of_ones_own_is_proved_at_every_length(stored):
    folder, printed = stored
    assert folder.parts[-3:] == ("outputs", "adder", "seed0-base2-length6")
    assert {path.name for path in folder.iterdir()} == set(FILES)
    printed = {name: value for name, value in printed.items() if name != "folder"}
    jsonschema.validate(printed, SCHEMA)
    assert printed["verdict"] == "proved"
    assert printed["holds_for"]["lengths"] == "every length"
    assert printed["mechanism"]["kind"] == "automaton"
    assert printed["mechanism"]["name"].startswith("addition with carry")
    for longer in printed["longer"]:
        assert longer["program_vs_task"]["agree"] == longer["program_vs_task"]["total"] == 300
    assert [longer["length"] for longer in printed["longer"]] == [12, 30, 60]


def test_its_program_runs_by_itself(stored):
    said = subprocess.run(
        [sys.executable, "-I", "-S", stored[0] / "program.py", "1,1", "0,1", "1,1", "0,0"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "[0, 0, 1, 1]\n"


def test_it_is_derived_again_and_shown(stored):
    folder, _ = stored
    verified = distill_here("verify", str(folder), cwd=folder)
    assert verified.returncode == 0, verified.stdout
    assert "verified: proved" in verified.stdout
    shown = distill_here("show", str(folder), cwd=folder)
    assert shown.returncode == 0
    assert "divmod(a + b + carry, 2)" in shown.stdout
    assert "at length 60" in shown.stdout


def test_a_changed_answer_of_the_program_fails(stored, tmp_path):
    import shutil

    folder = tmp_path / "run"
    shutil.copytree(stored[0], folder)
    program = folder / "program.py"
    program.write_text(program.read_text().replace(", 2)", ", 3)"))
    assert distill_here("verify", str(folder), cwd=tmp_path).returncode == 1


@pytest.mark.claim
def test_what_cannot_be_learned_is_refused_with_status_1(tmp_path):
    """Answers drawn at random for every history: nothing to learn but the sequences themselves."""
    (tmp_path / "noise.py").write_text(
        "import hashlib\n"
        "from distill import SequenceTask, task\n"
        "@task\n"
        "def noise(length: int = 8) -> SequenceTask:\n"
        "    return SequenceTask({'x': range(600)}, lambda xs: ["
        "hashlib.md5(str(xs[: t + 1]).encode()).digest()[0] % 2 for t in range(len(xs))],"
        " length=length)\n"
    )
    finished = run_distill("run", "noise.py", "--quiet", cwd=tmp_path)
    assert finished.returncode == 1, finished.stdout
    assert "no network learned the task" in finished.stdout
    (folder,) = (tmp_path / "outputs" / "noise").iterdir()
    assert not (folder / "program.py").exists()
    assert len(json.loads((folder / "run.json").read_text())["attempts"]) >= 2
