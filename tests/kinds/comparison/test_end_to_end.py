"""A comparison that was trained: its program, its page, its formula."""

import pytest
from builders.paths import GOLDEN

import distill
from distill import Task
from distill.checker.check import check_run
from distill.kinds.known import notation

P = 13


@pytest.mark.claim
def test_a_trained_network_that_compares_is_proved_and_located(tmp_path):
    task = Task(
        inputs={"x": range(P), "y": range(P)},
        outputs=range(2),
        reference=lambda x, y: int(x < y),
        train_fraction=0.9,
        architecture="transformer,d_model=64,n_heads=2,d_head=32,d_mlp=128",
        name="less",
    )
    run = distill.run(task, out=tmp_path)
    assert run.record.attempts[-1].reached_at is not None  # by the score of the kind
    assert (run.report.verdict, run.report.located) == ("proved", True)
    derived = {row.name for row in run.report.figures if row.derived}
    assert {"line_kept_accuracy", "line_removed_accuracy"} <= derived
    assert "margin_r2" not in derived
    golden = GOLDEN / "comparison.py"
    assert run.program.source == golden.read_text()
    assert check_run(run.folder).ok
    page = (run.folder / "report.html").read_text()
    assert 'id="margin-title"' in page
    assert "The margin over a and b" in page
    assert notation(run.mechanism, "latex").splitlines()[1] == r"1 & \text{if } a < b \\"
