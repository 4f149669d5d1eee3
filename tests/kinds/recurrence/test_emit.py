"""What a person would write: lists, shifts, shared first values, names that say what is kept."""

from functools import reduce

import numpy as np
import pytest
from builders.amount import examples
from builders.emitted_recurrences import op
from builders.recurrences import cascade
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.checker.affine import affine_pass, is_system
from distill.checker.sandbox import run_sequences
from distill.errors import ProgramError
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.kinds.recurrence.contradiction import contradicted
from distill.kinds.recurrence.emit import emit_recurrence
from distill.kinds.recurrence.linear.realisation import matrices
from distill.kinds.recurrence.recurrence import Recurrence


def delay_line(depth: int, answer: Expression, start: int = 0) -> Recurrence:
    names = ["previous", *(f"previous{age}" for age in range(2, depth + 1))]
    updates = tuple(map(Name, ["x", *names[:-1]]))
    return Recurrence(("x",), tuple(names), (start,) * depth, updates, (answer,), after=False)


def total_of(*names: str) -> Expression:
    return reduce(lambda a, b: Operation("+", (a, b)), map(Name, names))


def body(source: str) -> list[str]:
    lines = source.split('list."""\n')[1].split("\n\n")[0].splitlines()
    return [line.strip() for line in lines]


def agrees(recurrence: Recurrence, source: str, values: range, seed: int = 0) -> bool:
    rng = np.random.default_rng(seed)
    sequences = rng.integers(values.start, values.stop, (30, 12, len(recurrence.inputs)))
    said = run_sequences(source, sequences, len(recurrence.outputs))
    return bool((said == recurrence.run(sequences)).all())


@settings(max_examples=examples(12), deadline=None)
@given(st.integers(1, 7), st.integers(-3, 3), st.data())
def test_every_delay_line_is_the_same_sums_however_it_is_written(depth, start, data):
    names = ["x", "previous", *(f"previous{age}" for age in range(2, depth + 1))]
    factors = data.draw(st.lists(st.integers(-2, 2), min_size=depth, max_size=depth))
    used = [(f, n) for f, n in zip(factors, names, strict=False) if f]
    terms = [Operation("*", (Constant(f), Name(n))) for f, n in used]
    answer = reduce(lambda a, b: Operation("+", (a, b)), [*terms, Name(names[depth])])
    recurrence = delay_line(depth, answer, start)
    source = emit_recurrence(recurrence).program.source
    system = matrices(recurrence)
    assert system is not None
    assert is_system(affine_pass(source), system)
    assert agrees(recurrence, source, range(-4, 5))
    assert sum(line.startswith("previous") for line in body(source)) <= 2


def test_a_few_remembered_inputs_are_shifted_at_once():
    recurrence = delay_line(3, op("-", op("*", "x", "previous"), "previous3"))
    lines = body(emit_recurrence(recurrence).program.source)
    assert lines[1] == "previous = previous2 = previous3 = 0"
    assert lines[4] == "previous3, previous2, previous = previous2, previous, x"


def test_many_remembered_inputs_are_a_list_and_their_sum_is_said_as_one():
    names = ["previous", *(f"previous{age}" for age in range(2, 7))]
    emitted = emit_recurrence(delay_line(6, total_of("x", *names)))
    assert emitted.name == "sum of the last 7 inputs"
    assert body(emitted.program.source) == [
        "outputs = []",
        "recent = [0] * 6",
        "for x in xs:",
        "outputs.append(x + sum(recent))",
        "recent = [x, *recent[:-1]]",
        "return outputs",
    ]
    assert "recent[-1]" in emit_recurrence(delay_line(6, Name("previous6"))).program.source
    assert emitted.recurrence.registers == tuple(names), "what is located are the registers"


def test_a_list_that_forgets_in_another_order_is_another_system():
    recurrence = delay_line(5, total_of("x", "previous2", "previous5"))
    source, system = emit_recurrence(recurrence).program.source, matrices(recurrence)
    assert system is not None
    for old, new in (
        ("[x, *recent[:-1]]", "[*recent[1:], x]"),
        ("[x, *recent[:-1]]", "[x, *recent[1:]]"),
        ("[0] * 5", "[0, 0, 0, 0, 1]"),
        ("recent[-1]", "recent[3]"),
    ):
        assert old in source
        assert not is_system(affine_pass(source.replace(old, new)), system)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[x, *recent[:-1]]", "[x, *recent]", "of another kind after a pass"),
        ("[x, *recent[:-1]]", "recent[1]", "of another kind after a pass"),
        ("recent[-1]", "recent[5]", "IndexError"),
        ("recent[-1]", "recent[x]", "does more than add"),
        ("recent[-1]", "max(recent)", "does more than add"),
        ("recent = [x, *recent[:-1]]", "recent += [x]", "adds to a list"),
        ("input_5_steps_before", "sum", "which is taken"),
    ],
)
def test_what_is_done_to_a_list_is_followed_or_refused(old, new, message):
    source = emit_recurrence(delay_line(5, Name("previous5"))).program.source
    assert old in source
    with pytest.raises(ProgramError, match=message):
        affine_pass(source.replace(old, new))


def test_a_remembered_input_whose_new_value_is_read_at_once_stays_where_it_is():
    """The lines after it mean the new value: a shift at the end would come too late."""
    updates = (Name("x"), Name("previous"), op("+", "total", "x"))
    recurrence = Recurrence(
        ("x",), ("previous", "previous2", "total"), (0, 0, 0), updates, (Name("total"),)
    )
    in_turn = (
        (("previous2", Name("previous")),),
        (("previous", Name("x")),),
        (("total", op("+", "total", "previous")),),
    )
    source = emit_recurrence(recurrence, in_turn).program.source
    assert "previous2, previous =" not in source
    assert agrees(recurrence, source, range(-4, 5))


def counting(values: range, answer: Expression) -> Recurrence:
    names = tuple(f"count_{v}" for v in range(len(values)))
    updates = tuple(op("+", name, op("==", "x", v)) for name, v in zip(names, values, strict=True))
    return Recurrence(("x",), names, (0,) * len(values), updates, (answer,))


@pytest.mark.parametrize("low", [0, 2, -1])
@pytest.mark.parametrize(("operator", "which"), [(">=", "max"), ("<=", "min")])
def test_counts_of_every_value_are_a_list_and_the_most_frequent_its_arg_max(low, operator, which):
    values = range(low, low + 4)
    recurrence = counting(values, cascade(operator, [0, 1, 2, 3], low))
    emitted = emit_recurrence(recurrence, ranges=(values,))
    lines = body(emitted.program.source)
    place = {0: "x", 2: "x - 2", -1: "x + 1"}[low]
    assert lines[1] == "counts = [0] * 4"
    assert lines[3] == f"counts[{place}] += 1"
    assert f"counts.index({which}(counts))" in lines[4]
    assert emitted.name == f"{'most' if which == 'max' else 'least'} frequent input"
    assert agrees(recurrence, emitted.program.source, values)


def test_where_the_last_of_equals_counts_it_is_no_index():
    recurrence = counting(range(3), cascade(">=", [2, 1, 0], 0))
    emitted = emit_recurrence(recurrence, ranges=(range(3),))
    assert "index" not in emitted.program.source
    assert "counts[2] >= counts[1]" in emitted.program.source
    assert agrees(recurrence, emitted.program.source, range(3))


@pytest.mark.parametrize("ranges", [(), (range(4),), (range(2),)])
def test_counts_of_some_values_are_no_list(ranges):
    """A value that is not counted has no place in a list."""
    recurrence = counting(range(3), cascade(">=", [0, 1, 2], 0))
    source = emit_recurrence(recurrence, ranges=ranges).program.source
    assert "counts[" not in source
    assert agrees(recurrence, source, range(4))


def test_a_long_line_of_registers_that_need_each_other_is_split_by_their_changes():
    names = ("velocity_left", "velocity_right")
    updates = (
        op("-", op("+", names[0], "left"), op("*", 3, names[1])),
        op("+", op("+", names[1], "right"), op("*", 3, names[0])),
    )
    outputs = (Name(names[0]), Name(names[1]))
    recurrence = Recurrence(("left", "right"), names, (0, 0), updates, outputs)
    source = emit_recurrence(recurrence).program.source
    assert "velocity_left += velocity_left_change" in body(source)
    assert agrees(recurrence, source, range(-2, 3))
    system = matrices(recurrence)
    assert system is not None
    assert is_system(affine_pass(source), system)


STEP = op("-", 1, op("*", 2, "x"))
BALANCE = Recurrence(
    ("x",),
    ("total", "lowest"),
    (0, 0),
    (op("+", "total", STEP), op("min", "lowest", op("+", "total", STEP))),
    (op("and", op("==", "total", 0), op("==", "lowest", 0)),),
)
DIGITS = Recurrence(
    ("x",),
    ("power", "number", "total"),
    (1, 0, 0),
    (
        op("*", 3, "power"),
        op("+", op("*", 3, "number"), "x"),
        op("+", "total", op("*", "power", "x")),
    ),
    (op("==", "total", "number"),),
)


def plain(update: Expression, answer: Expression, *, start: int = 0, after: bool = True):
    return Recurrence(("x",), ("r",), (start,), (update,), (answer,), after)


@pytest.mark.parametrize(
    ("recurrence", "name", "said"),
    [
        (BALANCE, "running sum is 0 and never below 0", "`total` adds up 1 - 2 * x"),
        (DIGITS, "number equals reversed number", "`power` is 3 to the number of steps"),
        (plain(op("+", "r", "x"), Name("r")), "running sum", "`r` adds up x"),
        (plain(op("+", "r", "x"), op(">", "r", 0)), "running sum is above 0", "`r` adds up x"),
        (plain(op("max", "r", "x"), Name("r")), "running maximum", "`r` is the largest x so far"),
        (
            plain(op("+", "r", op("==", op("%", "x", 2), 0)), Name("r")),
            "number of inputs that are even",
            "counts the steps with x % 2 == 0",
        ),
        (
            plain(op("+", op("*", 2, "r"), "x"), Name("r")),
            "number",
            "as digits in base 2, the first of them first",
        ),
        (
            plain(op("-", 1, "r"), Name("r"), after=False),
            "parity of the number of steps before",
            "`odd` is 1 after an odd number of steps",
        ),
        (
            plain(op("*", "r", "x"), Name("r"), start=1),
            "iteration of r * x",
            "`r` becomes r * x",
        ),
    ],
)
def test_a_program_is_named_by_what_its_registers_are(recurrence, name, said):
    emitted = emit_recurrence(recurrence, ranges=(range(2),))
    assert emitted.name == name
    docstring = " ".join(emitted.program.source.split('"""')[1].split())
    assert said in docstring
    assert agrees(recurrence, emitted.program.source, range(2))


def test_what_is_answered_of_registers_without_a_name_is_the_name():
    updates = (op("*", "r", "x"), op("-", op("*", "s", "r"), "x"))
    recurrence = Recurrence(("x",), ("r", "s"), (1, 0), updates, (op("-", "r", "s"),))
    emitted = emit_recurrence(recurrence, ranges=(range(-1, 2),))
    assert emitted.name == "value of r - s in a recurrence of 2 integers"
    assert "def value_of_r_minus_s_in_a_recurrence_of_2_integers(" in emitted.program.source
    assert not contradicted(emitted.name, recurrence, (range(-1, 2),))
    assert contradicted("value of r + s in a recurrence of 2 integers", recurrence, (range(-1, 2),))
    assert contradicted("iteration of r * x", recurrence, (range(-1, 2),))


@pytest.mark.parametrize(
    ("answer", "title", "wrong"),
    [
        (op("+", "r", Constant(-4)), "running sum minus 4", "running sum minus 3"),
        (op("+", "r", Constant(2)), "running sum plus 2", "running sum minus 2"),
        (op("*", Constant(3), "r"), "3 times the running sum", "2 times the running sum"),
        (op("-", Constant(7), "r"), "7 minus the running sum", "6 minus the running sum"),
        (op("//", "r", Constant(3)), "quotient of the running sum by 3", "running sum minus 3"),
        (op("%", "r", Constant(5)), "remainder of the running sum by 5", "running sum plus 5"),
    ],
)
def test_a_register_and_a_number_are_said_together(answer, title, wrong):
    recurrence = Recurrence(("x",), ("r",), (0,), (op("+", "r", "x"),), (answer,))
    assert emit_recurrence(recurrence, ranges=(range(4),)).name == title
    assert not contradicted(title, recurrence, (range(4),))
    assert contradicted(wrong, recurrence, (range(4),))


def test_a_count_of_changes_is_called_so_and_a_count_that_begins_otherwise_is_not():
    """`previous` begins as no input, so that the first step is counted, and taken away again."""
    other = op("+", "c", op("!=", "x", "p"))

    def named(begin, answer):
        recurrence = Recurrence(("x",), ("p", "c"), (begin, 0), (Name("x"), other), (answer,))
        return recurrence, emit_recurrence(recurrence, ranges=(range(3),)).name

    one_less = op("+", "c", Constant(-1))
    recurrence, name = named(-1, one_less)
    assert name == "number of changes"
    assert not contradicted(name, recurrence, (range(3),))
    for begin, answer in ((0, one_less), (-1, Name("c")), (-1, op("+", "c", Constant(-2)))):
        recurrence, name = named(begin, answer)
        assert name != "number of changes"
        assert contradicted("number of changes", recurrence, (range(3),))


def test_a_value_that_is_short_is_the_name_whatever_follows_it():
    updates = (op("*", "r", "x"), op("-", op("*", "s", "r"), "x"))
    answer = op("-", "r", op("%", "s", Constant(2)))
    recurrence = Recurrence(("x",), ("r", "s"), (1, 0), updates, (answer,))
    emitted = emit_recurrence(recurrence, ranges=(range(-1, 2),))
    assert emitted.name == "value of r - s % 2 in a recurrence of 2 integers"
    assert "def value_of_r_minus_s_mod_2(xs: list[int])" in emitted.program.source
    assert not contradicted(emitted.name, recurrence, (range(-1, 2),))
    wrong = "value of r - s % 3 in a recurrence of 2 integers"
    assert contradicted(wrong, recurrence, (range(-1, 2),))


def test_what_is_only_nearly_so_is_not_named_so():
    """A minimum that begins elsewhere, or of something else, says nothing of the sum's way."""
    for start, step in ((1, STEP), (0, Name("x"))):
        lowest = op("min", "lowest", op("+", "total", step) if start else step)
        updates = (op("+", "total", STEP), lowest)
        other = Recurrence(("x",), ("total", "lowest"), (0, start), updates, BALANCE.outputs)
        assert "never" not in emit_recurrence(other).name
    weights = op("+", "total", op("*", "power", "x"))
    begun = Recurrence(
        ("x",), ("power", "total"), (2, 0), (op("*", 3, "power"), weights), (Name("total"),)
    )
    assert "reversed" not in emit_recurrence(begun).program.source
