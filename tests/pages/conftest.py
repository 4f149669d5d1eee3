"""Runs whose pages several modules look at."""

import numpy as np
import pytest
import torch
from planted import square
from planted_machine import planted_network

import distill
from distill.kinds.automaton.machine import Machine


@pytest.fixture(scope="session")
def planted(planted_run):
    return distill.load_run(planted_run)


@pytest.fixture(scope="session")
def refused(tmp_path_factory):
    """A network that remembers a table without a rule, and one logit a little more."""
    table = np.random.default_rng(0).integers(0, 7, (7, 7))

    def remembers(tokens):
        logits = torch.zeros(len(tokens), 7, dtype=torch.float64)
        rows = torch.arange(len(tokens))
        logits[rows, torch.from_numpy(table)[tokens[:, 0], tokens[:, 1]]] = 9.0
        return logits

    run = distill.distill(remembers, square(7), name="noise", out=tmp_path_factory.mktemp("noise"))
    assert run.report.verdict == "refused"
    return distill.load_run(run.folder), table


@pytest.fixture(scope="session")
def counter(tmp_path_factory):
    """A network that is a counter modulo 3."""
    machine = Machine(((0, 1), (1, 2), (2, 0)), ((0, 1), (1, 2), (2, 0)), symbols=((0,), (1,)))
    channels = distill.Channels((range(2),))
    out = tmp_path_factory.mktemp("counter")
    run = distill.distill(planted_network(machine), channels, length=6, name="counter", out=out)
    return distill.load_run(run.folder)


@pytest.fixture(scope="session")
def trained(small_run):
    return distill.load_run(small_run)
