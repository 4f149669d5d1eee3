"""Runs of a suite: every end of a run is a row, and rows are never made twice."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders.alive import gone, is_alive
from builders.bench_rows import PUBLISHED, made
from builders.commands import run_distill
from builders.paths import TESTS

from distill.bench import find_suite, jobs_of
from distill.bench.row import Count, Printed, _Mechanism, load_row, read_printed, save_row
from distill.bench.runner import _why
from distill.errors import DistillError


def write_suite(folder: Path, *tasks: str, more: str = "") -> Path:
    """A suite of tasks of `bench_tasks.py`, which is copied beside it."""
    shutil.copy(TESTS / "builders" / "bench_tasks.py", folder / "bench_tasks.py")
    entries = [task if "{" in task else f'{{ task = "bench_tasks.py:{task}" }}' for task in tasks]
    listed = "".join(f"    {entry},\n" for entry in entries)
    path = folder / "own.toml"
    path.write_text(f'title = "Own tasks"\ntasks = [\n{listed}]\n{more}')
    return path


def stand_in(right: int = 100, published: str = "") -> str:
    return (
        f'{{ task = "bench_tasks.py:stand_in", settings = {{ right = {right} }}, '
        f"published = {{ {published} }} }}"
    )


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_distill("bench", "own.toml", "--jobs", "2", *arguments, cwd=folder)


def ran(folder: Path) -> list[str]:
    """What was run, in alphabetical order; forgotten when it was read."""
    path = folder / "ran.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return sorted(line.split()[0] for line in lines)


def rows_in(folder: Path) -> set[str]:
    return {path.name for path in (folder / "outputs" / "bench" / "own").iterdir()}


def test_however_a_run_ends_it_is_a_row_and_the_others_go_on(tmp_path):
    crashing = ("exits", "killed", "exits_with_0")
    write_suite(tmp_path, *crashing, "raises", "unusable", "refused", stand_in())
    finished = bench(tmp_path, "--json")
    assert finished.returncode == 1, finished.stderr
    printed = json.loads(finished.stdout)  # and nothing else
    rows = {row["task"].partition(":")[2]: row for row in printed["rows"]}
    ends = {name: row["status"] for name, row in rows.items()}
    assert ends == {
        **dict.fromkeys(crashing, "crashed"),
        **dict.fromkeys(("refused", "stand_in"), "done"),
        **dict.fromkeys(("unusable", "raises"), "bad input"),
    }
    assert "the training fraction is 7.0" in rows["unusable"]["reason"]
    assert not rows["unusable"]["reason"].startswith("distill: ")
    assert "status 7" in rows["exits"]["reason"]
    assert "SIGKILL" in rows["killed"]["reason"]
    assert "could not be built: GeneratorExit: which is no" in rows["raises"]["reason"]
    assert "no report" in rows["exits_with_0"]["reason"]
    refused = rows["refused"]
    assert (refused["verdict"], refused["lines"], refused["program_right"]) == (
        "refused",
        None,
        None,
    )
    assert "did not learn the task" in refused["reason"]
    assert (tmp_path / "outputs" / refused["folder"] / "verification.json").is_file()
    assert refused["cost"]["seconds"] > 0.5 < refused["cost"]["cpu_seconds"]
    assert refused["cost"]["peak_memory"] > 100e6  # torch alone takes more
    counted = {"tested": 1, "refused": 1, "crashed": 3, "bad input": 2}
    assert printed["totals"]["outcomes"] == counted
    assert not printed["totals"]["complete"]


def test_the_row_of_a_report_over_sequences(tmp_path):
    write_suite(tmp_path, stand_in())
    finished = bench(tmp_path, "--json")
    assert finished.returncode == 0
    (row,) = json.loads(finished.stdout)["rows"]
    assert (row["verdict"], row["located"], row["mechanism"]) == ("tested", True, "parity")
    assert (row["program_right"], row["program_right_longer"]) == (True, True)
    assert (row["model_right"], row["model_right_longer"]) == (True, False)
    assert (row["longest"], row["lines"], row["folder"]) == (50, 12, "stand_in/seed0")


def test_a_run_is_told_the_task_and_its_settings_and_computes_on_one_thread(tmp_path):
    write_suite(tmp_path, stand_in(100, '"theirs" = 1'), more=PUBLISHED)
    many = {"OMP_NUM_THREADS": "2"}
    finished = run_distill("bench", "own.toml", "--seed", "4", cwd=tmp_path, env=many)
    assert finished.returncode == 0
    file = tmp_path / "bench_tasks.py"
    expected = f"stand_in 100 1 run {file}:stand_in --json --set right=100 --seed 4 --out outputs\n"
    assert (tmp_path / "ran.txt").read_text() == expected


def test_a_run_that_never_ends_is_killed_with_all_that_it_started(tmp_path):
    write_suite(tmp_path, "endless", stand_in())
    finished = bench(tmp_path, "--timeout", "5")
    assert finished.returncode == 1
    assert "timed out: not at its end after 5 s" in finished.stdout
    assert rows_in(tmp_path) == {"endless-seed0.json", "stand_in-right100-seed0.json"}
    assert gone([int(pid) for pid in (tmp_path / "endless.pid").read_text().split()])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_bench_that_is_stopped_leaves_no_process_and_goes_on_where_it_was(tmp_path, number):
    write_suite(tmp_path, stand_in(), "endless", "exits")
    command = [sys.executable, "-m", "distill", "bench", "own.toml", "--jobs", "1"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until = time.monotonic() + 60
    while not (tmp_path / "endless.pid").exists() and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.count("\n") == 1
    assert "the same command goes on from there" in errors
    assert gone([int(pid) for pid in (tmp_path / "endless.pid").read_text().split()])
    assert rows_in(tmp_path) == {"stand_in-right100-seed0.json"}
    assert ran(tmp_path) == ["endless", "stand_in"]
    assert bench(tmp_path, "--only", "stand_in*", "--only", "exits").returncode == 1
    assert ran(tmp_path) == ["exits"]


def test_a_bench_that_is_killed_takes_its_runs_and_all_that_they_started_with_it(tmp_path):
    """By a signal that no process can catch; the next bench removes what they were writing."""
    write_suite(tmp_path, "endless", stand_in())
    command = [sys.executable, "-m", "distill", "bench", "own.toml", "--jobs", "2"]
    both = ["--only", "endless", "--seed", "0", "--seed", "1"]
    process = subprocess.Popen([*command, *both], cwd=tmp_path, stdout=subprocess.DEVNULL)
    file, pids, until = tmp_path / "endless.pid", list[str](), time.monotonic() + 60
    while len(pids) < 4 and time.monotonic() < until:
        pids = file.read_text().split() if file.exists() else []
        time.sleep(0.05)
    running = [int(pid) for pid in pids]
    assert len(running) == 4
    assert all(map(is_alive, running))
    process.kill()
    process.wait()
    assert gone(running, within=2)
    half = tmp_path / "outputs" / "bench" / "own" / ".partial-1-ab"
    run = tmp_path / "outputs" / "endless" / ".partial-endless-1-ab"
    half.write_text("{")
    run.mkdir(parents=True)
    assert bench(tmp_path, "--only", "stand_in*").returncode == 0
    assert rows_in(tmp_path) == {"stand_in-right100-seed0.json"}
    assert not run.exists()


@pytest.mark.claim
def test_what_is_run_again_and_what_is_not(tmp_path):
    suite = write_suite(tmp_path, stand_in(), "exits")
    both = ["exits", "stand_in"]
    assert bench(tmp_path).returncode == 1
    assert ran(tmp_path) == both
    assert bench(tmp_path).returncode == 1  # the row of a crash is a row too
    assert ran(tmp_path) == []
    assert bench(tmp_path, "--retry").returncode == 1
    assert ran(tmp_path) == ["exits"]
    assert bench(tmp_path, "--fresh", "--only", "stand_in*").returncode == 0
    assert ran(tmp_path) == ["stand_in"]
    bench(tmp_path, "--seed", "0", "--seed", "1", "--seed", "1", "--only", "stand_in*")
    assert ran(tmp_path) == ["stand_in"]
    suite.write_text(suite.read_text().replace("right = 100", "right = 99"))
    bench(tmp_path)
    assert ran(tmp_path) == ["stand_in"]
    with (tmp_path / "bench_tasks.py").open("a") as file:
        file.write("# another task now\n")
    bench(tmp_path)
    assert ran(tmp_path) == both


def test_only_rows_of_the_same_job_and_format_are_taken(tmp_path):
    (job,) = jobs_of(find_suite("modular"), [3], ["mod_add*"])
    row = made(job)
    assert load_row(tmp_path, job) is None
    save_row(tmp_path, job, row)
    assert [path.name for path in tmp_path.iterdir()] == ["mod_add-p113-seed3.json"]
    assert load_row(tmp_path, job) == row
    path = tmp_path / "mod_add-p113-seed3.json"
    for changed in (
        {"format_version": 2},
        {"settings": {"p": 59}},
        {"seed": 4},
        {"task_file": "of another day"},
        {"task": "mod_sub"},
        {"engine": "operon"},
    ):
        stored = json.loads(path.read_text())
        path.write_text(json.dumps(stored | changed))
        assert load_row(tmp_path, job) is None, changed
        path.write_text(json.dumps(stored))
    assert load_row(tmp_path, job) == row
    path.write_text(path.read_text()[:100])
    assert load_row(tmp_path, job) is None


def test_rows_and_runs_of_an_engine_are_its_own(tmp_path):
    write_suite(tmp_path, stand_in())
    assert bench(tmp_path).returncode == 0
    asked = bench(tmp_path, "--engine", "own", "--json")
    assert asked.returncode == 0, asked.stderr
    (row,) = json.loads(asked.stdout)["rows"]
    assert row["engine"] == "own"
    assert row["folder"] == "own/stand_in/seed0"
    assert rows_in(tmp_path) == {
        "stand_in-right100-seed0.json",
        "stand_in-right100-seed0-own.json",
    }
    first, second = (tmp_path / "ran.txt").read_text().splitlines()
    assert "--engine" not in first
    assert "--engine own" in second
    ran(tmp_path)
    assert "1 of 1 rows are there already" in bench(tmp_path, "--engine", "own").stdout
    assert ran(tmp_path) == []


def test_a_row_that_cannot_be_written_is_told(tmp_path):
    (job,) = jobs_of(find_suite("modular"), [0], ["mod_add*"])
    with pytest.raises(DistillError, match="choose another folder with --out"):
        save_row(tmp_path / "missing", job, made(job))


def test_a_report_of_another_format_is_no_report():
    with pytest.raises(ValueError, match="format version 1"):
        read_printed('{"format_version": 1}')
    for no_report in ("", "{", "[]", "null", "{}"):
        with pytest.raises(ValueError):  # noqa: PT011  whichever: the row says what stderr said
            read_printed(no_report)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mip"], "did you mean 'mips'?"),
        (["missing.toml"], "cannot be read"),
        (["bad.toml"], "tasks: Field required"),
        (["tomita", "--only", "tomita8"], "for example tomita"),
        (["tomita", "--jobs", "0"], "--jobs"),
        (["tomita", "--seed", "-1"], "--seed"),
        (["tomita", "--timeout", "0"], "--timeout"),
        (["tomita", "--json", "--markdown"], "choose one"),
        (["formulas", "--engine", "eureqa"], "expected one of auto, own, operon, pysr, pse"),
        (["gpt2", "--models", ".", "--engine", "own"], "--engine is of formulas"),
        (["tomita", "--out", "bad.toml"], "choose another folder with --out DIR"),
    ],
)
def test_bad_usage_gets_one_line_and_nothing_is_run(tmp_path, arguments, message):
    (tmp_path / "bad.toml").write_text("title = 'x'")
    finished = run_distill("bench", *arguments, cwd=tmp_path)
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith("distill: ")
    assert finished.stderr.count("\n") == 1
    assert message in finished.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]


def test_without_a_suite_the_suites_are_listed(tmp_path):
    finished = run_distill("bench", cwd=tmp_path)
    assert finished.returncode == 0
    listed = [line.split()[:2] for line in finished.stdout.splitlines()]
    for named in (["mips", "62"], ["modular", "7"], ["tomita", "7"]):
        assert named in listed
    assert "resum" not in finished.stdout
    taught = run_distill("bench", "--help", cwd=tmp_path).stdout
    for word in ("mips", "DIR/bench/<suite>", "--retry", "my_tasks.py", "goes on where it was"):
        assert word in taught
    assert "\\b" not in taught


def test_markdown_is_a_table_and_nothing_before_it(tmp_path):
    published = (stand_in(100, '"theirs" = 1'), stand_in(98, '"theirs" = "0*"'))
    write_suite(tmp_path, *published, more=PUBLISHED)
    finished = bench(tmp_path, "--markdown", "--seed", "0", "--seed", "1")
    assert finished.returncode == 0
    header, rule, first, second, *rest = finished.stdout.splitlines()
    assert [cell.strip() for cell in header.strip("|").split("|")] == [
        *("task", "verdict", "right", "longer", "proved for", "located", "mechanism", "lines"),
        *("seconds", "theirs"),
    ]
    assert set(rule) == set("| -:")
    cells = [cell.strip() for cell in first.strip("|").split("|")]
    found = ["stand_in right=100", "tested 2/2", "2/2", "2/2 50", "–", "2/2", "parity"]
    assert cells[:7] == found
    assert second.endswith("| 0* |")
    assert "- right at the training length: 1 of 2 (on every seed)" in rest
    assert "- theirs: 1 of 2" in rest
    assert "- not proved: 2 of 2 (on some seed)" in rest
    assert "stand_in" in finished.stderr  # progress goes where it disturbs nobody


def test_benching_does_not_wait_for_torch():
    script = (
        "import sys, distill.bench.layout, distill.bench.watch, distill.terminal.page\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("verdict", "right", "said"),
    [
        ("refused", 25, "its products do not associate"),
        ("refused", 20, "nothing was held out"),
        ("approximate", 25, "no single frequency"),
    ],
)
def test_the_reason_of_a_row_is_the_one_that_says_most(verdict, right, said):
    """Why a network that is right is not understood; of another, how it was trained."""
    printed = Printed(
        *(verdict, False, _Mechanism("refused", "refused")),
        reasons=("no single frequency", "its products do not associate"),
        remarks=("nothing was held out",),
        model_vs_task=Count(right, 25),
    )
    assert _why(printed) == said
