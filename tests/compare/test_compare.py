"""Runs side by side: what is the same is found to be, and what differs is shown where."""

import dataclasses
import io
import json
import re
import shutil

import pytest
from builders.commands import distill_here
from builders.recurrences import recurrence
from planted import planted_model, square
from planted_linear import system
from planted_machine import planted_network
from rich.console import Console

import distill
from distill.cli.common import table_width
from distill.compare import compare, gather
from distill.compare.census import Census
from distill.compare.classes import classes_of, letter_of
from distill.compare.command import compare_command
from distill.compare.html import census_page
from distill.compare.layout import facts_of, run_grid
from distill.compare.overview import page_of
from distill.compare.wording import headline, overall
from distill.domains.sequences import Channels
from distill.errors import RunFolderError
from distill.kinds.automaton.machine import Machine
from distill.terminal.page import Section, page_markdown, show_page

pytestmark = pytest.mark.usefixtures("page_undrawn")

P = 23


def test_one_figure_has_one_value_wherever_it_is_shown(runs):
    """What `show` has of the program's logits, and not of the waves as they are fitted."""
    (waves,) = compare(gather(["waves"], runs), by_task=True).comparisons
    folders = sorted((runs / "waves").iterdir())
    shown = {folder.name: distill.load_run(folder).report.value("logit_r2") for folder in folders}
    for line in waves.runs:
        assert line.logit_r2 == shown[line.folder.partition("/")[2]]
    assert "R² of the logits" in [column.title for column in run_grid(waves).columns]


def test_one_clock_is_no_plural(runs):
    (waves,) = compare(gather(["waves"], runs), by_task=True).comparisons
    (family,) = waves.families
    clocks = [dataclasses.replace(key, label="clock") for key in family.keys[0]]
    for keys, said in ((clocks[:1], "(a clock)"), (clocks, "(all clocks)")):
        few = dataclasses.replace(family, runs=family.runs[:1], keys=(tuple(keys),))
        assert said in headline(dataclasses.replace(waves, families=(few,)))


# frequencies


# machines


# recurrences


# stored runs


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two networks with waves, the second at twice the frequencies, and two with machines."""
    out = tmp_path_factory.mktemp("runs")
    for keys in ({2: 5.0, 7: 4.0, 9: 3.0}, {4: 5.0, 9: 4.0, 5: 3.0}):
        distill.distill(planted_model(P, keys), square(P), name="waves", out=out)
    parity = Machine(((0, 1), (1, 0)), ((0, 1), (1, 0)), ((0,), (1,)))
    seen = Machine(((0, 1), (1, 1)), ((0, 1), (1, 1)), ((0,), (1,)))
    for machine, times in ((parity, 1.0), (parity, 1.25), (seen, 1.0)):
        network = planted_network(machine, 0)
        scaled = network.parameters | {"W_out": times * network.parameters["W_out"]}
        network = dataclasses.replace(network, parameters=scaled)
        run = distill.distill(network, Channels((range(2),)), length=8, name="bits", out=out)
        assert run.report.verdict == "proved"
    return out


def test_a_census_finds_the_classes_and_a_sequence_that_tells_them_apart(runs):
    (bits,) = compare(gather(["bits"], runs), by_task=True).comparisons
    assert [each.runs for each in bits.classes] == [(0, 1), (2,)]
    assert bits.classes[0].states == 2
    assert bits.alike == 2
    (found,) = bits.distances
    assert (found.one, found.other) == ("A", "B")
    # parity and "was there a 1": alike until the second 1
    assert found.difference.inputs in {((1,), (0,)), ((1,), (1,))}
    assert found.difference.one != found.difference.other
    assert found.difference.shortest
    assert "2 of 3 networks found the same machine of 2 states" in bits.sentence
    assert "1 found another machine" in bits.sentence


def test_how_many_different_machines_there_are_is_said_class_by_class(runs):
    (bits,) = compare(gather(["bits"], runs), by_task=True).comparisons
    alone = dataclasses.replace(bits, classes=bits.classes[:1])
    single = dataclasses.replace(bits, classes=bits.classes[1:])
    told = [facts_of(each)[0] for each in (bits, alone, single)]
    assert [(fact.name, fact.figure.text, fact.note) for fact in told] == [
        ("different machines", "2", "in 3 runs: class A in 2, class B in 1"),
        ("different machines", "1", "the same in 2 runs"),
        ("machine", "1", "of one run"),
    ]


def test_the_same_program_of_selections_is_the_same_letter_by_letter(runs):
    """And not "the same program, as the same program"."""
    (bits,) = compare(gather(["bits"], runs), by_task=True).comparisons
    one = dataclasses.replace(bits.classes[0], texts=1, name="the token before", states=None)
    for kind, said in (("attention", "letter by letter"), ("recurrence", "as the same program")):
        alike = dataclasses.replace(bits, classes=(dataclasses.replace(one, kind=kind),))
        assert f"(the token before), {said}" in headline(alike)


def test_networks_of_different_kinds_are_told_apart_by_a_column(runs):
    (bits,) = compare(gather(["bits"], runs), by_task=True).comparisons
    assert "network" not in [column.title for column in run_grid(bits).columns]
    first, *others = bits.runs
    mixed = dataclasses.replace(
        bits, runs=(dataclasses.replace(first, architecture="gru, 32 units"), *others)
    )
    grid = run_grid(mixed)
    place = [column.title for column in grid.columns].index("network")
    assert grid.rows[0][place].text == "gru, 32 units"
    assert len({row[place].text for row in grid.rows}) == 2


def test_a_census_over_tasks_compares_each_with_itself(runs):
    census = compare(gather([str(runs)], runs), by_task=True)
    assert [each.title for each in census.comparisons] == ["bits", "waves"]
    assert census.runs == 5
    assert census.sentence.startswith("In 1 of 2 tasks all networks found the same")
    (family,) = census.comparisons[1].families
    assert [image.unit for image in family.images] == [2]
    assert "2 different key sets, 1 of 1 pair alike" in census.comparisons[1].sentence


def test_tasks_of_one_network_each_have_nothing_that_is_the_same(runs):
    census = compare(gather([str(runs)], runs), by_task=True)
    alone = tuple(dataclasses.replace(each, runs=each.runs[:1]) for each in census.comparisons)
    said = overall(alone)
    assert said == "2 tasks with one network each: within a task there is nothing to compare"
    shown = page_markdown(page_of(Census(said, alone)))
    assert "of 0" not in shown


def test_of_one_network_nothing_is_counted_and_on_a_pipe_a_reason_is_one_line(runs, monkeypatch):
    census = compare(gather([str(runs)], runs), by_task=True)
    one, *others = census.comparisons
    alone = dataclasses.replace(one, runs=one.runs[:1], repeats=(), alike=1)
    shown = page_markdown(page_of(Census("", (alone, *others))))
    assert "| one network |" in shown
    assert "| 1 of 1 |" not in shown
    monkeypatch.delenv("COLUMNS", raising=False)
    page, text = page_of(census), io.StringIO()
    reason = "a reason, " * 60
    page = dataclasses.replace(page, sections=(Section("Refused", (("bits", reason),)),))
    show_page(Console(file=text, width=table_width()), page)
    assert f"  bits  {reason.strip()}" in text.getvalue().splitlines()


@pytest.fixture(scope="module")
def written(runs):
    """A stored run whose program is replaced by a recurrence of the reader's choice."""
    bits = gather(["bits"], runs)[0]

    def write(mechanism, loop, outputs="outputs.append(total)"):
        source = (
            '__all__ = ["run"]\n\ndef run(xs: list[int]) -> list[int]:\n'
            f"    outputs = []\n    total = 0\n    for x in xs:\n        {loop}\n"
            f"        {outputs}\n    return outputs\n"
        )
        return dataclasses.replace(bits, mechanism=mechanism, source=source)

    return write


SUM_LINEAR = system([[1]], [[1]], [[1]])
SUM_OF_INPUTS = recurrence(("total",), (0,), ("total + x",), ("total",), SUM_LINEAR)


def test_recurrences_are_one_class_by_text_by_names_or_by_what_they_answer(written):
    plain = written(SUM_OF_INPUTS, "total += x")
    named = written(recurrence(("s",), (0,), ("s + x",), ("s",)), "total = total + x")
    doubled = written(
        recurrence(("t",), (0,), ("t - x",), ("-t",), system([[1]], [[-1]], [[-1]])),
        "total -= x",
        "outputs.append(-total)",
    )
    for others, why in (((plain,), "text"), ((named,), "names"), ((doubled, plain), "answers")):
        classes, distances = classes_of(dict(enumerate((plain, *others))))
        assert [each.why for each in classes] == [why]
        assert not distances


def test_what_cannot_be_proved_equal_is_run_along_the_stored_sequences(written):
    known = written(recurrence(("t",), (0,), ("t + x",), ("t",)), "total += x")
    alike = written(recurrence(("t",), (0,), ("t + max(x, 0)",), ("t",)), "total += max(x, 0)")
    other = written(
        recurrence(("t",), (0,), ("t + x * (t < 6)",), ("t",)), "total += x * (total < 6)"
    )
    classes, (same, differs) = classes_of({0: known, 1: alike, 2: other})
    assert [each.letter for each in classes] == ["A", "B", "C"]
    assert same.difference is None
    assert same.agreed > 256
    found = differs.difference
    assert sum(value for (value,) in found.inputs) == 7, "one counts to 7, the other stops at 6"
    assert (found.one, found.other) == ((7,), (6,))
    assert not found.shortest


def test_a_machine_and_a_recurrence_are_run_side_by_side(runs, written):
    machine = gather(["bits"], runs)[0]
    total = written(SUM_OF_INPUTS, "total += x")
    _, (found,) = classes_of({0: machine, 1: total})
    assert sum(value for (value,) in found.difference.inputs) == 2, "parity is 0, the sum is 2"
    assert (found.difference.one, found.difference.other) == ((0,), (2,))


def test_other_alphabets_are_not_compared(runs):
    bits = gather(["bits"], runs)[0]
    trits = dataclasses.replace(bits, read=dataclasses.replace(bits.read, inputs=((0, 2),)))
    classes, distances = classes_of({0: bits, 1: trits})
    assert [each.channels for each in classes] == ["x in 0..1", "x in 0..2"]
    assert not distances


def test_refusals_are_listed_with_their_reason(runs, tmp_path):
    folder = shutil.copytree(runs / "bits", tmp_path / "bits") / "network"
    report = json.loads((folder / "verification.json").read_text())
    report |= {"verdict": "refused", "reasons": ["nothing was found\nat all"], "program": None}
    (folder / "verification.json").write_text(json.dumps(report))
    census = compare(gather(["bits"], tmp_path), by_task=True)
    assert "1 of 3 refused" in census.sentence
    shown = page_markdown(page_of(census))
    assert "Refused:\n\n- network: nothing was found" in shown
    assert "at all" not in shown


@pytest.mark.parametrize("name", ["bits", "waves"])
def test_a_network_that_two_runs_have_is_one_network(runs, tmp_path, name):
    """The same run made twice is no second witness, and is said to be the same network."""
    folders = sorted((runs / name).iterdir())
    for copy in ("one", "two"):
        shutil.copytree(folders[0], tmp_path / name / copy)
    census = compare(gather([name], tmp_path), by_task=True)
    (compared,) = census.comparisons
    assert (compared.networks, compared.alike, compared.repeats) == (1, 1, ((1, 0),))
    assert census.sentence.startswith("The one network ")
    assert "1 run is of a network that another run here has" in census.sentence
    shown = page_markdown(page_of(census))
    assert "- two: has the weights of one: one network, which counts once" in shown
    assert "()" not in shown


def test_letters_go_on_after_z():
    assert [letter_of(place) for place in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


# the command and the page


def test_the_command_compares_two_runs(runs):
    given = ("compare", "waves/network", "waves/network-2", "--out", str(runs))
    shown = distill_here(*given, cwd=runs)
    assert shown.returncode == 0, shown.stderr
    words = " ".join(shown.stdout.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "2 of 2 networks compute a + b mod 23" in words
    assert "2 ●, 7 ●, 9 ●" in words
    assert "4 ●, 5 ●, 9 ●" in words
    assert "the first times 2 mod 23 are the second" in words


def test_json_and_markdown_are_of_the_same_comparison(runs, capsys):
    given = (["waves/network", "waves/network-2"], runs)
    compare_command(*given, "json", None, False, None)
    data = json.loads(capsys.readouterr().out)
    assert data["format_version"] == 1
    (family,) = data["comparisons"][0]["families"]
    assert family["images"] == [{"one": 0, "other": 1, "unit": 2, "labels": True}]
    assert family["overlap"]["shared"] == 1

    compare_command(*given, "markdown", None, False, None)
    text = capsys.readouterr().out
    assert text.startswith("2 of 2 networks compute")
    assert "| run | verdict |" in text


def test_the_page_is_self_contained_and_the_same_every_time(runs, tmp_path):
    pages = []
    done = distill_here("compare", str(runs), "--output", "one.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    pages.append((tmp_path / "one.html").read_bytes())
    compare_command([str(runs)], runs, "json", tmp_path / "two.html", False, None)
    pages.append((tmp_path / "two.html").read_bytes())
    assert pages[0] == pages[1]
    page = pages[0].decode()
    linked = re.findall(r'(?:src|href)="([^"#][^"]*)"|url\((?!#)([^)]*)\)|@import', page)
    assert linked == [("data:,", "")], "an icon that is empty, so that none is asked for"
    assert "default-src 'none'" in page
    assert str(runs) not in page
    names = re.findall(r'\bid="([^"]*)"', page)
    assert len(names) == len(set(names)), "ids are unique on a page"
    assert page.count("<svg") == 1
    assert "2 networks use 5 of 11 frequencies; used by more than one: 9 by 2." in page
    themes = re.findall(r"@media.*prefers-color-scheme.*", page)
    assert themes == ["@media screen and (prefers-color-scheme: dark) {"], "paper is light"
    assert "@media print" in page


def test_names_of_tasks_do_not_reach_the_page_as_markup(runs):
    (bits,) = compare(gather(["bits"], runs), by_task=True).comparisons
    page = census_page(Census("", (dataclasses.replace(bits, title="<b>&"),)))
    assert "<b>&<" not in page
    assert "&lt;b&gt;&amp;" in page


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["nothing"], r"no run 'nothing', also not below"),
        (["waves/network"], r"is one run: expected two or more, or a folder that holds several"),
        (["waves/network", "nothing"], r"no run 'nothing'"),
        (["waves/network", "waves/network"], r"is given twice: expected different runs"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(runs, given, message):
    with pytest.raises(RunFolderError, match=message) as told:
        gather(given, runs)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("page", "show", "message"),
    [
        (None, True, "it needs --output FILE.html"),
        ("no/such/folder/page.html", False, "cannot write .*give another file to --output"),
    ],
)
def test_a_page_that_cannot_be_written_is_told(runs, tmp_path, page, show, message):
    path = None if page is None else tmp_path / page
    with pytest.raises(RunFolderError, match=message):
        compare_command(["bits"], runs, "json", path, show, None)


def test_bad_input_is_one_line_and_status_2(runs):
    done = distill_here("compare", "bits", "--out", str(runs), "--json", "--markdown", cwd=runs)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"distill: --json and --markdown: expected one of them\n", done.stderr)


def test_a_damaged_run_is_told(runs, tmp_path):
    shutil.copytree(runs / "bits", tmp_path / "bits")
    (tmp_path / "bits" / "network" / "program.py").unlink()
    with pytest.raises(RunFolderError, match=r"has no readable program.py"):
        gather(["bits"], tmp_path)
