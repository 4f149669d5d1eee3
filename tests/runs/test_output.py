"""Where a run goes: told of before it is trained, never half there, never lost in silence."""

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from builders.commands import run_distill

import distill
from distill.errors import DistillError, RunFolderError
from distill.pages.drawn_again import write_report
from distill.runs import output, partial
from distill.runs.folders import stored_runs
from distill.runs.output import output_folder
from distill.runs.partial import partial_folder, remove_leftovers_below, write_file
from distill.runs.store import load_run

DOMAIN = distill.Domain((range(3), range(3)), range(3))


def tiny_run(out: Path, name: str = "x") -> distill.Run:
    return distill.distill(lambda t: torch.zeros(len(t), 3), DOMAIN, name=name, out=out)


def full_disk(monkeypatch, folder: Path) -> None:
    """Let nothing more be written to files in a folder than their names."""
    written = os.fsync

    def fsync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(folder):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written(descriptor)

    monkeypatch.setattr("os.fsync", fsync)


def never(*_: object, **__: object) -> None:
    raise AssertionError("trained, though nothing could have been written")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
@pytest.mark.parametrize("call", ["mkdir", "posix_fallocate"])
def test_what_cannot_be_written_is_told_before_training(tmp_path, monkeypatch, number, call):
    """A folder that may only be read, a file system that may, and a full disk."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(f"os.{call}", refuse)
    monkeypatch.setattr("distill.train.over_domain.train_in_order", never)
    monkeypatch.setattr("distill.train.over_sequences._draw", never)
    for task in ("mod_add", "parity_all"):
        with pytest.raises(DistillError, match=f"{os.strerror(number)}.*choose another folder"):
            distill.run(task, out=tmp_path / "new")
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.claim
def test_too_little_room_is_told_before_training_by_the_command(tmp_path):
    """A real limit of the system: files of at most 1 MB."""
    limit = 2**20
    process = subprocess.run(
        [sys.executable, "-m", "distill", "run", "mod_add"],
        cwd=tmp_path,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 2
    assert process.stdout == ""
    assert "File too large" in process.stderr
    assert process.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_at_the_end_loses_no_run(tmp_path, monkeypatch):
    kept_in = tmp_path / "temporary"
    kept_in.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept_in))
    full_disk(monkeypatch, tmp_path / "out")
    with pytest.raises(RunFolderError) as told:
        tiny_run(tmp_path / "out")
    (kept,) = stored_runs(next(kept_in.iterdir()))
    assert f"No space left on device; the run is in '{kept}'" in str(told.value)
    assert "\n" not in str(told.value)
    assert load_run(kept).report.verdict == "refused"
    assert not (tmp_path / "out").exists()  # nothing half-made


def test_where_no_disk_has_room_that_is_told(tmp_path, monkeypatch):
    kept_in = tmp_path / "temporary"
    kept_in.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept_in))
    full_disk(monkeypatch, tmp_path)
    with pytest.raises(RunFolderError, match="No space left on device; the run is lost"):
        tiny_run(tmp_path / "out")
    assert [path.name for path in tmp_path.rglob("*")] == ["temporary"]


def test_an_error_in_a_run_leaves_what_was_there_and_nothing_else(tmp_path):
    (tmp_path / "out").mkdir()

    def fail() -> None:
        with output_folder(tmp_path / "out", "task") as place:
            assert place is not None
            (taken,) = place.partial.iterdir()
            raise ZeroDivisionError(taken.stat().st_size)

    with pytest.raises(ZeroDivisionError, match=f"^{output.ROOM}$"):
        fail()
    assert [path.name for path in tmp_path.rglob("*")] == ["out"]


@pytest.mark.claim
def test_a_kill_while_a_run_is_written_leaves_what_the_next_command_removes(tmp_path):
    """The process dies between the first file and the last."""
    script = (
        "import os, torch, distill, distill.runs.output as output\n"
        "count = 0\n"
        "def die(fd):\n"
        "    global count\n"
        "    count += 1\n"
        "    if count == 3: os.kill(os.getpid(), 9)\n"
        "output.os.fsync = die\n"
        "d = distill.Domain((range(3), range(3)), range(3))\n"
        "distill.distill(lambda t: torch.zeros(len(t), 3), d, name='x', out='o')\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = (tmp_path / "o" / "x").iterdir()
    assert left.name.startswith(".partial-")
    assert stored_runs(tmp_path / "o") == []
    with partial_folder(tmp_path / "o" / "x", "of another run that goes on") as going_on:
        listed = run_distill("runs", "--out", "o", cwd=tmp_path)
        assert "no runs below 'o'" in listed.stdout
        assert list((tmp_path / "o" / "x").iterdir()) == [going_on]


def test_a_run_removes_what_killed_ones_left_and_nothing_of_those_that_go_on(tmp_path):
    dead = tmp_path / "x" / ".partial-seed0-123"
    dead.mkdir(parents=True)
    (dead / "room").write_bytes(bytes(100))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "x" / ".partial-link").symlink_to(elsewhere)  # led astray, removes nothing
    with partial_folder(tmp_path / "x", "alive") as alive:
        (alive / "file").write_text("")
        run = tiny_run(tmp_path)
        assert (alive / "file").is_file()
    left = {path.name for path in (tmp_path / "x").iterdir()}
    assert left == {run.folder.name, ".partial-link"}
    assert elsewhere.is_dir()


def test_many_runs_into_one_folder_at_once_are_all_there(tmp_path):
    """In threads of one process too, and while others clean up."""
    files = {"run.json": b"{}", "which": b""}
    stop, found = threading.Event(), []

    def clean() -> None:
        while not stop.is_set():
            remove_leftovers_below(tmp_path)

    def save(number: int) -> None:
        with output_folder(tmp_path, "task") as place:
            assert place is not None
            found.append(place.save({**files, "which": b"%d" % number}, "seed0"))
            write_file(tmp_path / "task" / "page", b"%d" % number)

    cleaner = threading.Thread(target=clean)
    cleaner.start()
    saving = [threading.Thread(target=save, args=(number,)) for number in range(12)]
    for thread in saving:
        thread.start()
    for thread in saving:
        thread.join()
    stop.set()
    cleaner.join()
    names = {path.name for path in (tmp_path / "task").iterdir()}
    assert names == {"page", *(path.name for path in found)}
    assert {int((path / "which").read_text()) for path in found} == set(range(12))


def test_a_finished_folder_has_the_rights_that_the_user_gives_new_ones(tmp_path):
    run = tiny_run(tmp_path)
    plain = tmp_path / "plain"
    plain.mkdir()
    assert stat.S_IMODE(run.folder.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/abs", "a\0b"])
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    with pytest.raises(DistillError, match="names a folder"):
        tiny_run(tmp_path / "out", name)
    assert list(tmp_path.iterdir()) == []


def test_a_name_in_letters_of_three_bytes_fits_into_a_folders_name(tmp_path):
    with output_folder(tmp_path, "task") as place:
        assert place is not None
        folder = place.save({"run.json": b"{}"}, "seed0-" + "文" * 300)
    assert len(folder.name.encode()) <= partial.NAME_BYTES


def test_a_page_is_not_written_through_a_link(tmp_path, planted_run):
    """What a stranger's folder holds decides nothing about files elsewhere."""
    import shutil

    folder = shutil.copytree(planted_run, tmp_path / "run")
    mine = tmp_path / "mine.txt"
    mine.write_text("precious")
    (folder / "report.html").unlink()
    (folder / "report.html").symlink_to(mine)
    with pytest.raises(RunFolderError, match=r"is a link to '.*mine.txt'.*nothing is written"):
        write_report(load_run(folder), None)
    assert mine.read_text() == "precious"
    page = write_report(load_run(folder), tmp_path / "page.html")
    assert page.read_text().startswith("<!doctype html>")
    assert [path.name for path in tmp_path.glob(".partial-*")] == []


def test_a_page_goes_to_what_is_no_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    write_file(pipe, b"page")
    assert reader.communicate(timeout=10)[0] == b"page"
    assert stat.S_ISFIFO(pipe.stat().st_mode)
