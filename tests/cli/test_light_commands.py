"""Commands that only look at what is stored are there at once: they do not wait for torch."""

import json
import resource
import subprocess
import sys

import pytest
from builders.commands import distill_here
from builders.paths import PACKAGE

GALLERY = PACKAGE.parent / "outputs" / "gallery"
RUN = GALLERY / "mod_add"

SECONDS = 1.5
"""Of the processor: 0.5 on a machine of its own, and up to twice that beside others."""

WITHOUT_TORCH = """
import sys
sys.argv = ["distill", *sys.argv[1:]]
from distill.cli import main
status = 0
try:
    main()
except SystemExit as ended:
    status = ended.code
from pathlib import Path
held = Path("/proc/self/status")  # what getrusage tells is, at first, that of the process before
lines = held.read_text().splitlines() if held.is_file() else ["VmHWM: 0 kB"]
kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
print(status, "torch" in sys.modules, kilobytes >> 10)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["show", RUN],
        ["show", GALLERY / "parity_all"],
        ["show", GALLERY / "mod_square_of_sum"],
        ["show", RUN, "--latex"],
        ["show", RUN, "--sympy"],
        ["show", RUN, "--dot"],
        ["show", GALLERY / "parity_all", "--dot"],
        ["show", GALLERY / "kepler", "--c"],
        ["show", GALLERY / "less_than", "--latex"],
        ["show", GALLERY / "count_of_ones", "--sympy"],
        ["study"],
        ["study", "no_such_study"],
        ["report", RUN],
        ["runs", "--out", GALLERY.parent],
        ["tasks"],
        ["tasks", "--json"],
        ["--help"],
        ["compare", "no_such_run"],
        ["compare", GALLERY],
        ["compare", RUN, GALLERY / "mod_mul"],
        ["compare", GALLERY / "tomita4", GALLERY / "tomita3", "--json"],
        ["compare", GALLERY / "max_of_n", GALLERY / "histogram", "--markdown"],
        ["run", "--model", "no_such_file.pt"],
    ],
    ids=lambda words: " ".join(map(str, words[:1])),
)
def test_a_command_that_looks_at_what_is_stored_does_not_load_torch(words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    status, loaded, megabytes = ended.stdout.splitlines()[-1].split()
    refused = "no_such" in str(words[-1]) or words == ["show", RUN, "--dot"]
    assert (status, loaded) in {("0", "False"), ("None", "False")} or (
        refused and (status, loaded) == ("2", "False")
    ), ended.stderr
    assert int(megabytes) < 100
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS


def test_lists_are_a_line_a_row_on_a_pipe_and_json_where_that_is_asked_for(tmp_path):
    listed = distill_here("runs", "--out", str(GALLERY.parent), cwd=tmp_path).stdout.splitlines()
    told = json.loads(
        distill_here("runs", "--json", "--out", str(GALLERY.parent), cwd=tmp_path).stdout
    )
    assert len(listed) == len(told) + 1
    for line, one in zip(listed[1:], told, strict=True):
        assert line.startswith(f"{one['folder']} ")
        assert one["mechanism"] in line
    by_task = {one["task"]: one for one in told}
    assert by_task["mod_add"]["verdict"] == "proved"
    assert by_task["mod_add"]["settings"] == {"p": 113, "fraction": 0.3}
    tasks = json.loads(distill_here("tasks", "--json", cwd=tmp_path).stdout)
    lines = distill_here("tasks", cwd=tmp_path).stdout.splitlines()
    assert {line.split()[0] for line in lines[1:]} == {task["name"] for task in tasks}
    assert json.loads(distill_here("runs", "--json", cwd=tmp_path).stdout) == []


def test_the_unreadable_stands_among_the_runs(tmp_path):
    folder = tmp_path / "outputs" / "mod_add" / "seed0"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"format_version": 1}')
    (told,) = json.loads(distill_here("runs", "--json", cwd=tmp_path).stdout)
    assert "format version 1" in told["error"]


@pytest.mark.parametrize(
    ("record", "again"),
    [
        ({"task": "mod_add", "settings": {"p": 59}}, "`distill run mod_add --set p=59`"),
        ({"task": "my_own", "settings": {}}, "`distill run FILE.py:my_own`"),
        ({"task": "net", "settings": {"model": "net.pt"}}, "`distill run --model net.pt`"),
    ],
    ids=["built in", "of a file", "a checkpoint"],
)
def test_a_run_of_an_earlier_version_says_how_it_is_made_again(tmp_path, record, again):
    (tmp_path / "run.json").write_text(json.dumps({"format_version": 1, **record}))
    said = distill_here("show", str(tmp_path), cwd=tmp_path)
    assert (said.returncode, again in said.stderr) == (2, True), said.stderr


def test_a_page_is_found_copied_and_opened_or_it_is_said_that_it_was_not(tmp_path, monkeypatch):
    found = distill_here("report", str(RUN), cwd=tmp_path)
    assert found.stdout == f"{RUN / 'report.html'}\n"
    distill_here("report", str(RUN), "--output", "page.html", cwd=tmp_path)
    assert (tmp_path / "page.html").read_bytes() == (RUN / "report.html").read_bytes()
    monkeypatch.setattr("webbrowser.open", lambda _: False)
    told = distill_here("report", str(RUN), "--open", cwd=tmp_path)
    assert told.returncode == 0
    assert "no browser was found" in told.stderr


def test_a_bench_that_is_quiet_prints_nothing_as_runs_end(tmp_path, monkeypatch):
    consoles = []
    monkeypatch.setattr(
        "distill.bench.watch.run_shown", lambda *given: consoles.append(given[-1]) or []
    )
    for words in ([], ["--quiet"]):
        distill_here("bench", "tomita", "--only", "tomita1", *words, cwd=tmp_path)
    assert [console.quiet for console in consoles] == [False, True]


ENDS = """
import sys
class Cycle:
    def __init__(self):
        self.own = self
    def __del__(self):
        print("looked for")
sys.argv = ["distill", "--version"]
from distill.cli import main
main()
import builtins
builtins.kept = [Cycle() for _ in range(2)]  # gone by a search for cycles alone
"""


def test_at_its_end_a_command_does_not_look_for_cycles():
    """After a run that takes a second, in which a bench that is killed cannot end it."""
    ended = subprocess.run(
        [sys.executable, "-c", ENDS], capture_output=True, text=True, timeout=60, check=True
    )
    assert "looked for" not in ended.stdout
    without = ENDS.replace("main()", "main(); import atexit, gc; atexit.unregister(gc.freeze)")
    ended = subprocess.run(
        [sys.executable, "-c", without], capture_output=True, text=True, timeout=60, check=True
    )
    assert "looked for" in ended.stdout


def test_what_a_run_may_not_need_is_not_loaded_before_it_is_needed():
    """Algebra and optimisers took as long to load as torch, before the first step of any run."""
    told = (
        "import sys, distill\n"
        "distill.run\n"
        "names = ('torch', 'sympy', 'mpmath', 'networkx', 'matplotlib', 'scipy.optimize')\n"
        "print(*(name for name in names if name in sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["torch"]
