"""Logits, losses and rows of tables are the plain ones, and so are their gradients."""

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from distill.studies.grokking import SETTINGS, measure
from distill.studies.readout import looked_up, losses, unembedded
from distill.studies.study import Asked

GENERATOR = torch.Generator().manual_seed(0)
LABELS = torch.randint(5, (7,), generator=GENERATOR)
WHICH = torch.randint(4, (7,), generator=GENERATOR)


def drawn(*shape):
    return torch.randn(shape, generator=GENERATOR, dtype=torch.float64).requires_grad_()


def test_losses_and_their_gradients_are_those_of_the_plain_formula():
    table, U, weights = drawn(3, 4, 6), drawn(3, 6, 5), torch.tensor([1.0, -2.0, 0.5])

    def fast():
        return losses(unembedded(looked_up(table, WHICH), U), LABELS)

    def plain():
        logits = table[:, WHICH] @ U
        each = cross_entropy(logits.flatten(0, 1), LABELS.repeat(3), reduction="none")
        return each.view(3, 7).mean(dim=1)

    torch.testing.assert_close(fast(), plain())
    ours = torch.autograd.grad(fast() @ weights.double(), (table, U))
    theirs = torch.autograd.grad(plain() @ weights.double(), (table, U))
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)
        assert one.abs().max() > 0.01


def test_no_number_of_a_study_depends_on_its_threads():
    small = {**SETTINGS, "seeds": 2, "p": 11, "d": 8, "width": 16, "steps": 20, "checkpoints": 4}
    one, two = (
        measure(Asked(small, threads=threads), "all", lambda done, what: None) for threads in (1, 2)
    )
    assert one.keys() == two.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, two[name])
