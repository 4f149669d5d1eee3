"""Sequence tasks of one's own: what extraction sees of them, and what they may get wrong."""

import re

import numpy as np
import pytest
import torch
from builders.paths import DOCS

import distill
from distill import Channels, DistillError, SequenceTask, scan, windows
from distill.errors import TaskError
from distill.tasks.files import builtin_tasks, load_task


def test_extraction_sees_ranges_under_neutral_names():
    task = SequenceTask({"left": range(2), "right": range(-1, 2)}, lambda xs: [0 for _ in xs])
    assert task.channels == Channels((range(2), range(-1, 2)), 1)
    assert str(task.channels) == "a in 0..1, b in -1..1"
    assert task.alphabet.tolist() == [[0, -1], [0, 0], [0, 1], [1, -1], [1, 0], [1, 1]]
    assert task.channels.size == 6


def test_a_sequence_is_spelled_in_its_symbols():
    assert load_task("dyck").spell([0, 0, 1]) == "(()"
    assert load_task("bitwise_or").spell([(0, 1), (1, 1)]) == "0 1, 1 1"
    low = SequenceTask({"x": range(-1, 2)}, list, symbols={"x": "-0+"})
    assert low.spell([1, -1, 0]) == "+-0"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": {}}, "0 channels of inputs: expected 1 to 26"),
        ({"inputs": {"x": range(0)}}, "ranges over no value"),
        ({"inputs": {"x": range(5, 6)}}, "ranges over a single value"),
        ({"inputs": {"x": range(0, 10, 2)}}, "expected a range of integers in steps of 1"),
        ({"inputs": {"x": range(2**63, 2**63 + 2)}}, "expected integers of 64 bits"),
        ({"outputs": 0}, "outputs = 0: expected how many numbers"),
        ({"length": 0}, "is 0: expected 1 to 1,000 steps"),
        ({"length": 10**9}, "expected 1 to 1,000 steps"),
        ({"symbols": {"y": "()"}}, "a channel 'y'; the channels are: x"),
        ({"symbols": {"x": "("}}, r"are '\(': expected a different character .* 2 values"),
        ({"symbols": {"x": "(("}}, "expected a different character"),
        ({"reference": lambda xs: xs[:-1]}, r"reference\(\[.*\]\) is a list of 9: expected .* 10"),
        ({"reference": lambda xs: None}, "is a NoneType: expected a list of 10, an integer"),
        ({"reference": lambda xs: tuple(xs)}, "is a tuple: expected a list of 10"),
        ({"reference": lambda xs: [x / 2 for x in xs]}, "at step 0: expected an integer"),
        (
            {"reference": lambda xs: [(x, x) for x in xs]},
            r"is \(.*\) at step 0: expected an integer",
        ),
        ({"outputs": 2}, "at step 0: expected a tuple of 2 integers"),
        (
            {"reference": lambda xs: [(x,) for x in xs], "outputs": 2},
            "expected a tuple of 2 integers",
        ),
        (
            {"reference": lambda xs: [1 // 0 for _ in xs]},
            r"reference\(\[.*\]\) raised ZeroDivisionError: .*; it must answer",
        ),
        (
            {"reference": lambda xs: [1 // 0 for _ in xs], "symbols": {"x": "()"}},
            r"\[.*\]\), the sequence [()]{10}, raised",
        ),
        ({"reference": lambda xs: xs[::-1]}, "output t may depend on inputs up to t only"),
        ({"reference": lambda xs: [*xs[1:], 0]}, r"if the sequence ends after \d steps?"),
        ({"reference": lambda xs: [len(xs) for _ in xs]}, "answers 10 at step 0, and 1 if"),
        ({"reference": lambda xs: [2**63 for _ in xs]}, "beyond 64-bit integers within 10 steps"),
        ({"sampler": lambda rng, n, t: 1 // 0}, "sampler raised ZeroDivisionError.* of length 10"),
        ({"sampler": lambda rng, n, t: [[0]]}, r"drew \[\[0\]\]: expected an array of integers"),
        ({"sampler": lambda rng, n, t: rng.random((n, t, 1))}, "drew an array of float64"),
        (
            {"sampler": lambda rng, n, t: np.zeros((n, t), int)},
            r"drew an array \[8, 10\]: expected",
        ),
        ({"sampler": lambda rng, n, t: np.full((n, t, 1), 2)}, "drew values from 2 to 2: expected"),
        ({"sampler": lambda rng, n, t: np.full((n, t, 1), -1)}, "drew values from -1 to -1"),
    ],
)
def test_faults_are_told_when_the_task_is_made(change, message):
    sound = {"inputs": {"x": range(2)}, "reference": list}
    with pytest.raises(TaskError, match=message) as caught:
        SequenceTask(**{**sound, **change})
    assert "\n" not in str(caught.value)


def test_faults_that_show_later():
    growing = SequenceTask({"x": range(2)}, lambda xs: [10**t for t in range(len(xs))])
    with pytest.raises(TaskError, match="beyond 64-bit integers within 30 steps"):
        growing.labels(growing.sample(np.random.default_rng(0), 1, 30))
    with pytest.raises(TaskError, match="length 0: expected at least 1 step"):
        growing.sample(np.random.default_rng(0), 1, 0)
    with pytest.raises(TaskError, match="an alphabet of 4,000,000 symbols"):
        _ = Channels((range(2000), range(2000))).alphabet
    with pytest.raises(TaskError, match=r"\[0, 0, 0, .*, \.\.\. \(50 in all\)\]\) is None at step"):
        SequenceTask(
            {"x": range(2)}, lambda xs: [0 if len(xs) < 50 else None for _ in xs], length=10
        ).labels(np.zeros((1, 50, 1), dtype=np.int64))


def test_helpers_write_references():
    assert scan(lambda total, x: (total + x, total), 5)([1, 2, 3]) == [5, 6, 8]
    assert list(windows([1, 2, 3], 2)) == [[0, 1], [1, 2], [2, 3]]
    assert list(windows([], 2)) == []
    with pytest.raises(TaskError, match="last 0 inputs: expected 1 to 1,000"):
        windows([1], 0)


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("prev", {"k": "-1"}, "prev with k = -1, length = 10: .* window of the last 0 inputs"),
        ("add_mod", {"m": "0"}, "ranges over no value"),
        ("base_addition", {"base": "1"}, "a single value"),
        ("majority", {"largest": "0"}, "a single value"),
        ("div_3", {"divisor": "0"}, "at least 1"),
        ("counter_mod", {"n": "0"}, "at least 1"),
        ("counter_saturating", {"limit": "0"}, "at least 1"),
        ("dyck", {"depth": "0"}, "at least 1"),
        ("word_cyclic", {"n": "1"}, "2 or more"),
        ("word_dihedral", {"n": "1"}, "2 or more"),
        ("word_permutation", {"n": "1"}, "2 or more"),
        ("ends_with", {"pattern": "12"}, "pattern of zeros and ones"),
        ("contains_pattern", {"pattern": ""}, "pattern of zeros and ones"),
        ("tomita1", {"length": "0"}, "expected 1 to 1,000 steps"),
        ("parity_all", {"k": "3"}, "no setting 'k'; it has: length"),
    ],
)
def test_settings_that_cannot_be(name, given, message):
    with pytest.raises(TaskError, match=message):
        load_task(name, given)


def test_presets_are_names_for_settings():
    task = load_task("sum_last5", {"length": "12"})
    assert task.name == "sum_last5"
    assert task.settings == {"k": 5, "length": 12}
    assert builtin_tasks()["sum_last5"].kind == "sequences"
    assert builtin_tasks()["mod_add"].kind == "finite domain"


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ("@task(presets={'two': {'q': 2}})", "'two' has no setting 'q'; it has: k"),
        ("@task(presets={'two': {'k': 'x'}})", "k = 'x' of task 'two': expected an integer"),
        ("@task(presets={'a/b': {'k': 2}})", "'a/b' cannot name a task"),
        ("@task(presets={'other': {'k': 2}})", "two tasks with the name 'other'"),
    ],
)
def test_presets_that_cannot_be(tmp_path, marks, message):
    body = "    return SequenceTask({'x': range(k)}, list)\n"
    path = tmp_path / "mine.py"
    path.write_text(
        f"from distill import SequenceTask, task\n{marks}\ndef one(k: int = 2):\n{body}"
        f"@task\ndef other(k: int = 2):\n{body}"
    )
    with pytest.raises(TaskError, match=message):
        load_task(f"{path}:one")


def test_the_guides_sequence_task_loads(tmp_path):
    page = (DOCS / "your_own_task.md").read_text()
    (source,) = re.findall(r"```python\n(# my_sequence_task.py.*?)```", page, flags=re.S)
    path = tmp_path / "my_sequence_task.py"
    path.write_text(source)
    labels = load_task(str(path)).labels(np.array([[[3], [4], [0], [9]]]))
    assert labels.ravel().tolist() == [3, 1, 1, 4]


def test_a_checkpoint_is_held_against_a_task_of_its_own_channels_alone(tmp_path):
    path, out = tmp_path / "network.pt", tmp_path / "out"
    torch.save(torch.nn.GRU(3, 4).state_dict(), path)
    for name in ("parity_all", "mod_add"):
        with pytest.raises(DistillError, match=r"over sequences of x in 0\.\.2, and task"):
            distill.run_model(path, name, out=out)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("sum(xs)", "is an int: expected a list of 8"),
        ("xs[::-1]", "if the sequence ends after 1 step: output t may depend"),
        ("[random() < 0.5 for x in xs]", "when it is asked again: expected the same answers"),
        ("[y for x in xs]", r"name 'y' is not defined \(line 4 of mine.py\); it must answer"),
    ],
)
def test_a_mistake_in_a_reference_is_told_with_its_line(tmp_path, reference, said):
    path = tmp_path / "mine.py"
    path.write_text(
        "from random import random\nfrom distill import SequenceTask, task\n@task\n"
        f"def one(): return SequenceTask({{'x': range(4)}}, lambda xs: {reference}, length=8)\n"
    )
    with pytest.raises(TaskError, match=said):
        load_task(f"{path}:one")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            "return SequenceTask(input={'x': range(4)})",
            "a SequenceTask takes inputs, reference, ou",
        ),
        ("return Task(input={'x': range(4)})", "a Task takes inputs, outputs, reference"),
        ("SequenceTask({'x': range(4)}, list)", "returned NoneType.*is there a return"),
    ],
)
def test_a_task_that_cannot_be_built_says_what_one_is_made_of(tmp_path, body, said):
    path = tmp_path / "mine.py"
    path.write_text(f"from distill import SequenceTask, Task, task\n@task\ndef one(): {body}\n")
    with pytest.raises(TaskError, match=said):
        load_task(f"{path}:one")
