"""How much of the checker a reader must trust for the verdict of one run."""

import sys
from pathlib import Path

import pytest
from builders.shared_runs import only_run_below

import distill.checker
from distill.checker.check import check_run

CHECKER = str(Path(distill.checker.__file__).parent)


def lines_entered(folder):
    """Lines of the functions of the checker that are called for a run, without docstrings."""
    entered = set()

    def trace(frame, event, argument):
        if frame.f_code.co_filename.startswith(CHECKER):
            entered.add(frame.f_code)

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        assert check_run(folder).ok
    finally:
        sys.settrace(before)
    return len({(code.co_filename, line) for code in entered for *_, line in code.co_lines()})


@pytest.mark.parametrize("name", ["planted_run", "adder_run"])
def test_the_verdict_of_one_run_rests_on_less_than_3000_lines(name, request):
    made = request.getfixturevalue(name)
    folder = made if name == "planted_run" else only_run_below(made / "outputs")
    assert 500 < lines_entered(folder) < 3000
