import re
from pathlib import Path

import pytest

import distill
from distill.errors import TaskError
from distill.task_files import builtin_tasks, load_task, read_task_file

GUIDE = Path(__file__).parent.parent / "docs" / "your_own_task.md"


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
        ({"p": "1000000"}, "needs about 24 TB of memory"),
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
            "returned int: expected a Task or a Seq",
        ),
        ("import distill\n@distill.task\ndef f(p: int = 3): return 1 / 0", "could not be built"),
    ],
)
def test_broken_task_files_say_why(tmp_path, source, message):
    path = tmp_path / "broken.py"
    path.write_text(source)
    with pytest.raises(TaskError, match=message):
        load_task(str(path))


def test_missing_file_and_unknown_name(tmp_path):
    with pytest.raises(TaskError, match="does not exist"):
        load_task(str(tmp_path / "none.py"))
    with pytest.raises(TaskError, match="did you mean 'mod_add'"):
        load_task("mod_ad")


def test_reference_outside_the_outputs_is_named():
    task = distill.Task({"a": range(3)}, range(3), lambda a: a + 2, train_fraction=0.5)
    with pytest.raises(TaskError, match=r"reference\(1\) of task 'task' is 3; expected an integer"):
        task.labels(task.domain.tokens())


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
    copy.write_text((Path(__file__).parent.parent / "tasks" / "mod_add.py").read_text())
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
