"""A guess at what somebody meant is near to it, or none is made."""

import pytest
from builders.commands import distill_here

from distill.errors import nearest

NAMES = ("vending", "mod_add", "mod_mul", "parity_of_ones", "tomita1", "clock_hands/seed0-p71")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("vendin", "vending"),
        ("modadd", "mod_add"),
        ("Mod-Add", "mod_add"),
        ("mod_ad", "mod_add"),
        ("parity", "parity_of_ones"),
        ("tomita", "tomita1"),
        ("clock_hands", "clock_hands/seed0-p71"),
        ("nothing", None),
        ("x", None),
        ("", None),
        ("md", None),
        ("walking", None),
    ],
)
def test_what_is_nearly_called_so_is_asked_about(given, meant):
    assert nearest(given, NAMES) == meant


def test_a_task_that_stands_in_a_file_here_is_found_there(tmp_path):
    (tmp_path / "seqs.py").write_text(
        "raise SystemExit\n\ndef vending_machine(n: int = 3):\n    pass\n"
    )
    ended = distill_here("run", "vending_machine", cwd=tmp_path)
    assert ended.returncode == 2
    assert "did you mean 'seqs.py:vending_machine'?" in ended.stderr
    ended = distill_here("run", "machine", cwd=tmp_path)
    assert "did you mean" not in ended.stderr
    ended = distill_here("compare", "nothing", cwd=tmp_path)
    assert "did you mean" not in ended.stderr
