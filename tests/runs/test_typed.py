"""What was given beside a checkpoint is kept, as it is typed again."""

import inspect
import shlex
from contextlib import nullcontext
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from distill import pipeline
from distill.cli.run import run as command
from distill.domains.boxes import Box
from distill.pages.card import commands
from distill.runs.typed import files_in, typed, without_folder
from distill.tasks.given import built_task
from distill.train.schedule import Recipe

NOT_OPTIONS = {"path", "task", "layout", "out", "progress", "settings"}
GIVEN = {
    "at": 1,
    "length": 14,
    "max_states": 50,
    "facts": "in/facts.json",
    "texts": "in/a file.npz:train",
    "box": Box(("x", "y"), (0.1, -2.0), (0.3, 1e-5)),
    "engine": "own",
}


@pytest.fixture
def made(monkeypatch):
    """The record of a run of a checkpoint, of which nothing is read."""
    fake = MagicMock(layout="mine", notes={}, remarks=(), lines=[])
    for name in ("imported_for", "space_of_domain", "distill_given"):
        monkeypatch.setattr(pipeline, name, lambda *_: fake)
    fake.given().view().in_words = "RNN"
    monkeypatch.setattr(pipeline, "output_folder", lambda *_: nullcontext())
    monkeypatch.setattr(pipeline, "_finish", lambda _space, _found, _task, made_so, *_: made_so)
    return pipeline.run_model


def test_every_option_beside_a_checkpoint_is_in_the_command_that_runs_it_again(made, planted_line):
    assert set(GIVEN) == set(inspect.signature(made).parameters) - NOT_OPTIONS
    record = made("in/net.pt", built_task("mod_add", {"p": 11}), layout="in/my.toml", **GIVEN)
    line, does = planted_line(record)
    read = command.make_context("run", shlex.split(line)[2:]).params
    assert read["task"] == "mod_add"
    assert read["model"] == "net.pt"
    assert read["layout"] == "my.toml"
    assert "p=11" in read["settings"]
    said = {**GIVEN, "facts": "facts.json", "texts": "a file.npz:train"}
    assert Box.read(read["box"]) == said.pop("box")
    assert {name: read[name] for name in said} == said
    for each in ("net.pt", "my.toml", "facts.json", "a file.npz"):
        assert each in does


def test_what_was_not_given_is_not_in_the_command(made, planted_line):
    line, _ = planted_line(made("in/net.pt"))
    assert line == "distill run --model net.pt --layout mine"


@pytest.fixture
def planted_line():
    def line(record):
        certificate = SimpleNamespace(example=())
        report = SimpleNamespace(remarks=())
        run = SimpleNamespace(record=record, program=None, report=report, certificate=certificate)
        first = commands(run)[0]
        return first.line, first.does

    return line


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("a/b/facts.json", "facts.json"),
        ("a/b.npz:train", "b.npz:train"),
        ("a/mine.toml,masked=true", "mine.toml,masked=true"),
        ("[a/b .json x]{2}", "[a/b .json x]{2}"),
        ("torch_recurrent", "torch_recurrent"),
    ],
)
def test_only_files_lose_their_folder(told, kept):
    assert without_folder(told) == kept


def test_files_of_a_line():
    line = typed({}, {"facts": "x/my facts.json", "texts": "y/t.npz:a", "length": 3})
    assert files_in(line) == ["my facts.json", "t.npz"]
    assert typed({}, {"length": None}) == ""


TRAINED = {"seed": 4, "architecture": "gru,d_hidden=8", "minutes": 2.5, "engine": "own"}
NOT_TYPED = {
    "recipe": "no command takes one: then there is no command on the page",
    "attempts": "the same",
    "stop": "a hand on the keyboard: the page says that such a training was ended early",
    "watch": "keeps checkpoints beside the run, and leaves all that is learned as it is",
}


@pytest.fixture
def trained(monkeypatch):
    """The record of a run that trains, in which nothing is trained."""
    training = MagicMock(ended=None, drawn=[], attempts=(), checkpoints=None)
    training.arch = TRAINED["architecture"]
    training.curve.return_value.points = ()
    space = MagicMock(training=lambda *_: lambda: training)
    monkeypatch.setattr(pipeline, "space_of_task", lambda _task: space)
    monkeypatch.setattr(pipeline, "first_understood", MagicMock())
    monkeypatch.setattr(pipeline, "_explained_by", lambda *_: None)
    monkeypatch.setattr(pipeline, "output_folder", lambda *_: nullcontext())
    monkeypatch.setattr(pipeline, "_finish", lambda _space, _found, _task, made_so, *_: made_so)
    return pipeline.run


def test_every_option_of_a_training_is_in_the_command_that_trains_it_again(trained, planted_line):
    options = set(inspect.signature(trained).parameters) - NOT_OPTIONS
    assert options == {*TRAINED, *NOT_TYPED}
    line, _ = planted_line(trained("mod_add", p=11, **TRAINED))
    read = command.make_context("run", shlex.split(line)[2:]).params
    assert (read["task"], read["settings"]) == ("mod_add", ("p=11", "fraction=0.3"))
    said = {"arch": TRAINED["architecture"], **TRAINED}
    del said["architecture"]
    assert {name: read[name] for name in said} == said
    plain, _ = planted_line(trained("mod_add", p=11))
    assert "--engine" not in plain
    assert "--minutes" not in plain


def test_what_no_command_takes_leaves_no_command_on_the_page(trained):
    for given in ({"recipe": Recipe(max_steps=1)}, {"attempts": 1}):
        assert trained("mod_add", **given).options is None


def test_a_run_with_no_command_shows_how_it_is_checked_and_used(planted_line, trained):
    line, _ = planted_line(trained("mod_add", attempts=1))
    assert line.startswith("distill verify ")
