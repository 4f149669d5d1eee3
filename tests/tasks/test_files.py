import os
import re

import pytest
from builders.paths import DOCS, ROOT

import distill
from distill.errors import TaskError
from distill.tasks.files import builtin_tasks, load_task, read_task_file

GUIDE = DOCS / "your_own_task.md"


def test_mod_add_is_addition():
    task = load_task("mod_add", {"p": "7", "fraction": "0.5"})
    labels = task.labels(task.domain.tokens())
    assert labels.tolist() == [(a + b) % 7 for a in range(7) for b in range(7)]
    assert task.train_mask(0).sum() == 24
    assert (task.train_mask(0) != task.train_mask(1)).any()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"p": "0"}, "p = 0.*ranges over no value"),
        ({"p": "1"}, "p = 1.*single value"),
        ({"p": "ten"}, "p = 'ten'.*expected an integer, for example p=113"),
        ({"p": "11.5"}, "expected an integer"),
        ({"p": "1000000"}, "1,000,000,000,000 inputs: expected at most 268,435,456"),
        ({"p": "16000"}, "needs about 6.1 GB of memory"),
        ({"fraction": "0"}, "between 0 and 1"),
        ({"fraction": "1.5"}, "between 0 and 1"),
        ({"fraction": "nan"}, "expected a number"),
        ({"p": "3", "fraction": "0.1"}, "leaves none to train on"),
        ({"q": "5"}, "no setting 'q'; it has: p, fraction"),
    ],
)
def test_bad_settings_say_what_was_expected(settings, message):
    with pytest.raises(TaskError, match=message):
        load_task("mod_add", settings)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "marks no task"),
        ("def f(:", "not valid Python: line 1"),
        ("1 / 0", "failed: ZeroDivisionError"),
        ("import distill\n@distill.task\ndef f(p): ...", "'p' of task 'f' needs a default"),
        (
            "import distill\n@distill.task\ndef f(p: int = 3): return 4",
            "returned int: expected a Task, a SequenceTask, a TextTask or a RealTask",
        ),
        ("import distill\n@distill.task\ndef f(p: int = 3): return 1 / 0", "could not be built"),
    ],
)
def test_broken_task_files_say_why(tmp_path, source, message):
    path = tmp_path / "broken.py"
    path.write_text(source)
    with pytest.raises(TaskError, match=message):
        load_task(str(path))


HEAD = "from distill import SequenceTask, Task, task, windows\n@task\ndef f("


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"\x00\xff" * 50, "not valid Python|failed"),
        (b"#" * (10 * 2**20 + 1), "has 10 MB: expected a Python file of at most"),
        (b"while True: pass", r"^: it is not at its end after 0\.1 s"),
        (b"raise SystemExit('a\\n\\nb')", r"failed: SystemExit: a b \(line 1 of "),
        (b"class E(Exception):\n __str__ = 3\nraise E", "a message that cannot be read"),
        (HEAD + "p=(1, 2)): ...", r"setting 'p' of task 'f' is \(1, 2\) by default: expected"),
        (HEAD + "p=float('nan')): ...", "is nan by default"),
        (HEAD + "p=10**5000): ...", "of type int that cannot be shown by default"),
        (HEAD.replace("f(", "f" * 80 + "("), "not valid Python"),
        (HEAD.replace("f(", "f" * 80 + "(): ..."), "cannot name a task"),
        ("import distill\ndistill.task(lambda p=3: 3)", "'<lambda>' cannot name a task"),
        (HEAD + "p: 'Missing' = 5): return 3", "returned int"),
        (HEAD + "): exit()", "could not be built: SystemExit"),
        (HEAD + "):\n while True: pass", r"^f: it is not at its end after 0\.1 s"),
        (HEAD + "): return Task({}, range(3), lambda a: a)", "^f: a domain without inputs"),
        (HEAD + "): return SequenceTask({}, lambda xs: xs)", "^f: 0 channels of inputs"),
        (HEAD + "): return Task({'a': range(10**30)}, range(3), print)", "integers of 64 bits"),
        (
            HEAD + "): return SequenceTask({'a': range(3)}, lambda xs: "
            "[w[0] for w in windows(xs, 10**6)])",
            "a window of the last 1000000 inputs: expected 1 to 1,000",
        ),
        (
            HEAD + "): return SequenceTask({'a': range(3)}, list, length=10**6)",
            "is 1000000: expected 1 to 1,000 steps",
        ),
        (HEAD + "): return SequenceTask({'a': range(3)}, list, outputs=10**6)", "1 to 26"),
    ],
)
def test_odd_task_files_are_told_in_a_line(tmp_path, monkeypatch, source, message):
    monkeypatch.setattr("distill.tasks.files.SECONDS", 0.1)
    monkeypatch.setattr("distill.tasks.family.SECONDS", 0.1)
    path = tmp_path / "odd.py"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    with pytest.raises(TaskError) as told:
        load_task(str(path))
    assert "\n" not in str(told.value)
    assert re.search(message, str(told.value).removeprefix(f"task file '{path}'").strip())


def test_what_is_no_file_is_no_task_file(tmp_path):
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    for name, found in {
        "folder.py": "is a folder",
        "pipe.py": "is no file",
        "n" * 300 + ".py": "File name too long",
    }.items():
        with pytest.raises(TaskError, match=found):
            load_task(str(tmp_path / name))
    for name in ("", "a\0b.py"):
        with pytest.raises(TaskError, match="names no task"):
            load_task(name)


def test_a_decorated_function_is_run_as_it_stands(monkeypatch):
    """With its defaults, or with settings; anything else is told what is expected."""
    seen = []

    def stop(task, *_: object) -> None:
        seen.append(task.settings)
        raise distill.DistillError("far enough")

    @distill.task
    def par(length: int = 5) -> distill.SequenceTask:
        return distill.SequenceTask({"x": range(2)}, lambda xs: xs, length=length)

    monkeypatch.setattr("distill.train.over_sequences._draw", stop)
    for settings in ({}, {"length": 7}, {"length": "8"}):
        with pytest.raises(distill.DistillError, match="far enough"):
            distill.run(par, out=None, **settings)
    assert seen == [{"length": 5}, {"length": 7}, {"length": 8}]
    with pytest.raises(distill.DistillError, match="already built"):
        distill.run(par(), out=None, length=3)


def test_missing_file_and_unknown_name(tmp_path):
    with pytest.raises(TaskError, match="does not exist"):
        load_task(str(tmp_path / "none.py"))
    with pytest.raises(TaskError, match="did you mean 'mod_add'"):
        load_task("mod_ad")


def test_reference_outside_the_outputs_is_named():
    with pytest.raises(TaskError, match=r"reference\(1\) is 3; expected an integer"):
        distill.Task({"a": range(3)}, range(3), lambda a: a + 2, train_fraction=0.5)
    # one that a few inputs do not show is named when all are labelled
    late = distill.Task({"a": range(5000)}, range(5000), lambda a: a + 9999 * (a == 7))
    with pytest.raises(TaskError, match=r"reference\(7\) is 10006; expected an integer"):
        late.labels(late.domain.tokens())


def test_file_with_two_tasks_asks_for_one(tmp_path):
    path = tmp_path / "two.py"
    body = "from distill import Task, task\n" + "".join(
        f"@task\ndef {name}(p: int = 5) -> Task:\n"
        "    return Task({'a': range(p)}, range(p), lambda a: a)\n"
        for name in ("first", "second")
    )
    path.write_text(body)
    assert load_task(f"{path}:second").name == "second"
    with pytest.raises(TaskError, match="holds 2 tasks"):
        load_task(str(path))


def test_builtin_tasks_are_files_and_nothing_more(tmp_path):
    copy = tmp_path / "elsewhere.py"
    copy.write_text((ROOT / "tasks" / "mod_add.py").read_text())
    assert read_task_file(copy)["mod_add"].defaults == builtin_tasks()["mod_add"].defaults


def test_the_guides_task_file_is_a_dozen_lines_and_loads(tmp_path):
    (source,) = re.findall(r"```python\n(# my_task.py.*?)```", GUIDE.read_text(), flags=re.S)
    assert len(source.splitlines()) <= 16
    path = tmp_path / "my_task.py"
    path.write_text(source)
    task = load_task(str(path), {"p": "7"})
    assert task.labels(task.domain.tokens()).tolist() == [
        (2 * a + 3 * b) % 7 for a in range(7) for b in range(7)
    ]


def test_a_task_that_a_file_does_not_hold_is_answered_with_those_that_it_holds(tmp_path):
    file = tmp_path / "two.py"
    file.write_text(
        "from distill import SequenceTask, task\n\n"
        + "".join(
            f"@task\ndef {name}() -> SequenceTask:\n"
            "    return SequenceTask({'x': range(2)}, list)\n\n"
            for name in ("copies", "mirrors")
        )
    )
    with pytest.raises(TaskError, match=r"expected one of copies, mirrors$"):
        load_task(f"{file}:sums")


def test_a_name_is_looked_for_in_files_and_not_in_pipes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("a.py")  # whoever reads it waits for ever
    (tmp_path / "b.py").write_text("def vending(x):\n    return x\n")
    with pytest.raises(TaskError, match=r"did you mean 'b\.py:vending'"):
        load_task("vending")
