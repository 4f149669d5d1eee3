"""A network over a box in memory becomes a formula, and its folder gives the verdict again."""

import pytest
import torch
from torch import nn

from distill import distill, run_model
from distill.checker.check import check_run
from distill.domains.boxes import Box
from distill.kinds.formula.mechanism import FormulaMechanism

pytestmark = pytest.mark.usefixtures("page_undrawn")


class Products(torch.nn.Module):
    """`x * y / 2 + 3` by squares: what a perceptron with such units computes exactly."""

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        x, y = points.T
        return ((x + y) ** 2 - (x - y) ** 2) / 8 + 3


def test_a_network_in_memory_comes_out_as_a_formula_that_its_folder_derives(tmp_path):
    box = {"x": (1.0, 2.0), "y": (0.5, 3.0)}
    run = distill(Products().double(), box, name="products", out=tmp_path)
    assert isinstance(run.mechanism, FormulaMechanism)
    assert run.program is not None
    assert "return x * y / 2 + 3" in run.program.source
    assert run.report.verdict in ("tested", "proved")
    assert not run.report.located
    checkup = check_run(run.folder)
    assert checkup.ok, checkup.findings
    figures = {row.name: row for row in run.report.figures}
    assert figures["gradient_r2"].value > 0.999999
    assert figures["gradient_r2"].decoy < 0.9
    assert figures["level_change"].value < 1e-6 < 0.01 < figures["level_change"].decoy


class Square(nn.Module):
    def forward(self, given):
        return given**2


def test_a_file_of_a_sequence_of_layers_comes_out_as_a_formula_that_is_proved(tmp_path):
    """Somebody else's: its tensors say neither the box nor the activation."""
    network = nn.Sequential(nn.Linear(2, 2), Square(), nn.Linear(2, 1)).double()
    with torch.no_grad():
        for layer, weight in ((network[0], [[1.0, 1.0], [1.0, -1.0]]), (network[2], [[0.5, -0.5]])):
            layer.weight.copy_(torch.tensor(weight))
            layer.bias.zero_()
        network[2].bias.fill_(3)
    torch.save(network.state_dict(), tmp_path / "net.pt")
    box = Box.of({"x": (1.0, 2.0), "y": (0.5, 3.0)})
    layout = "perceptron,activation=square"
    run = run_model(tmp_path / "net.pt", layout=layout, box=box, out=tmp_path / "out")
    assert run.report.verdict == "proved", run.report
    assert "return 2 * x * y + 3" in run.program.source
    assert run.program(1.5, 2.0) == 9.0
    assert check_run(run.folder).ok
