"""A task over sequences from the command line: from a user's file to a folder that is checked."""

import json
import re
import subprocess
import sys

import jsonschema
import pytest
from builders.commands import distill_here, run_distill
from builders.paths import DOCS, SCHEMA

FILES = (
    *("run.json", "training.json", "model.safetensors", "mechanism.json", "program.py"),
    *("verification.json", "certificate.json", "report.html", "exhibits.json"),
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The guide's task of one's own, run where nothing else is."""
    folder = tmp_path_factory.mktemp("own")
    page = (DOCS / "your_own_task.md").read_text()
    (source,) = re.findall(r"```python\n(# my_sequence_task.py.*?)```", page, flags=re.S)
    (folder / "my_sequence_task.py").write_text(source)
    finished = run_distill(
        "run", "my_sequence_task.py", "--set", "m=4", "--set", "length=8", "--json", cwd=folder
    )
    assert finished.returncode == 0, finished.stderr
    printed = json.loads(finished.stdout)
    return folder / printed["folder"], printed


def test_a_task_of_ones_own_is_proved_at_every_length(stored):
    folder, printed = stored
    assert {path.name for path in folder.iterdir()} == set(FILES)
    printed = {name: value for name, value in printed.items() if name != "folder"}
    jsonschema.validate(printed, SCHEMA)
    assert printed["verdict"] == "proved"
    assert printed["holds_for"]["lengths"] == "every length"
    assert printed["mechanism"]["kind"] == "automaton"
    assert printed["mechanism"]["name"].startswith("running sum mod 4")
    for longer in printed["longer"]:
        assert longer["program_vs_task"]["agree"] == longer["program_vs_task"]["total"] == 300
    assert [longer["length"] for longer in printed["longer"]] == [16, 40, 80]


def test_its_program_runs_by_itself(stored):
    said = subprocess.run(
        [sys.executable, "-I", "-S", stored[0] / "program.py", "3", "9", "7", "0", "2"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "[3, 0, 3, 3, 1]\n"


def test_it_is_derived_again_and_shown(stored):
    folder, _ = stored
    verified = distill_here("verify", str(folder), cwd=folder)
    assert verified.returncode == 0, verified.stdout
    assert "verified: proved" in verified.stdout
    shown = distill_here("show", str(folder), cwd=folder)
    assert shown.returncode == 0
    assert "% 4" in shown.stdout
    assert "at length 80" in shown.stdout


def test_a_changed_answer_of_the_program_fails(stored, tmp_path):
    import shutil

    folder = tmp_path / "run"
    shutil.copytree(stored[0], folder)
    program = folder / "program.py"
    program.write_text(program.read_text().replace("% 4", "% 5"))
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
