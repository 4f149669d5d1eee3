"""Exclusive or of five bits, trained: a group, by characters that are named, and its program."""

import pytest
from builders.paths import GOLDEN

import distill
from distill import group_task
from distill.checker.check import check_run


@pytest.mark.claim
def test_a_trained_network_multiplies_by_a_few_characters(tmp_path):
    task = group_task("Z2^5", 0.8)
    run = distill.run(task, out=tmp_path)
    assert (run.report.verdict, run.report.located) == ("proved", True)
    assert run.report.program_vs_task.agree == 1024
    assert run.mechanism.law.group.name == "Z2^5"
    assert 5 <= len(run.mechanism.keys) < 31
    assert run.report.value("joint_kernel") == 1
    assert run.report.meaning is not None
    golden = GOLDEN / "group.py"
    assert run.program.source == golden.read_text()
    assert check_run(run.folder).ok
    page = (run.folder / "report.html").read_text()
    assert 'id="irreps-title"' in page
    assert "Matrix elements of the key representations explain" in page
