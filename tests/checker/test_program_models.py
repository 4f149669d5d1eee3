"""A program on models answers what Python answers: exactly, as fractions have it."""

from fractions import Fraction

import numpy as np
import pytest
from builders.real_networks import program_of

from distill.checker.box_draws import lines
from distill.checker.errors import ProgramError
from distill.checker.program_models import on_models
from distill.checker.sandbox import program_of as read
from distill.checker.taylor import Basis, variables

LOW, HIGH = np.array([[0.5, 1.25]]), np.array([[2.0, 3.0]])
BIG = "94906267 * 94906267"


def model_of(text):
    return on_models(read(program_of(text)), 60)(variables(Basis(2, 6), LOW, HIGH))


@pytest.mark.parametrize(
    "text",
    [
        *("x + y", "x - y", "3.0 - x", "3 - x", "x - 3", "-x + y", "+x", "abs(x)", "x * y * 3"),
        *("0.1 * x", "x * 0.1", "x**0", "x**1", "x**5", "x**6", "y / 3.0", "x / 4", "7", "0.1"),
        *(BIG, f"x + {BIG}", f"{BIG} * x", f"{BIG} - x", "(x - y) ** 3"),
    ],
)
def test_the_exact_answer_lies_within_the_model(text):
    made = model_of(text)
    for t in ((-1, -1), (1, 1), (-1, 1), (0, 0)):
        ends = zip(LOW[0].tolist(), HIGH[0].tolist(), t, strict=True)
        x, y = (
            (Fraction(low) + Fraction(high)) / 2 + place * (Fraction(high) - Fraction(low)) / 2
            for low, high, place in ends
        )
        exact_text = text.replace("0.1", "Fraction(0.1)").replace("3.0", "3")
        exact = eval(exact_text, {"x": x, "y": y, "Fraction": Fraction})
        powers = [t[0] ** int(i) * t[1] ** int(j) for i, j in made.basis.exponents]
        parts = made.parts.reshape(len(powers), -1)[:, 0].tolist()
        said = sum(Fraction(part) * power for part, power in zip(parts, powers, strict=True))
        assert abs(said - exact) <= Fraction(float(made.rad.ravel()[0]))
        assert made.rad.ravel()[0] <= 1e-10 * max(1.0, abs(float(exact)))


@pytest.mark.parametrize("text", ["x / 0", "x / 0.0", "x // 2.0", "x % 2.0", "1.0 if x > y else x"])
def test_what_no_model_bears_is_refused(text):
    with pytest.raises(ProgramError):
        model_of(text)


def test_lines_along_the_inputs_go_through_the_middle():
    along_x, along_y = lines(LOW[0], HIGH[0], 5)
    assert along_x[[0, 2, 4]].tolist() == [[0.5, 2.125], [1.25, 2.125], [2.0, 2.125]]
    assert along_y[[0, 4]].tolist() == [[1.25, 1.25], [1.25, 3.0]]
