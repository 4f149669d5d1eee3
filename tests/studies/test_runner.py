"""A study is judged by gates that are stated first, goes on where it was, and leaves its data."""

import dataclasses
import json
import math
import re
import textwrap

import jsonschema
import pytest
from builders.commands import distill_here
from builders.paths import PACKAGE

from distill.errors import DistillError
from distill.serialise import schema
from distill.studies.files import find_study
from distill.studies.gates import Gate, Measured, judged, result_of
from distill.studies.known import NAMES, Listed, known_study, listed
from distill.studies.plan import plan
from distill.studies.record import StudyRecord
from distill.studies.runner import begin, finish, read_record, run_studies

OWN = """
from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.studies import Gate, Measured, Source, Study, Table, Told
import numpy as np


def parts(asked):
    return tuple(f"seed{seed}" for seed in asked.seeds)


def measure(asked, part, progress):
    with open("measured.txt", "a") as log:
        log.write(f"{part}\\n")
    times = np.arange(1, 9)
    return {"times": times, "squares": times ** (1 if asked.decoy else 2)}


def tell(asked, parts):
    last = [part["squares"][-1] / part["times"][-1] for part in parts.values()]
    first = parts["seed0"]
    draw = curves([Curve(first["times"], first["squares"])], "n", "n²")
    table = Table.of("squares", n=first["times"], square=first["squares"])
    shown = picture("squares", "Squares", "They grow.", "They grow to 64.", draw)
    return Told({"ratio": Measured.mean(last)}, (shown,), (table,))


study = Study(
    name="squares", claim="Squares grow faster than numbers.", source=Source("Euclid"),
    gates=(Gate("ratio", "the last square over its root", at_least=GATE),),
    decoy="numbers in place of squares", settings={"seeds": 3, "scale": 1.0},
    measure=measure, tell=tell, parts=parts,
)
"""


class Told:
    def __init__(self):
        self.records = []

    def part(self, plan, part, done, what):
        pass

    def ended(self, plan, record):
        self.records.append(record)


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(gate="5.0"):
        path = tmp_path / "own.py"
        path.write_text(textwrap.dedent(OWN.replace("GATE", gate)))
        return find_study("own.py")

    return write


def planned(study, tmp_path, **how):
    return plan(study, "own.py", how.pop("settings", {}), tmp_path / "outputs", **how)


def test_a_study_of_ones_own_is_judged_and_leaves_its_data(own, tmp_path):
    one, told = planned(own(), tmp_path), Told()
    run_studies([one], 1, told)
    (record,) = told.records
    assert record.result == "holds"
    assert record.gates[0].measured.by_seed == (8.0, 8.0, 8.0)
    assert (one.folder / "squares.csv").read_text().splitlines()[:3] == ["n,square", "1,1", "2,4"]
    assert "<svg" in (one.folder / "index.html").read_text()
    stored = json.loads((one.folder / "study.json").read_text())
    jsonschema.validate(stored, json.loads((PACKAGE / "study.schema.json").read_text()))
    assert read_record(one.folder) == record


def test_a_figure_that_is_no_number_is_null_in_the_record_which_is_read_back(own, tmp_path):
    study = own()

    def nothing(asked, parts):
        told = study.tell(asked, parts)
        return dataclasses.replace(told, measured={"ratio": Measured.mean([math.nan, 1.0])})

    one, told = planned(dataclasses.replace(study, tell=nothing), tmp_path), Told()
    run_studies([one], 1, told)
    stored = json.loads((one.folder / "study.json").read_text())
    assert stored["measured"]["ratio"]["by_seed"] == [None, 1.0]
    jsonschema.validate(stored, json.loads((PACKAGE / "study.schema.json").read_text()))
    back = read_record(one.folder)
    assert back is not None
    assert back.result == "does not hold"
    assert math.isnan(back.measured["ratio"].value)
    assert '<td role="cell" data-is="here">–</td>' in (one.folder / "index.html").read_text()


def test_the_published_schema_is_that_of_the_record():
    assert schema(StudyRecord) == json.loads((PACKAGE / "study.schema.json").read_text())


def test_the_decoy_of_a_study_fails_its_gate(own, tmp_path):
    told = Told()
    run_studies([planned(own(), tmp_path, decoy=True)], 1, told)
    assert told.records[0].result == "does not hold"
    assert told.records[0].is_decoy


def test_a_run_that_was_stopped_goes_on_where_it_was(own, tmp_path, monkeypatch):
    one = planned(own(), tmp_path)
    run_studies([one], 1, Told())
    measured = tmp_path / "measured.txt"
    assert measured.read_text().split() == ["seed0", "seed1", "seed2"]
    (one.folder / "study.json").unlink()
    (one.folder / "parts" / "seed1.npz").unlink()
    run_studies([one], 1, Told())
    assert measured.read_text().split()[3:] == ["seed1"]
    (one.folder / "parts" / "seed2.npz").write_bytes(b"cut")
    (one.folder / "study.json").unlink()
    run_studies([one], 1, Told())
    assert measured.read_text().split()[4:] == ["seed2"]


def test_a_gate_is_not_moved_after_the_run(own, tmp_path):
    one = planned(own("9.0"), tmp_path)
    run_studies([one], 1, Told())
    assert read_record(one.folder).result == "does not hold"
    moved = planned(own("5.0"), tmp_path)
    with pytest.raises(DistillError, match="a gate is not moved after the run"):
        run_studies([moved], 1, Told())
    run_studies([moved], 1, told := Told(), fresh=True)
    assert told.records[0].result == "holds"


def test_a_gate_that_is_moved_while_a_study_runs_is_not_judged_by(own, tmp_path):
    one, moved = planned(own("9.0"), tmp_path), planned(own("5.0"), tmp_path)
    begin(one, False)
    with pytest.raises(DistillError, match="not those of the study any more"):
        finish(moved)


def test_parts_in_processes_give_what_they_give_here(own, tmp_path):
    study, told = own(), Told()
    run_studies([planned(study, tmp_path)], 2, told)
    assert told.records[0].gates[0].measured.value == 8.0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sedes": "3"}, "no setting 'sedes'; it has: seeds, scale"),
        ({"seeds": "many"}, "expected an integer, for example seeds=3"),
        ({"seeds": "9" * 30}, "expected an integer, for example seeds=3"),
        ({"scale": "nan"}, "expected a number, for example scale=1.0"),
    ],
)
def test_a_setting_that_is_none_is_said_in_one_line(own, tmp_path, settings, said):
    with pytest.raises(DistillError, match=said):
        planned(own(), tmp_path, settings=settings)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("times = np", "times = np.none", "squares' failed in `measure`, part 'seed0': "),
        ("last = [part", "last = [1 / 0 + part", "squares' failed in `tell`: "),
        ("asked.seeds)", "asked.seed)", "squares' failed in `parts`: "),
        ("settings={", "settings=1 / {", "own.py"),
        ('"squares", claim', '"two words", claim', "a study called 'two words': expected letters"),
        ("gates=(Gate(", "gates=() and (Gate(", "study 'squares' has no gates"),
        ("at_least=GATE", "at_least=2, at_most=1", "is from 2 to 1: nothing can be"),
    ],
)
def test_what_is_wrong_in_a_users_study_is_told_in_a_line(
    own, tmp_path, monkeypatch, right, wrong, said
):
    monkeypatch.setitem(globals(), "OWN", OWN.replace(right, wrong, 1))
    with pytest.raises(DistillError, match=re.escape(said)) as told:
        run_studies([planned(own(), tmp_path)], 1, Told())
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("seeds", ["0", "-3"])
def test_seeds_are_one_or_more(own, tmp_path, seeds):
    with pytest.raises(DistillError, match="expected 1 or more"):
        planned(own(), tmp_path, settings={"seeds": seeds})


def test_gates_hold_at_their_bounds_and_never_by_no_number():
    gate = Gate("x", "x", at_least=1.0, at_most=2.0)
    assert [gate.holds(x) for x in (1.0, 2.0, 0.99, 2.01, float("nan"))] == [
        True,
        True,
        *[False] * 3,
    ]
    low = Gate("x", "x", at_least=1.5)
    one = judged((gate, low), {"x": Measured(1.2)})
    assert result_of(one) == "holds in part"
    with pytest.raises(DistillError, match="no bound"):
        Gate("x", "x")
    with pytest.raises(DistillError, match="the gate 'x' has no figure"):
        judged((gate,), {})


def test_intervals_over_seeds_are_those_of_the_textbooks():
    assert Measured.mean([1.0, 2.0, 3.0]).high == pytest.approx(2 + 4.3027 / 3**0.5, abs=1e-3)
    errors = [0.0, 0.01, 0.2]
    assert (Measured.mean(errors).low or 0.0) < 0
    assert Measured.mean(errors, never_below=0.0).low == 0
    assert Measured.mean(errors, never_below=0.0).high == Measured.mean(errors).high
    with pytest.raises(DistillError, match=r"never below 0 is -0\.5 for a seed"):
        Measured.mean([-0.5, 1.0], never_below=0.0)
    part = Measured.part([True] * 5)
    assert (part.low, part.high) == (pytest.approx(0.025 ** (1 / 5)), 1.0)


def test_the_command_prints_the_record_and_its_status_is_the_result(own, tmp_path):
    own()
    printed = distill_here("study", "own.py", "--json", cwd=tmp_path)
    assert (printed.returncode, json.loads(printed.stdout)["result"]) == (0, "holds")
    shown = distill_here("study", "own.py", "--decoy", cwd=tmp_path)
    assert shown.returncode == 1
    assert "The decoy does not hold here: its gate did not hold." in shown.stdout
    listed = distill_here("study", cwd=tmp_path)
    assert "staged_craters" in listed.stdout
    missing = distill_here("study", "staged_crater", cwd=tmp_path)
    assert "did you mean 'staged_craters'?" in missing.stderr
    (tmp_path / "my_study.py").write_text("")
    own_file = distill_here("study", "my_studi", cwd=tmp_path)
    assert "did you mean 'my_study.py'?" in own_file.stderr


def test_on_a_pipe_every_study_is_a_line_of_its_own_and_whole(tmp_path, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)  # somebody asked for no width
    head, *lines = distill_here("study", cwd=tmp_path).stdout.splitlines()
    assert head.split("  ")[0] == "study"
    assert [line.split()[0] for line in lines] == [*NAMES]
    for line, name in zip(lines, NAMES, strict=True):
        study = known_study(name)
        assert listed(name) == Listed(study.claim, study.source.where or study.source.title)
        assert f"  {study.claim}  " in line
        assert line == line.rstrip()
