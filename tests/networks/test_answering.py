"""Functions over a finite domain: how they are called, and what is said where they cannot be."""

import pytest
import torch

import distill
from distill import DistillError
from distill.domains.finite import Domain
from distill.networks.over_domain import over_domain

TWO = [range(5), range(5)]


def celsius(fahrenheit: int) -> int:
    return (fahrenheit - 32) * 5 // 9


def test_a_function_of_one_input_gets_its_value():
    run = distill.distill(celsius, [range(32, 60)], range(16))
    told = "; ".join(run.report.remarks)
    assert "it is called with the values of the inputs" in told
    assert run.program is None or run.program(50) == celsius(50)


def test_a_function_of_tokens_still_gets_tokens():
    def one_hot(tokens):
        return 5.0 * torch.eye(3)[tokens.sum(1) % 3]

    run = distill.distill(one_hot, [range(6)], range(3))
    assert "values of the inputs" not in "; ".join(run.report.remarks)


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (lambda a, b: 1 // a, "failed on a = 0, b = 0: ZeroDivisionError"),
        (lambda a, b: None, "failed on a = 0, b = 0"),
        (lambda a, b, c: a, r"takes 3 arguments: expected 2, the values of a and b, or one, int"),
        (lambda a, b: a + b, r"answered 5: expected labels .* range\(0, 5\)"),
    ],
)
def test_what_cannot_be_called_is_told_by_what_was_given(network, said):
    with pytest.raises(DistillError, match=said):
        distill.distill(network, TWO, range(5))


def test_what_is_no_network_is_told_by_its_type():
    with pytest.raises(DistillError, match="a str is no network: expected a module, a function"):
        over_domain("x", Domain(tuple(TWO), range(5)))
