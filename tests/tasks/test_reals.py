"""Tasks over boxes: built in, of a file, and refused where they are none."""

import math
from pathlib import Path

import numpy as np
import pytest

from distill.errors import TaskError
from distill.tasks.files import builtin_folder, load_task, read_task_file
from distill.tasks.reals import RealTask

FORMULAS = read_task_file(builtin_folder() / "formulas.py")


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_a_built_in_formula_answers_everywhere_in_its_box(name):
    family = FORMULAS[name]
    assert family.kind == "box of reals"
    assert family.summary.endswith((".", ": a control."))
    task = family()
    answers = task.labels(task.box.draw(50, 1))
    assert np.isfinite(answers).all()
    assert np.ptp(answers) > 0.01


def test_there_are_24_formulas_five_named_ones_and_three_controls():
    named = {"pendulum", "kepler", "lorentz_factor", "logistic_growth", "relativistic_sum"}
    controls = {name for name, family in FORMULAS.items() if "a control" in family.about}
    assert named <= set(FORMULAS)
    assert len(set(FORMULAS) - named - controls) == 24
    assert controls == {"bessel", "large_pendulum", "kepler_equation"}


def test_a_control_answers_what_it_says():
    bessel = FORMULAS["bessel"]().reference
    assert bessel(2.404825557695773, 1.0) == pytest.approx(0.0, abs=1e-12)
    large = FORMULAS["large_pendulum"]().reference
    assert large(1.0, 1e-6) == pytest.approx(2 * math.pi)


def test_a_file_of_ones_own(tmp_path):
    path = Path(tmp_path / "mine.py")
    path.write_text(
        "from distill import RealTask, task\n\n\n@task\ndef scaled(k: float = 2.0) -> RealTask:\n"
        '    "k times x squared."\n'
        '    return RealTask({"x": (0, 3)}, lambda x: k * x * x)\n'
    )
    task = load_task(str(path), {"k": "3"})
    assert isinstance(task, RealTask)
    assert (task.name, task.about, task.settings) == ("scaled", "k times x squared.", {"k": 3.0})
    assert task.labels(np.array([[2.0]])) == [12.0]


@pytest.mark.parametrize(
    ("inputs", "reference", "said"),
    [
        ({"x": (0, 1)}, lambda x: 1 / x, "must answer everywhere"),
        ({"x": (-1, 1)}, lambda x: x**0.5, "expected a finite number"),
        ({"x": (0, 1)}, lambda x: "a", "expected a finite number"),
        ({"x": (0, 1)}, lambda x: 3.0, "not constant"),
        ({"x": (0, 1)}, lambda x, y: x, "must answer everywhere"),
        ({"x": (1, 0)}, lambda x: x, "lower end"),
    ],
)
def test_what_is_no_task_is_refused(inputs, reference, said):
    with pytest.raises(TaskError, match=said):
        RealTask(inputs, reference)


@pytest.mark.parametrize("noise", [-0.1, 2, True])
def test_noise_is_a_part_of_the_spread(noise):
    with pytest.raises(TaskError, match="noise"):
        RealTask({"x": (0, 1)}, lambda x: x, noise=noise)
