"""The committed gallery follows from its mechanisms and reports, byte for byte."""

import ast
import json
import shutil
from dataclasses import replace

import pytest
from builders.commands import distill_here
from builders.exploring import loop_of_program
from builders.paths import GALLERY, ROOT

from distill.errors import RunFolderError
from distill.gallery.collect import INDEX, collect, differences, draw, entries
from distill.kinds.automaton.contradiction import contradicted
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.known import write_again
from distill.kinds.recurrence.contradiction import contradicted as contradicted_along
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.pages.pictures.every import pictures_of
from distill.pages.report_page import report_page
from distill.records.refusal import Refusal

ONE = "parity_all"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A gallery of one network, drawn."""
    gallery = tmp_path_factory.mktemp("drawn") / "gallery"
    shutil.copytree(GALLERY / ONE, gallery / ONE)
    draw(gallery)
    return gallery


@pytest.fixture
def small(drawn, tmp_path):
    """The same, to be changed."""
    return shutil.copytree(drawn, tmp_path / "gallery")


@pytest.mark.claim
def test_every_program_and_page_is_what_its_mechanism_gives():
    assert differences(GALLERY) == ()


def test_every_program_and_a_page_of_each_kind_is_what_its_mechanism_gives():
    drawn = set[str]()
    for number, (name, run) in enumerate(entries(GALLERY).items()):
        if not isinstance(run.mechanism, Refusal) and (
            number % 16 == 0 or run.mechanism.kind not in drawn
        ):
            program = write_again(run.mechanism)
            assert (GALLERY / name / "program.py").read_text() == program.source, name
            run = replace(run, program=program)
        if run.mechanism.kind not in drawn:
            drawn.add(run.mechanism.kind)
            page = (GALLERY / name / "report.html").read_text()
            assert page == report_page(run, pictures_of(run)), name
    assert len(drawn) >= 4


def test_the_gallery_has_networks_of_every_kind_and_is_small():
    shown = entries(GALLERY)
    assert f"shows {len(shown)} networks" in (ROOT / "README.md").read_text()
    kinds = [run.mechanism.kind for run in shown.values()]
    assert len(shown) >= 24
    of_domains = {"fourier", "group", "closed_form", "comparison", "formula"}
    assert set(kinds) == {*of_domains, "automaton", "recurrence", "attention", "refused"}
    assert min(kinds.count(kind) for kind in ("automaton", "recurrence")) >= 8
    assert sum(file.stat().st_size for file in GALLERY.rglob("*")) < 14_000_000
    index = (GALLERY / INDEX).read_text()
    assert all(f'href="{name}/report.html"' in index for name in shown)


def test_every_title_in_the_gallery_is_true_of_what_it_names():
    for name, run in entries(GALLERY).items():
        mechanism = run.mechanism
        if isinstance(mechanism, AutomatonMechanism):
            source = (GALLERY / name / "program.py").read_text()
            loop = loop_of_program(source, mechanism.machine.symbols)
            assert not contradicted(title_of(source), *loop), name
        elif isinstance(mechanism, RecurrenceMechanism):
            title = title_of((GALLERY / name / "program.py").read_text())
            ranges = [range(low, high + 1) for low, high in mechanism.ranges]
            assert not contradicted_along(title, mechanism.recurrence, ranges), name


def title_of(source: str) -> str:
    """The title of a program, as its docstring has it."""
    first, _, _ = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")
    title = " ".join(first.split()).removesuffix(".")
    return title[0].lower() + title[1:]


def test_drawing_a_gallery_again_changes_nothing(small):
    assert differences(small) == ()
    assert (small / ONE / "program.py").read_bytes() == (GALLERY / ONE / "program.py").read_bytes()


@pytest.mark.part(1)
@pytest.mark.parametrize("name", [f"{ONE}/program.py", f"{ONE}/report.html", INDEX])
def test_a_file_that_was_changed_by_hand_is_found(small, name):
    path = small / name
    path.write_text(path.read_text() + "\n")
    (found,) = differences(small)
    assert found.path == path


@pytest.mark.parametrize("name", [f"{ONE}/report.html", INDEX])
def test_a_page_that_is_missing_is_found(small, name):
    (small / name).unlink()
    (found,) = differences(small)
    assert (found.path, found.what) == (small / name, "is missing")


def test_a_mechanism_that_was_changed_gives_another_program(small):
    path = small / ONE / "mechanism.json"
    mechanism = json.loads(path.read_text())
    mechanism["outputs"] = [row[::-1] for row in mechanism["outputs"]]
    path.write_text(json.dumps(mechanism))
    assert small / ONE / "program.py" in {each.path for each in differences(small)}


def test_the_command_compares_and_draws(small, tmp_path):
    assert distill_here("gallery", "--check", "--to", str(small), cwd=tmp_path).returncode == 0
    (small / INDEX).unlink()
    checked = distill_here("gallery", "--check", "--to", str(small), cwd=tmp_path)
    assert (checked.returncode, checked.stdout) == (1, f"{small / INDEX} is missing\n")
    drawn = distill_here("gallery", "--again", "--to", str(small), cwd=tmp_path)
    assert (drawn.returncode, drawn.stdout) == (0, f"{small / INDEX}\n")
    assert differences(small) == ()
    nothing = distill_here("gallery", "--check", "--to", str(tmp_path / "no"), cwd=tmp_path)
    assert nothing.returncode == 2
    assert "is no gallery" in nothing.stderr


def test_a_run_folder_that_is_not_complete_is_not_taken(small):
    with pytest.raises(RunFolderError, match="not a complete run folder"):
        collect({"other": GALLERY / ONE}, small)
    assert not (small / "other").exists()
