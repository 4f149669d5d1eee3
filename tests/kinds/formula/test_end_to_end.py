"""A network over a box in memory becomes a formula, and its folder gives the verdict again."""

import torch

from distill import distill
from distill.checker.check import check_run
from distill.kinds.formula.mechanism import FormulaMechanism


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
