"""The commands, as a user types them."""

import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import torch
from builders.commands import SMALL, distill_here, run_distill
from builders.paths import SCHEMA

import distill
from distill.cli import main
from distill.tasks.files import builtin_tasks, load_task


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "mod_add", "--set", "p=0"], "p = 0"),
        (["run", "mod_add", "--set", "p=1"], "single value"),
        (["run", "mod_add", "--set", "p=ten"], "expected an integer"),
        (
            ["run", "mod_add", "--set", "p=1000000"],
            "1,000,000,000,000 inputs: expected at most 268,435,456",
        ),
        (["run", "mod_add", "--set", "fraction=0"], "between 0 and 1"),
        (["run", "mod_add", "--set", "fraction=1.5"], "between 0 and 1"),
        (["run", "mod_add", "--set", "q=3"], "no setting 'q'"),
        (["run", "mod_add", "--set", "p"], "expected KEY=VALUE"),
        (["run", "mod_add", "--set", "p=5", "--set", "p=7"], "given twice"),
        (["run", "mod_add", "--arch", "rnn"], "no architecture 'rnn'"),
        (["run", "mod_add", "--arch", "mlp,n_heads=1"], "no field 'n_heads'; expected one of"),
        (["run", "mod_add", "--seed", "-1"], "seed is -1"),
        (["run", "mod_add", "--seed", "9" * 20], "expected an integer from 0 to 4,294,967,295"),
        (["run", "mod_add", "--set", "self=1"], "no setting 'self'; it has: p, fraction"),
        (["run", "mod_add", "--set", "p=" + "9" * 20], "expected an integer of 64 bits"),
        (["run", "mod_add", "--out", ""], "expected the name of a folder"),
        (["run", "mod_add", "--out", "a" * 5000], "File name too long"),
        (["run", "mod_add", "--out", "a\nb"], "no printed character"),
        (["run", ""], "'' names no task"),
        (["run", "a" * 300], "... (300 characters)'"),
        (["run", "a" * 5000 + ".py"], "File name too long"),
        (["run", "leaves.py"], "failed: SystemExit: 0"),
        (["run", "folder"], "no task 'folder'"),
        (["run", "./folder"], "is a folder"),
        (["run", "mod_add", "--model", "x.pt", "--seed", "3"], "--seed is of a network that is"),
        (["run", "mod_add", "--model", "x.pt", "--arch", "mlp"], "--arch is of a network that is"),
        (["show", "a" * 5000], "File name too long"),
        (["run", "mod_add", "--seed", "x"], "'x' is not a valid integer"),
        (["run", "mod_add", "--out", "file"], "is a file, expected a folder"),
        (["run", "no_such_task"], "no task 'no_such_task'"),
        (["run", "parity_all", "--arch", "mlp"], "over sequences: expected one of rnn, gru, lstm"),
        (["run", "prev3", "--set", "length=0"], "expected 1 to 1,000 steps"),
        (["run", "missing.py"], "does not exist"),
        (["run", "empty.py"], "marks no task"),
        (["run", "broken.py"], "not valid Python"),
        (["run"], "nothing to run: expected a TASK"),
        (["run", "--set", "p=5", "--model", "x.pt"], "name the TASK too"),
        (["run", "mod_add", "--layout", "x"], "it needs --model FILE"),
        (["run", "--model", "x.pt"], "'x.pt' does not exist"),
        (["fly"], "No such command 'fly'"),
        (["verify", "nothing"], "no run 'nothing'"),
        (["verify", "folder"], "holds no run.json"),
        (["show", "nothing"], "no run 'nothing'"),
    ],
)
def test_bad_input_gets_one_line_and_nothing_is_written(tmp_path, arguments, message):
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "broken.py").write_text("def f(:\n")
    (tmp_path / "leaves.py").write_text("raise SystemExit(0)")
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    finished = distill_here(*arguments, cwd=tmp_path)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith("distill: ")
    assert finished.stderr.count("\n") == 1
    assert message in finished.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        *("empty.py", "broken.py", "leaves.py", "file", "folder")
    }


@pytest.mark.claim
def test_the_headline_command(tmp_path):
    finished = run_distill("run", "mod_add", cwd=tmp_path, timeout=120)
    assert finished.returncode == 0, finished.stderr
    assert "def sum_mod_113(a: int, b: int)" in finished.stdout
    assert "proved and located" in finished.stdout
    assert "12,769 of 12,769" in finished.stdout
    (folder,) = (tmp_path / "outputs" / "mod_add").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        *("run.json", "training.json", "model.safetensors", "mechanism.json", "program.py"),
        *("verification.json", "certificate.json", "report.html", "exhibits.json"),
    }
    program = subprocess.run(
        [sys.executable, "-I", "-S", folder / "program.py", "5", "9"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert program.stdout == "14\n"
    verified = distill_here("verify", "mod_add", cwd=tmp_path)
    assert verified.returncode == 0
    assert "verified: proved" in verified.stdout


@pytest.mark.claim
def test_the_same_seed_gives_the_same_bytes_whatever_the_environment_says(small_run, tmp_path):
    env = dict.fromkeys(
        ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "2"
    )
    env |= {"PYTHONHASHSEED": "7", "MKL_DYNAMIC": "FALSE"}
    finished = run_distill("run", *SMALL, "--json", cwd=tmp_path, env=env)
    assert finished.returncode == 0
    printed = json.loads(finished.stdout)
    folder = tmp_path / printed.pop("folder")
    jsonschema.validate(printed, SCHEMA)
    assert printed == json.loads((folder / "verification.json").read_text())
    for name in ("mechanism.json", "program.py", "verification.json", "certificate.json"):
        assert (folder / name).read_bytes() == (small_run / name).read_bytes(), name


@pytest.mark.claim
def test_other_seeds_give_other_networks(small_run, tmp_path):
    finished = run_distill("run", *SMALL, "--seed", "1", "--quiet", cwd=tmp_path)
    assert finished.returncode == 0
    assert finished.stdout.count("\n") <= 6
    (folder,) = (tmp_path / "outputs" / "mod_add").iterdir()
    assert folder.name == "seed1-p59-fraction0.4"
    assert (folder / "mechanism.json").read_bytes() != (small_run / "mechanism.json").read_bytes()


@pytest.mark.claim
def test_a_task_that_has_no_structure_is_refused_with_status_1(tmp_path):
    """Random labels: the network memorises them, and that is said."""
    (tmp_path / "noise.py").write_text(
        "import random\n"
        "from distill import Task, task\n"
        "@task\n"
        "def noise(p: int = 11) -> Task:\n"
        "    table = [[random.Random(f'{a} {b}').randrange(p) for b in range(p)]"
        " for a in range(p)]\n"
        "    return Task({'a': range(p), 'b': range(p)}, range(p),"
        " lambda a, b: table[a][b], 0.8)\n"
    )
    finished = run_distill("run", "noise.py", cwd=tmp_path)
    assert finished.returncode == 1, finished.stdout
    assert "refused" in finished.stdout
    (folder,) = (tmp_path / "outputs" / "noise").iterdir()
    assert not (folder / "program.py").exists()
    attempts = json.loads((folder / "run.json").read_text())["attempts"]
    # several networks were trained, and one is the run's
    assert [attempt["discarded"] for attempt in attempts].count(False) == 1 < len(attempts)
    points = json.loads((folder / "training.json").read_text())["points"]
    assert points[-1]["train_accuracy"] > 0.9 > 0.5 > points[-1]["heldout_accuracy"]
    assert distill_here("verify", "noise", cwd=tmp_path).returncode == 1
    assert "refused" in distill_here("show", "noise", cwd=tmp_path).stdout


def test_show_runs_and_json_verify(small_run):
    cwd = small_run.parent.parent.parent
    assert "def sum_mod_59" in distill_here("show", "mod_add", cwd=cwd).stdout
    listed = distill_here("runs", cwd=cwd).stdout
    assert "proved" in listed
    assert re.sub(r" +", " ", listed.splitlines()[0]) == "run verdict for the task stages mechanism"
    assert "cosines of a + b" in re.sub(r"\s+", " ", listed)
    found = json.loads(distill_here("verify", str(small_run), "--json", cwd=cwd).stdout)
    assert found["ok"]
    assert found["verdict"] == "proved"


def test_verify_fails_with_status_1_on_a_changed_program(small_run, tmp_path):
    folder = shutil.copytree(small_run, tmp_path / "run")
    program = folder / "program.py"
    program.write_text(program.read_text().replace("cos(2 * pi", "cos(3 * pi"))
    finished = run_distill("verify", str(folder), cwd=tmp_path)
    assert finished.returncode == 1
    assert "FAILED" in finished.stdout


def test_doctor_and_tasks():
    doctor = distill_here("doctor", cwd=Path.cwd()).stdout
    for name in ("torch", "AALpy", "hypothesis"):
        assert name in doctor
    tasks = distill_here("tasks", cwd=Path.cwd()).stdout
    assert "mod_add" in tasks
    assert "p=113" in tasks
    listed = [line.split()[:2] for line in tasks.splitlines()]
    assert ["mod_add", "finite"] in listed
    assert ["parity_last3", "sequences"] in listed


@pytest.mark.parametrize("command", [[], ["run"], ["verify"], ["show"], ["runs"], ["tasks"]])
def test_help_teaches(command):
    finished = distill_here(*command, "--help", cwd=Path.cwd())
    assert finished.returncode == 0
    assert "Usage:" in finished.stdout
    assert "\\b" not in finished.stdout  # the mark that keeps an example's lines apart


@pytest.mark.parametrize("argument", ["tasks", "--help"])
def test_listings_and_help_do_not_wait_for_torch(argument):
    script = (
        f"import sys; sys.argv = ['distill', '{argument}']\n"
        "from distill.cli import main\nmain()\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


@pytest.mark.parametrize("name", ["mod_sub", "running_sum", "ranks"])
def test_the_examples_of_the_help_are_task_files(tmp_path, name):
    """As they stand on the terminal, without the margin."""
    shown = distill_here("tasks", "--help", cwd=tmp_path).stdout
    source = re.findall(r"^  (?:from|import) .*?^      \)$", shown, flags=re.M | re.S)
    (example,) = [textwrap.dedent(text) for text in source if f"def {name}(" in text]
    path = tmp_path / f"{name}.py"
    path.write_text(example)
    task = load_task(str(path))
    assert task.name == name
    if name == "mod_sub":
        assert task.labels(task.domain.tokens()[:3]).tolist() == [0, 112, 111]
    elif name == "ranks":
        assert task.labels(np.array([[3, 4, 3]])).tolist() == [[0, 2, 0]]
    else:
        assert task.labels(np.array([[[3], [4], [5]]])).ravel().tolist() == [3, 7, 12]


def test_where_there_is_no_terminal_names_and_program_lines_are_whole(tmp_path):
    """Piped, at 40 columns, with a program and a name that are longer."""
    out = tmp_path / ("a_long_name_of_a_folder_" * 4)
    domain = distill.Domain((range(3), range(3)), range(3))
    made = distill.distill(lambda t: torch.zeros(len(t), 3), domain, name="zeros", out=out)
    assert made.folder is not None
    narrow = {"COLUMNS": "40"}
    listed = distill_here("runs", "--out", str(out), cwd=tmp_path, env=narrow).stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["run", str(made.folder)]
    tasks = distill_here("tasks", cwd=tmp_path, env=narrow).stdout.splitlines()
    assert [line.split()[0] for line in tasks[1:]].count("running_sum_resets_on_negatives") <= 1
    assert {line.split()[0] for line in tasks[1:]} == set(builtin_tasks())


def test_a_fault_of_distill_itself_is_a_line_and_a_file(tmp_path, monkeypatch, capsys):
    def fail() -> None:
        raise ValueError("a\n\nb")

    monkeypatch.setattr("distill.cli.doctor.diagnose", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["distill", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    (file,) = tmp_path.iterdir()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("distill: a fault of distill itself, please report it: ValueError: a b;")
    assert f"stands in '{file}'" in said
    assert file.read_text().startswith("Traceback (most recent call last)")
