"""The end of a program: the domain that it states, the check of it, and its command line.

These lines are the same in every program but for names and ranges. They are held against the texts
below, so that they have one meaning: asked for anything but integers of its ranges, the program's
function raises ValueError before it does anything else; over a box of reals, for anything but
numbers of its intervals. What is left without them is evaluated as
any function is (`evaluate.py`); whether the domain is the network's, `check.py` finds out.
"""

from __future__ import annotations

import ast
import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from numpy import ndarray

from .errors import ProgramError
from .values import Value, kind_of

Form = Literal["numbers", "list", "tuples", "text", "reals"]
"""What a function is given: numbers, a list of numbers, or a list of tuples of some; a text is a
list of numbers that may not be longer than one length. Reals are numbers of intervals."""

Span = range | tuple[float, float]
"""The values of an input: a range of integers, or both ends of an interval of reals."""

BOUND = frozenset({"DOMAIN", "check", "usage", "words", "given", "error"})
"""Names that the end of a program binds, and that nothing else of it has."""

CHECKS: dict[Form, str] = {
    "numbers": '''def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{{name}} = {{value!r}} is no integer in {{DOMAIN[name]}}")
''',
    "list": '''def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{{xs!r}} is no list of integers in {{DOMAIN['{name}']}}")
    for {name} in xs:
        if type({name}) is not int or {name} not in DOMAIN["{name}"]:
            raise ValueError(f"{name} = {{{name}!r}} is no integer in {{DOMAIN['{name}']}}")
''',
    "text": '''def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range, or one
    that is longer than the network takes."""
    if type(xs) is not list or len(xs) > {longest}:
        raise ValueError(
            f"{{xs!r}} is no list of at most {longest} integers in {{DOMAIN['{name}']}}"
        )
    for {name} in xs:
        if type({name}) is not int or {name} not in DOMAIN["{name}"]:
            raise ValueError(f"{name} = {{{name}!r}} is no integer in {{DOMAIN['{name}']}}")
''',
    "reals": '''def check(*inputs: float) -> None:
    """Raise ValueError where an input is no number of its interval."""
    for name, value in zip(DOMAIN, inputs):
        low, high = DOMAIN[name]
        if type(value) not in (int, float) or not low <= value <= high:
            raise ValueError(f"{{name}} = {{value!r}} is no number from {{low}} to {{high}}")
''',
    "tuples": '''def check(steps: list[tuple[{ints}]]) -> None:
    """Raise ValueError where something is given that is no list of tuples of the domain."""
    if type(steps) is not list:
        raise ValueError(f"{{steps!r}} is no list of tuples in {{DOMAIN}}")
    for step in steps:
        if type(step) is not tuple or len(step) != len(DOMAIN):
            raise ValueError(f"{{step!r}} is no tuple in {{DOMAIN}}")
        for name, value in zip(DOMAIN, step):
            if type(value) is not int or value not in DOMAIN[name]:
                raise ValueError(f"{{name}} = {{value!r}} is no integer in {{DOMAIN[name]}}")
''',
}
GIVEN: dict[Form, str] = {
    "numbers": "*map(int, sys.argv[1:])",
    **dict.fromkeys(("list", "text"), "list(map(int, sys.argv[1:]))"),
    "tuples": '[tuple(map(int, word.split(","))) for word in sys.argv[1:]]',
    "reals": "*map(float, sys.argv[1:])",
}
"""What a function is given of the words of the command line; a tuple is written `1,0`."""

READ: dict[Form, str] = {
    **dict.fromkeys(("numbers", "list", "text"), "[int(word) for word in {words}]"),
    "tuples": '[tuple(map(int, word.split(","))) for word in {words}]',
    "reals": "[float(word) for word in {words}]",
}
"""The same, where it is looked at first."""

BARE = 'if __name__ == "__main__":\n    print({function}({given}))\n'
"""The command line of a program that states no domain."""

COMMAND_LINE = """if __name__ == "__main__":
    usage = "usage: python program.py {asked}, {what} with {words}"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = {read}
        print({function}({handed}) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{{error}}; {{usage}}", file=sys.stderr)
        sys.exit(2)
"""
EARLIER_COMMAND_LINE = "".join(
    line for line in COMMAND_LINE.splitlines(keepends=True) if "words = " not in line
)
"""That of programs that were written earlier, which mean the same."""


@dataclass(frozen=True)
class Guard:
    """The domain that a program states.

    Attributes:
        form: what its function is given.
        names: of its inputs, or of the numbers of a step.
        ranges: their values.
        longest: how many numbers a text has at most; null where it is none.
    """

    form: Form
    names: tuple[str, ...]
    ranges: tuple[Span, ...]
    longest: int | None = None

    @property
    def words(self) -> str:
        """As "a in 0..6, b in 0..6"; of a text "x in 0..6, at most 9 of them"; of reals "x from 0.5
        to 2.0".
        """
        pairs = zip(self.names, self.ranges, strict=True)
        form = "{} from {} to {}" if self.form == "reals" else "{} in {}..{}"
        said = [form.format(name, values[0], values[-1]) for name, values in pairs]
        said += [] if self.longest is None else [f"at most {self.longest} of them"]
        return ", ".join(said)

    def text(self, function: str, command_line: str = COMMAND_LINE) -> str:
        """The end of a program whose function has this name, with one of the command lines."""
        words = "words" if command_line == COMMAND_LINE else "sys.argv[1:]"
        numbers = self.form in ("numbers", "reals")
        separator = " " if numbers else ","
        asked = separator.join(self.names)
        parts = {
            "domain": ", ".join(
                f'"{name}": {_source(values)}'
                for name, values in zip(self.names, self.ranges, strict=True)
            ),
            "name": self.names[0],
            "longest": self.longest,
            "ints": ", ".join(["int"] * len(self.names)),
            "words": self.words,
            "what": "numbers" if self.form == "reals" else "integers",
            "asked": asked if numbers else f"{asked} {asked} ...",
            "function": function,
            "read": READ[self.form].format(words=words),
            "handed": "*given" if numbers else "given",
        }
        text = f"DOMAIN = {{{{{{domain}}}}}}\n\n\n{CHECKS[self.form]}\n\n{command_line}"
        return text.format(**parts)

    def hold(self, arguments: Sequence[Value]) -> None:
        """Raise ProgramError where a program that is given these values raises ValueError."""
        if self.form in ("numbers", "reals"):
            steps = [tuple(arguments)]
        else:
            steps = [one if isinstance(one, tuple) else (one,) for one in arguments[0]]
        too_long = self.longest is not None and len(steps) > self.longest
        for step in steps:
            if (
                too_long
                or len(step) != len(self.ranges)
                or not all(map(_within, step, self.ranges))
            ):
                raise ProgramError(
                    f"the program raises ValueError outside of its domain, {self.words}"
                )


def bare_end(function: str, form: Form) -> ast.stmt:
    """The command line of a program that states no domain."""
    return ast.parse(BARE.format(function=function, given=GIVEN[form])).body[0]


def take_guard(body: list[ast.stmt]) -> tuple[list[ast.stmt], Guard | None]:
    """A module without the end that states its domain, and that domain; null where it has none.

    Raises:
        ProgramError: it has such an end, and that is none of those that are known.
    """
    match body:
        case [
            *above,
            ast.Assign(targets=[ast.Name(id="DOMAIN")], value=ast.Dict(keys=keys, values=values)),
            ast.FunctionDef(name="check"),
            ast.If(),
        ]:
            pass
        case _:
            return body, None
    entry, unknown = _entry(above), ProgramError("the end of the program is none that is known")
    texts = [key.value for key in keys if isinstance(key, ast.Constant)]
    names = tuple(text for text in texts if isinstance(text, str) and text.isidentifier())
    ranges = tuple(map(_span, values))
    if not names or len(names) != len(keys):
        raise unknown
    end = [ast.dump(node) for node in body[-3:]]
    longest = _longest(body[-2])
    of_reals = {isinstance(values, tuple) for values in ranges}
    if len(of_reals) != 1:
        raise unknown
    forms: list[Form] = [form for form in CHECKS if {form == "reals"} == of_reals]
    for form in forms:
        guard = Guard(form, names, ranges, longest if form == "text" else None)
        known = (guard.text(entry.name, line) for line in (COMMAND_LINE, EARLIER_COMMAND_LINE))
        if any([ast.dump(node) for node in ast.parse(text).body] == end for text in known):
            _check_names(entry, guard)
            return [_unchecked(entry) if node is entry else node for node in above], guard
    raise unknown


def _longest(check: ast.stmt) -> int | None:
    """The length above which a check refuses a text; null where it looks at none."""
    for node in ast.walk(check):
        match node:
            case ast.Compare(ops=[ast.Gt()], comparators=[ast.Constant(value=int(longest))]):
                return longest
    return None


def _entry(above: Sequence[ast.stmt]) -> ast.FunctionDef:
    """The function that a module names as its program."""
    named = {
        node.value.elts[0].value
        for node in above
        if isinstance(node, ast.Assign)
        and [ast.unparse(target) for target in node.targets] == ["__all__"]
        and isinstance(node.value, ast.List)
        and len(node.value.elts) == 1
        and isinstance(node.value.elts[0], ast.Constant)
    }
    found = [node for node in above if isinstance(node, ast.FunctionDef) and node.name in named]
    if len(found) != 1:
        raise ProgramError("`__all__` of the program does not name exactly one function of it")
    return found[0]


def _unchecked(entry: ast.FunctionDef) -> ast.FunctionDef:
    """The function without the line that checks what it is given, which must be its first.

    Raises:
        ProgramError: it is not.
    """
    given = ", ".join(arg.arg for arg in entry.args.args)
    place = int(
        isinstance(entry.body[0], ast.Expr) and isinstance(entry.body[0].value, ast.Constant)
    )
    first = entry.body[place : place + 1]
    if [ast.unparse(node) for node in first] != [f"check({given})"]:
        raise ProgramError(f"{entry.name}() of the program does not begin with check({given})")
    parts = {name: getattr(entry, name) for name in entry._fields}
    parts["body"] = entry.body[:place] + entry.body[place + 1 :]
    return ast.copy_location(ast.FunctionDef(**parts), entry)


def _check_names(entry: ast.FunctionDef, guard: Guard) -> None:
    """Raise ProgramError where the domain names other inputs than the function reads."""
    parameters = tuple(arg.arg for arg in entry.args.args)
    if guard.form in ("numbers", "reals"):
        read = {parameters}
    else:
        loops = [node for node in ast.walk(entry) if isinstance(node, ast.For | ast.comprehension)]
        over = [node for node in loops if ast.unparse(node.iter) in parameters]
        read = {
            tuple(part.id for part in ast.walk(node.target) if isinstance(part, ast.Name))
            for node in over
        }
    # a text has tokens alone; one that is looked at is called otherwise than the one that looks
    if guard.form != "text" and read - {guard.names}:
        raise ProgramError(f"the domain of the program does not name what it reads: {guard.words}")


def _span(node: ast.expr) -> Span:
    """A range that is written out, with something in it, or both ends of an interval."""
    match node:
        case ast.Tuple(elts=[_, _]):
            with contextlib.suppress(ValueError):
                low, high = ast.literal_eval(node)
                if type(low) is type(high) is float and -math.inf < low < high < math.inf:
                    return low, high
        case ast.Call(func=ast.Name(id="range"), args=[_] | [_, _] as ends, keywords=[]):
            with contextlib.suppress(ValueError):
                numbers = [ast.literal_eval(end) for end in ends]
                if all(type(number) is int for number in numbers) and range(*numbers):
                    return range(*numbers)
    raise ProgramError("the domain of the program is made of neither ranges nor intervals")


def _source(values: Span) -> str:
    if isinstance(values, tuple):
        return repr(values)
    return f"range({values.stop})" if values.start == 0 else f"range({values.start}, {values.stop})"


def _within(value: Value, values: Span) -> bool:
    """Whether a value is an integer of a range, or a number of an interval, for every input."""
    ends = (value.min(), value.max()) if isinstance(value, ndarray) else (value,)
    if isinstance(values, tuple):
        low, high = values
        return kind_of(value) in (int, float) and all(low <= end <= high for end in ends)
    if kind_of(value) is not int:
        return False
    return all(int(end) in values for end in ends)
