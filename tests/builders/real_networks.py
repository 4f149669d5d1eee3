"""Networks over boxes by construction: they compute a formula exactly, so that nothing is trained.

A product is a difference of squares, x y = ((x + y)² - (x - y)²) / 4, and one unit of any function
is that function.
"""

import torch

from distill.domains.boxes import Box
from distill.networks.function import StoredFunction
from distill.networks.real_perceptron import RealPerceptron
from distill.networks.stored import Model
from distill.networks.trace import BoxTrace

PRODUCT = Box.of({"x": (0.5, 2.0), "y": (1.0, 3.0)})
LINE = Box.of({"x": (-1.0, 1.0)})


def product() -> Model[RealPerceptron]:
    """A network that multiplies two numbers."""
    weights = {"W_1": [[1.0, 1.0], [1.0, -1.0]], "b_1": [0.0, 0.0]}
    weights |= {"W_out": [[0.25], [-0.25]], "b_out": [0.0]}
    return Model(RealPerceptron(2, (2,), "square"), _tensors(weights))


def one_unit(activation: str = "tanh") -> Model[RealPerceptron]:
    """A network that answers 3 f(2 x + 0.5) - 1, for an activation function f."""
    weights = {"W_1": [[2.0]], "b_1": [0.5], "W_out": [[3.0]], "b_out": [-1.0]}
    return Model(RealPerceptron(1, (1,), activation), _tensors(weights))


def view_of(model: Model[RealPerceptron], box: Box) -> BoxTrace:
    """What extraction would see of it."""
    return BoxTrace(StoredFunction(model, box))


def program_of(formula: str, box: Box = PRODUCT, body: str = "") -> str:
    """A program that answers a formula of the inputs, without its domain."""
    given = ", ".join(f"{name}: float" for name in box.names)
    return (
        '"""A formula."""\n\nimport sys\nfrom math import cos, exp, sin, sqrt, tanh\n\n'
        f'__all__ = ["f"]\n\n\ndef f({given}) -> float:\n{body}    return {formula}\n\n\n'
        'if __name__ == "__main__":\n    print(f(*map(float, sys.argv[1:])))\n'
    )


def _tensors(weights):
    return {name: torch.tensor(it, dtype=torch.float64) for name, it in weights.items()}
