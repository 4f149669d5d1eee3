"""What a message says: what was found, what was expected, and what can be done."""

import ast
import re
import warnings

import pytest
import torch
from builders.commands import distill_here
from builders.paths import PACKAGE

import distill
from distill.checker.kind import VARIABLE
from distill.checker.scope import draw_in_words, holds_for, many
from distill.domains.finite import Domain
from distill.networks.choice import architecture_for
from distill.records.figures import ONE_OF
from distill.records.refusal import NUMBERS

LAST = """from distill import SequenceTask, Task, task

@task
def last2() -> SequenceTask:
    "The last two."
    return SequenceTask(inputs={"x": range(4)}, reference=lambda xs: [(x, x) for x in xs], length=4)

@task
def beyond() -> Task:
    "Answers that are no outputs."
    return Task({"a": range(5), "b": range(5)}, range(5), lambda a, b: a + b, train_fraction=0.5)
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("last2", "expected an integer; answers that are tuples of 2 are those of SequenceTask("),
        ("last2", "SequenceTask(..., outputs=2)"),
        ("beyond", "beyond: reference(1, 4) is 5; expected an integer in outputs = range(0, 5)"),
    ],
)
def test_a_task_that_answers_otherwise_is_told_how_it_is_written(tmp_path, name, said):
    (tmp_path / "mine.py").write_text(LAST)
    ended = distill_here("run", f"mine.py:{name}", cwd=tmp_path)
    assert (ended.returncode, said in ended.stderr) == (2, True), ended.stderr
    assert "with :" not in ended.stderr


def test_a_program_in_a_file_is_called_one(tmp_path):
    class Doubled(torch.nn.Module):
        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            return tokens * 2.0

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.trace(Doubled(), torch.ones(1)).save(str(tmp_path / "net.pt"))
    ended = distill_here("run", "--model", "net.pt", cwd=tmp_path)
    assert "is TorchScript, a program: expected tensors; save the network's state_dict()" in (
        ended.stderr
    )


def test_answers_as_rows_of_an_identity_are_taken():
    run = distill.distill(
        lambda t: torch.eye(5)[t.sum(1) % 5], [range(5), range(5)], range(5), name="labels"
    )
    assert run.program(4, 3) == 2


def test_every_number_of_a_refusal_is_explained():
    """Whatever a part of the package may put among them."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="Refusal"), args=[_, ast.Dict(keys=keys)]):
                    pass
                case (
                    ast.Assign(targets=[ast.Name(id="numbers")], value=ast.Dict(keys=keys))
                    | ast.AnnAssign(target=ast.Name(id="numbers"), value=ast.Dict(keys=keys))
                ) if "Refusal" in path.read_text():
                    pass
                case _:
                    continue
            found |= {key.value for key in keys if isinstance(key, ast.Constant)}
    assert len(found) > 20
    assert found <= NUMBERS.keys()


def test_no_number_of_a_refusal_is_called_by_its_key():
    """Words that are a key too are English: `exceptions`. No two numbers are called alike."""
    labels = [words.label for words in NUMBERS.values()]
    assert len(set(labels)) == len(labels)
    for name, words in NUMBERS.items():
        assert words.label != name.replace("_", " ") or name in {"exceptions", "commonest_answer"}
        assert not re.search(r"_|r2|\bR2", words.label + words.said)
        assert len(words.label) <= 32


def test_a_refusal_is_shown_with_words_beside_its_numbers(tmp_path):
    distill.distill(
        lambda t: 5 * torch.eye(12)[torch.gcd(t[:, 0] + 1, t[:, 1] + 1) - 1],
        [range(1, 13)] * 2,
        range(1, 13),
        name="divisors",
        out=tmp_path / "outputs",
    )
    shown = distill_here("show", "divisors", cwd=tmp_path).stdout
    assert NUMBERS["heldout_r2"].said in shown
    assert "R² on inputs not fitted" in shown
    assert "refused: No mechanism was found" in shown
    (line,) = [line for line in shown.splitlines() if line.startswith("exceptions")]
    assert line.endswith(NUMBERS["exceptions"].said)


def test_one_of_something_is_no_plural():
    assert [many(n, "step") for n in (0, 1, 2, 1000)] == [
        "0 steps",
        "1 step",
        "2 steps",
        "1,000 steps",
    ]
    one = {"kind": "uniform", "count": 1, "seed": 0, "length": 1}
    assert draw_in_words(one).startswith("1 sequence of 1 step, ")
    assert draw_in_words({"kind": "every", "length": 1}) == "every sequence of 1 step"
    assert draw_in_words({"kind": "every"}) == "every input"
    held = holds_for("sequences", [(0, 1)], 1, "tested", one, None)
    assert held["lengths"] == "1 step"
    assert str(distill.Task({"a": range(2)}, range(2), lambda a: a, train_fraction=0.5).domain)


def test_what_is_shown_of_a_run_in_python_is_short():
    run = distill.distill(lambda t: 5 * torch.eye(5)[t.sum(1) % 5], [range(5)] * 2, range(5))
    for shown in (run, run.program, run.mechanism):
        assert len(repr(shown)) < 200
        assert "\n" not in repr(shown)
    assert f"{run.program}".startswith('"""The ')


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "mod_add", "--minutes", "x"), "'x' is no number. (`distill run --help` shows"),
        (("run", "mod_add", "--length", "x"), "'x' is no integer. (`distill run --help` shows"),
        (("compare",), "(`distill compare --help` shows"),
        (("--nothing",), "(`distill --help` shows"),
        (("show", "any", "--latex", "--c"), "--latex and --c were given: a formula is printed"),
        (("show", "any", "--dot", "--sympy", "--c"), "--dot and --sympy and --c were given"),
        (("run", "mod_add", "--arch", "gru"), "'gru' over a finite domain (it reads sequences): "),
    ],
)
def test_an_option_that_is_wrong_is_told_in_plain_words_and_whose_help_to_read(
    arguments, said, tmp_path
):
    ended = distill_here(*arguments, cwd=tmp_path)
    assert (ended.returncode, said in ended.stderr) == (2, True), ended.stderr


def test_what_may_be_below_0_is_called_no_part():
    for name in ("function_of_a_sum", "heldout_r2"):
        assert "R²" in NUMBERS[name].label
        assert "part of" not in NUMBERS[name].said


def test_how_a_variable_was_read_is_said_in_words():
    words = ONE_OF[VARIABLE]
    assert words.noted("circle, 5/13 turns") == (
        "as a place on a circle, on which 1 more is 5/13 of a turn"
    )
    assert words.noted("value") == "as a number"
    assert words.noted("another note") == "another note"


TWO = """from distill import Task, task

@task
def one(p: int = 7) -> Task:
    "The sum, modulo p."
    return Task({"a": range(p), "b": range(p)}, range(p), lambda a, b: (a + b) % p)

@task
def two() -> Task:
    "The larger one."
    return Task({"a": range(5), "b": range(5)}, range(5), max)
"""


def test_the_tasks_of_a_file_are_listed(tmp_path):
    (tmp_path / "mine.py").write_text(TWO)
    ended = distill_here("tasks", "mine.py", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    rows = ended.stdout.splitlines()[1:]
    assert [row.split()[0] for row in rows] == ["one", "two"]
    assert "The sum, modulo p." in rows[0]
    assert distill_here("tasks", "none.py", cwd=tmp_path).returncode == 2


def test_a_checkpoint_that_is_given_as_a_task_is_told_how_it_is_read(tmp_path):
    (tmp_path / "mine.pt").write_bytes(b"?")
    ended = distill_here("run", "mine.pt", cwd=tmp_path)
    assert (ended.returncode, ended.stderr.strip()) == (
        2,
        "distill: 'mine.pt' is a checkpoint, and no task: `distill run --model mine.pt` reads it",
    )


def test_what_may_be_given_as_a_model_is_said_whole(tmp_path):
    (tmp_path / "mine.py").write_text("")
    ended = distill_here("run", "--model", "mine.py", cwd=tmp_path)
    assert "expected one of .safetensors, .npz, .pt, .pth, .bin, .ckpt, .onnx" in ended.stderr


@pytest.mark.parametrize(
    ("text", "meant"),
    [("transfomer", "transformer"), ("transformer,n_head=2", "n_heads"), ("mlp,width=8", "widths")],
)
def test_an_architecture_that_is_nearly_one_is_asked_about(text, meant):
    with pytest.raises(distill.DistillError, match=f"did you mean '{meant}'"):
        architecture_for(text, Domain((range(5), range(5)), range(5)))
    with pytest.raises(distill.DistillError, match="no architecture 'zebra': expected one of"):
        architecture_for("zebra", Domain((range(5), range(5)), range(5)))
