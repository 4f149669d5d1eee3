"""Suites: every end of a run is a row, rows are never made twice, and the table counts them."""

import dataclasses
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import run_distill
from rich.console import Console

from distill.bench import Row, builtin_suites, find_suite, jobs_of, summarise, total
from distill.bench.layout import page_of
from distill.bench.row import AtLength, Cost, Count, Proved, load_row, read_printed, save_row
from distill.bench.table import wrong_claims
from distill.errors import DistillError
from distill.render.page import page_markdown, show_page
from distill.task_files import builtin_tasks

PUBLISHED = '[[published]]\nname = "theirs"\nsolved = true\nsource = "them"\nmeasured = "once"\n'


def write_suite(folder: Path, *tasks: str, more: str = "") -> Path:
    """A suite of tasks of `bench_tasks.py`, which is copied beside it."""
    shutil.copy(Path(__file__).parent / "bench_tasks.py", folder / "bench_tasks.py")
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


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(pids: list[int], within: float = 5) -> bool:
    """Whether processes end; `init` may take a moment to bury them."""
    until = time.monotonic() + within
    while any(map(is_alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(is_alive, pids))


def test_however_a_run_ends_it_is_a_row_and_the_others_go_on(tmp_path):
    crashing = ("exits", "killed", "raises", "exits_with_0")
    write_suite(tmp_path, *crashing, "unusable", "refused", stand_in())
    finished = bench(tmp_path, "--json")
    assert finished.returncode == 1, finished.stderr
    printed = json.loads(finished.stdout)  # and nothing else
    rows = {row["task"].partition(":")[2]: row for row in printed["rows"]}
    ends = {name: row["status"] for name, row in rows.items()}
    assert ends == {
        **dict.fromkeys(crashing, "crashed"),
        **dict.fromkeys(("refused", "stand_in"), "done"),
        "unusable": "bad input",
    }
    assert "the training fraction is 7.0" in rows["unusable"]["reason"]
    assert not rows["unusable"]["reason"].startswith("distill: ")
    assert "status 7" in rows["exits"]["reason"]
    assert "SIGKILL" in rows["killed"]["reason"]
    assert rows["raises"]["reason"] == "GeneratorExit: which is no Exception"
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
    counted = {"tested": 1, "refused": 1, "crashed": 4, "bad input": 1}
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
        {"format_version": 1},
        {"settings": {"p": 59}},
        {"seed": 4},
        {"task_file": "of another day"},
        {"task": "mod_sub"},
    ):
        stored = json.loads(path.read_text())
        path.write_text(json.dumps(stored | changed))
        assert load_row(tmp_path, job) is None, changed
        path.write_text(json.dumps(stored))
    assert load_row(tmp_path, job) == row
    path.write_text(path.read_text()[:100])
    assert load_row(tmp_path, job) is None


def test_a_row_that_cannot_be_written_is_told(tmp_path):
    (job,) = jobs_of(find_suite("modular"), [0], ["mod_add*"])
    with pytest.raises(DistillError, match="choose another folder with --out"):
        save_row(tmp_path / "missing", job, made(job))


def test_a_report_of_another_format_is_no_report():
    with pytest.raises(ValueError, match="format version 2"):
        read_printed('{"format_version": 2}')
    for no_report in ("", "{", "[]", "null", "{}"):
        with pytest.raises(ValueError):  # noqa: PT011  whichever: the row says what stderr said
            read_printed(no_report)


@pytest.mark.parametrize(
    ("suite", "message"),
    [
        ("", "title: Field required"),
        ("title = 'x'", "tasks: Field required"),
        ("title = 'x'\ntasks = []", "lists no tasks"),
        ("title = 'x'\ntasks = [", "is not valid TOML"),
        ("title = 1979-05-27\ntasks = ['mod_add']", "tasks.0"),
        ("title = 'x'\ntasks = [{ task = 'mod_add', set = {} }]", "tasks.0.set"),
        ("title = 'x'\nseeds = 3\ntasks = [{ task = 'mod_add' }]", "seeds"),
        ("title = 'x'\ntasks = [{ task = 'mod_ad' }]", "did you mean 'mod_add'?"),
        ("title = 'x'\ntasks = [{ task = 'no.py' }]", "lists the task file 'no.py'"),
        (
            "title = 'x'\ntasks = [{ task = 'mod_add', settings = { q = 3 } }]",
            "has no setting 'q'",
        ),
        (
            "title = 'x'\ntasks = [{ task = 'mod_add', settings = { p = 'ten' } }]",
            "expected an integer",
        ),
        ("title = 'x'\ntasks = [{ task = 'mod_add' }, { task = 'mod_add' }]", "twice"),
        (
            "title = 'x'\ntasks = [{ task = 'mod_add', published = { them = 1 } }]",
            "expected one of its [[published]] columns (none)",
        ),
        (f"title = 'x'\ntasks = [{{ task = 'mod_add' }}]\n{PUBLISHED * 2}", "two [[published]]"),
    ],
)
def test_a_bad_suite_is_told_in_one_sentence(tmp_path, suite, message):
    path = tmp_path / "bad.toml"
    path.write_text(suite)
    with pytest.raises(DistillError) as caught:
        jobs_of(find_suite(str(path)), [0])
    assert message in str(caught.value)
    assert "bad" in str(caught.value)


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
        "import sys, distill.bench.layout, distill.bench.watch, distill.render.page\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def made(job, **changes) -> Row:
    """A row made by hand: proved and right, with its network right too."""
    every = Count(100, 100)
    row = Row(
        task=job.entry.task,
        settings=job.entry.settings,
        task_file=job.task_file,
        seed=job.seed,
        status="done",
        cost=Cost(10.0, 8.0, 5_000_000),
        distill="0",
        verdict="proved",
        located=True,
        mechanism="a sum",
        kind="automaton",
        lines=10,
        program_vs_task=every,
        model_vs_task=every,
        program_vs_model=every,
        longer=(AtLength(100, every, every, every),),
    )
    return dataclasses.replace(row, **changes)


def refusal(job, reason: str = "too little") -> Row:
    nothing = dict.fromkeys(("lines", "program_vs_task", "program_vs_model"))
    return made(
        job, verdict="refused", located=False, longer=(), reason=reason, kind="refused", **nothing
    )


def crash(job, status: str = "crashed") -> Row:
    nothing = dict.fromkeys(("verdict", "located", "kind", "mechanism", "model_vs_task"))
    return dataclasses.replace(refusal(job), status=status, reason="it broke", **nothing)


def test_a_task_is_counted_over_its_seeds():
    suite = find_suite("tomita")
    jobs = jobs_of(suite, [0, 1, 2], ["tomita1", "tomita2", "tomita3"])
    far = AtLength(1000, Count(99, 100), Count(3, 100), Count(3, 100))
    rows = [
        *(made(jobs[0]), made(jobs[1], lines=30, longer=(far,)), made(jobs[2], verdict="tested")),
        *(made(jobs[3]), refusal(jobs[4]), crash(jobs[5])),
        *(refusal(jobs[6]), refusal(jobs[7]), crash(jobs[8], "timed out")),
    ]
    first, second, third = summarise(jobs, rows)
    assert first.outcomes == {"proved": 2, "tested": 1}
    assert (first.right.count, first.right.of) == (3, 3)
    assert (first.right_longer.count, first.longest, first.lines) == (2, 1000, 10)
    assert second.outcomes == {"proved": 1, "refused": 1, "crashed": 1}
    # a run without a program is one that is not right; one without a report says nothing of the net
    assert (second.right.count, second.right.of, second.right_longer.of) == (1, 3, 3)
    assert (second.model_right.count, second.model_right.of) == (2, 2)
    assert (third.right.count, third.right_longer, third.lines) == (0, None, None)
    totals = total(suite, [first, second, third], rows)
    assert (totals.right, totals.right_longer, totals.longer, totals.located) == (1, 0, 2, 1)
    assert (totals.tasks, totals.runs, totals.complete) == (3, 9, False)
    ends = {"proved": 3, "tested": 1, "refused": 3, "crashed": 1, "timed out": 1}
    assert totals.outcomes == ends
    assert (totals.seconds, totals.cpu_seconds, totals.peak_memory) == (90.0, 72.0, 5_000_000)
    assert totals.wrong_claims == ()


def test_what_is_proved_of_a_task_is_what_is_proved_on_every_seed():
    suite = find_suite("tomita")
    jobs = jobs_of(suite, [0, 1], ["tomita1", "tomita2", "tomita3", "tomita4"])
    every, far, near = Proved(True), Proved(True, 1000), Proved(True, 67)
    covered = [every, every, every, near, far, near, every, None]
    rows = [
        made(job, proved=proved, verdict="proved" if proved else "tested")
        for job, proved in zip(jobs, covered, strict=True)
    ]
    summaries = summarise(jobs, rows)
    assert [each.proved for each in summaries] == [every, near, near, None]
    totals = total(suite, summaries, rows)
    assert (totals.proved, totals.proved_up_to, totals.tasks) == (1, 2, 4)
    page = page_of(suite, summaries, totals, rows)
    for text in (shown(page, 140), page_markdown(page)):
        assert "proved for" in text
        assert "every length" in text
        assert "up to 67" in text
        assert "up to 1,000" not in text
    assert rows[3].as_json()["proved_for"] == "up to 67"
    assert rows[7].as_json()["proved_for"] is None


@pytest.mark.parametrize(
    ("report", "proved"),
    [
        ({"verdict": "proved", "proof": {"up_to_length": None}}, "every length"),
        ({"verdict": "proved", "proof": {"up_to_length": 1000}}, "up to 1,000"),
        ({"verdict": "proved", "proof": {"up_to_length": None}, "holds_for": {}}, "every input"),
        # a proof that ends before the training length proves nothing that is claimed
        ({"verdict": "tested", "proof": {"up_to_length": 4}}, "None"),
        ({"verdict": "tested", "proof": None}, "None"),
    ],
)
def test_what_a_report_proves_is_read_with_its_verdict(report, proved):
    mechanism = {"kind": "automaton", "name": "parity"}
    whole = {"format_version": 1, "located": True, "mechanism": mechanism}
    whole |= {"holds_for": {"lengths": "every length"}} | report
    assert str(read_printed(json.dumps(whole)).proved) == proved


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({}, []),
        ({"program_vs_task": Count(99, 100)}, [None]),
        ({"program_vs_task": Count(97, 100), "model_vs_task": Count(98, 100)}, [None]),
        # as wrong as its network: faithful
        ({"program_vs_task": Count(98, 100), "model_vs_task": Count(98, 100)}, []),
        # better than its network: a finding
        ({"program_vs_task": Count(99, 100), "model_vs_task": Count(98, 100)}, []),
        # on other inputs nothing follows from counts that differ
        ({"program_vs_task": Count(97, 100), "model_vs_task": Count(980, 1000)}, []),
        ({"program_vs_task": Count(99, 100), "verdict": "approximate"}, []),
        ({"program_vs_task": Count(99, 100), "verdict": "exhaustive"}, [None]),
        ({"program_vs_task": Count(99, 100), "verdict": "tested"}, [None]),
        (
            {"longer": (AtLength(100, Count(99, 100), Count(100, 100), Count(99, 100)),)},
            [100],
        ),
        ({"longer": (AtLength(100, Count(99, 100), Count(98, 100), Count(99, 100)),)}, []),
    ],
)
def test_a_claim_is_wrong_where_only_the_program_is(changes, where):
    (job,) = jobs_of(find_suite("modular"), [0], ["mod_add*"])
    assert [claim.length for claim in wrong_claims(made(job, **changes))] == where


def shown(page, width: int) -> str:
    console = Console(width=width, record=True, file=open(os.devnull, "w"))  # noqa: PTH123,SIM115
    with console.file:
        show_page(console, page)
    return console.export_text()


def test_a_wrong_claim_and_a_refusal_stand_in_the_table():
    suite = find_suite("mips")
    jobs = jobs_of(suite, [0], ["parity_*"])
    rows = [made(job) for job in jobs]
    rows[0] = made(jobs[0], program_vs_task=Count(99, 100))
    rows[1] = refusal(jobs[1], "only 3 of 9 networks are the same machine")
    summaries = summarise(jobs, rows)
    totals = total(suite, summaries, rows)
    assert len(totals.wrong_claims) == 1
    page = page_of(suite, summaries, totals, rows)
    for text in (shown(page, 100), page_markdown(page)):
        assert "Claims that are wrong" in text
        assert f"{rows[0].task} seed 0" in text
        assert "program right 99 of 100, network 100 of 100" in text
        assert "only 3 of 9 networks are the same machine" in text
        assert "Without a report" not in text


@pytest.mark.parametrize("width", [80, 100, 140])
@pytest.mark.parametrize("seeds", [1, 3])
def test_the_table_fits_and_keeps_what_matters(width, seeds):
    suite = find_suite("mips")
    jobs = jobs_of(suite, range(seeds))
    rows = [made(job, mechanism="a mechanism of a rather long name") for job in jobs]
    rows[1::3] = [refusal(job) for job in jobs[1::3]]
    summaries = summarise(jobs, rows)
    text = shown(page_of(suite, summaries, total(suite, summaries, rows), rows), width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    header = next(line for line in lines if line.startswith("task "))
    for column in ("verdict", "right", "longer", "located", "MIPS", "GPT-4"):
        assert column in header
    assert ("mechanism" in header) == (width >= 100)
    assert len(re.findall(r"^perfect_square_detector\s", text, re.MULTILINE)) == 1
    if seeds == 1 and width == 140:
        assert "a mechanism of a rather long name" in text
    if width == 100:  # the kind says more than the beginning of a name
        assert "automaton" in text
        assert "…" not in text


def test_published_results_of_the_mips_suite():
    suite = find_suite("mips")
    names = [entry.task for entry in suite.entries]
    assert len(set(names)) == 62
    assert set(names) <= set(builtin_tasks())
    jobs = jobs_of(suite, [0])
    rows = [made(job) for job in jobs]
    totals = total(suite, summarise(jobs, rows), rows)
    assert totals.published == {"MIPS": 29, "GPT-4": 30, "GPT-4 exact": 14}
    assert (totals.right, totals.tasks) == (62, 62)
    figures = {entry.task: entry.published for entry in suite.entries}
    starred = {task for task, figure in figures.items() if figure["MIPS"] == "0*"}
    assert starred == {"sum_all", "sum_last4", "previous_equals_current", "parity_bits_mod2"}
    solved = [1 in (figure["MIPS"], figure["GPT-4 exact"]) for figure in figures.values()]
    assert solved.count(False) == 28
    some = jobs_of(suite, [0], ["parity_*", "sum_all"])
    assert len(some) == 7
    rows = [made(job) for job in some]
    of_some = total(suite, summarise(some, rows), rows)
    assert of_some.published == {"MIPS": 4, "GPT-4": 3, "GPT-4 exact": 2}


def test_every_shipped_suite_can_be_run():
    suites = builtin_suites()
    assert set(suites) == {"mips", "modular", "tomita"}
    for suite in suites.values():
        assert len(jobs_of(suite, [0, 1])) == 2 * len(suite.entries)
    states = [entry.published["states"] for entry in suites["tomita"].entries]
    assert states == [2, 3, 5, 4, 4, 3, 5]
