"""Pages that are drawn again from what a run folder holds."""

import shutil

import pytest
from builders.commands import distill_here

import distill
from distill.errors import RunFolderError
from distill.pages.drawn_again import write_report


def test_a_page_is_drawn_again_where_the_pictures_numbers_are_missing(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "run")
    before = (folder / "report.html").read_bytes()
    (folder / "exhibits.json").unlink()
    (folder / "report.html").unlink()
    finished = distill_here("report", str(folder), cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == f"{folder / 'report.html'}\n"
    assert (folder / "report.html").read_bytes() == before
    finished = distill_here("report", str(folder), "--output", "talk.html", cwd=tmp_path)
    assert (tmp_path / "talk.html").read_bytes() == before
    (folder / "report.html").write_text("of an earlier version")
    distill_here("report", str(folder), cwd=tmp_path)
    assert (folder / "report.html").read_text() == "of an earlier version"
    distill_here("report", str(folder), "--again", cwd=tmp_path)
    assert (folder / "report.html").read_bytes() == before


def test_pictures_numbers_that_cannot_be_read_are_told(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "run")
    (folder / "exhibits.json").write_text('{"format_version": 1, "kind": "fourier"}')
    with pytest.raises(RunFolderError, match="delete it, and `distill report --again`"):
        distill.load_run(folder)


def test_a_page_that_cannot_be_written_is_told(planted, tmp_path):
    with pytest.raises(RunFolderError, match="choose another file with --output FILE"):
        write_report(planted, tmp_path / "missing" / "page.html")
