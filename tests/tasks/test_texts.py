"""Tasks over texts: what a reference must be, and that the built-in ones say what they do."""

from itertools import count

import numpy as np
import pytest

from distill import TextTask, pipeline
from distill.errors import TaskError
from distill.tasks.files import builtin_tasks, load_task

SAID = {
    "reverse": ([1, 2, 3], [3, 2, 1]),
    "sort": ([3, 1, 2, 1], [1, 1, 2, 3]),
    "histogram": ([1, 2, 1], [2, 1, 2]),
    "double_histogram": ([1, 2, 1, 3], [1, 2, 1, 2]),
    "most_frequent": ([3, 1, 1, 3], [1]),
    "max_of_n": ([3, 11, 2], [11]),
    "copy": ([4, 4, 1], [4, 4, 1]),
    "previous_token": ([4, 4, 1], [0, 4, 4]),
    "induction": ([1, 2, 1, 3, 1, 3, 1], [8, 8, 2, 8, 2, 1, 3]),
    "dyck1": ([0, 0, 1, 1, 1, 0], [1, 1, 1, 0, 2, 2]),
    "dyck2": ([0, 1, 3, 2, 0, 3], [1, 1, 1, 0, 1, 2]),
    "addition": ([99, 5, 50], [8, 6, 5]),
}


@pytest.mark.parametrize("name", SAID)
def test_the_built_in_tasks_answer_as_their_names_say(name):
    task = load_task(name)
    text, answers = SAID[name]
    assert task.labels(np.array([text])).tolist() == [answers]
    assert builtin_tasks()[name].kind == "texts"
    rows = task.sample(np.random.default_rng(0), 50, task.length)
    assert np.isin(task.labels(rows), list(task.outputs)).all()


def text_task(**changes):
    return TextTask(**{"inputs": {"x": range(3)}, "outputs": range(3), "reference": list} | changes)


def _other_each_time():
    asked = count()
    return lambda xs: [next(asked) % 3 for _ in xs]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"inputs": {"x": range(3), "y": range(3)}}, "one range"),
        ({"reference": lambda xs: xs[:-1]}, "expected a list of"),
        ({"reference": lambda xs: 7}, "is an int: expected a list"),
        ({"reference": lambda xs: [x + 1 for x in xs]}, "has 3: expected answers of"),
        ({"reference": lambda xs: [1 // 0]}, "raised ZeroDivisionError"),
        ({"reference": lambda xs: xs[::-1], "causal": True}, "leave it out where answers depend"),
        ({"sampler": lambda rng, n, length: np.full((n, length), 5)}, "expected integers"),
        ({"length": 0}, "length of the longest text is 0: expected 1 to 512 tokens"),
        ({"reference": _other_each_time()}, "when it is asked again: expected the same answers"),
        ({"network": {"layers": 1}}, "'layers': 1}: expected n_layers, n_heads, d_model"),
        ({"network": {"n_layers": 0}}, "counts above"),
        ({"network": {"n_heads": True}}, "counts above"),
        ({"network": {"layer_norm": 1}}, "layer_norm True or False"),
        ({"network": {"activation": "tanh"}}, "activation relu or gelu"),
    ],
)
def test_a_task_that_cannot_be_used_is_refused_in_a_line(changes, said):
    with pytest.raises(TaskError, match=said) as found:
        text_task(**changes)
    assert "\n" not in str(found.value)


def test_a_task_file_of_one_s_own_may_be_over_texts(tmp_path):
    file = tmp_path / "ranks.py"
    file.write_text(
        "from distill import TextTask, task\n\n\n@task\ndef ranks(size: int = 4) -> TextTask:\n"
        '    "How many tokens are smaller."\n'
        "    return TextTask({'x': range(size)}, range(6), lambda xs: [sum(y < x for y in xs) "
        "for x in xs], 6)\n"
    )
    task = load_task(str(file), {"size": "5"})
    assert isinstance(task, TextTask)
    assert (task.name, task.tokens, task.about) == (
        "ranks",
        range(5),
        "How many tokens are smaller.",
    )
    assert isinstance(pipeline.built_task(str(file), {}), TextTask)


def test_an_argument_that_a_task_does_not_take_is_answered_with_those_that_it_takes(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from distill import TextTask, task\n\n\n@task\ndef mine() -> TextTask:\n"
        "    return TextTask({'x': range(3)}, range(3), list, size=4)\n"
    )
    with pytest.raises(TaskError, match="a TextTask takes inputs, outputs, reference, length, r"):
        load_task(str(file))
