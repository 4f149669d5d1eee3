"""What a program says of itself, and whether that is so: its docstring read as claims."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np


@dataclass(frozen=True)
class Told:
    """A program's text, and what it did along sequences.

    Attributes:
        title, text: of its docstring, in one line each.
        tree: its source.
        inputs: [sequence][step], integers or tuples.
        values: of every variable after every step, [sequence][step].
        starts: first values of variables.
        answers: [sequence][step].
    """

    title: str
    text: str
    tree: ast.Module
    inputs: list[list]
    values: list[list[dict[str, int]]]
    starts: dict[str, int]
    answers: list[list]

    @property
    def steps(self) -> Iterator[tuple[dict[str, int], object, dict[str, int], object]]:
        """Variables before a step, what was read, variables after it, and the answer."""
        for xs, after, said in zip(self.inputs, self.values, self.answers, strict=True):
            before = [self.starts, *after[:-1]]
            yield from zip(before, xs, after, said, strict=True)


def told(source: str, symbols: Sequence[tuple[int, ...]]) -> Told:
    """Run a program as real Python, its variables written down after every step."""
    tree = ast.parse(source)
    docstring = ast.get_docstring(tree) or ""
    title, _, rest = docstring.partition("\n\n")
    rng = np.random.default_rng(0)
    rows = rng.integers(0, len(symbols), (40, 25)).tolist()
    rows += [[place] * 25 for place in range(min(len(symbols), 6))]
    words = [[symbols[place] for place in row] for row in rows]
    inputs = [[word[0] if len(word) == 1 else word for word in row] for row in words]
    watched = ast.parse(source)
    (function,) = [node for node in watched.body if isinstance(node, ast.FunctionDef)]
    kept, starts = list[dict[str, int]](), dict[str, int]()
    loops = [node for node in function.body if isinstance(node, ast.For)]
    watch = ast.parse("note(dict(locals()))").body
    for loop in loops:
        loop.body += watch
        function.body.insert(function.body.index(loop), ast.parse("begin(dict(locals()))").body[0])
    scope = {"note": kept.append, "begin": starts.update, "__name__": "program"}
    exec(compile(ast.fix_missing_locations(watched), "program", "exec"), scope)
    values, answers = [], []
    for xs in inputs:
        kept.clear()
        answers.append(scope[function.name](xs))
        values.append(list(kept) or [{} for _ in xs])
    return Told(
        " ".join(title.split()), " ".join(rest.split()), tree, inputs, values, starts, answers
    )


def prefixes(xs: list) -> Iterator[list]:
    return (xs[: t + 1] for t in range(len(xs)))


def flat(step: object) -> tuple[int, ...]:
    return step if isinstance(step, tuple) else (step,)


def is_kind(kind: str, value: int) -> bool:
    """The same words as in titles, as Python."""
    text = re.sub(r"^(-?\d+)$", r"value == \1", kind)
    for words, code in (
        ("even", "value % 2 == 0"),
        ("odd", "value % 2 == 1"),
        ("a square", "value in squares"),
    ):
        text = code if kind == words else text
    text = re.sub(r"^a multiple of (\d+)$", r"value % \1 == 0", text)
    for words, sign in (
        ("not", "!="),
        ("above", ">"),
        ("at least", ">="),
        ("below", "<"),
        ("at most", "<="),
    ):
        text = re.sub(rf"^{words} (-?\d+)$", rf"value {sign} \1", text)
    return bool(eval(text, {"value": value, "squares": {n * n for n in range(99)}}))


OF_MANY: dict[str, Callable] = {
    "sum": sum,
    "maximum": max,
    "minimum": min,
    "bitwise xor": lambda v: reduce(lambda a, b: a ^ b, v),
    "bitwise and": lambda v: reduce(lambda a, b: a & b, v),
    "bitwise or": lambda v: reduce(lambda a, b: a | b, v),
    "parity": lambda v: sum(v) % 2,
}


def number(text: str | None) -> list[int]:
    return [] if text is None else [int(text)]


def last(count: int, function: Callable) -> Callable:
    return lambda p: function(p[-count:]) if len(p) >= count else None


N = r"(-?\d+)"
OF = "|".join(OF_MANY)
TITLES: list[tuple[str, Callable[..., Callable]]] = [
    (r"Current input", lambda: lambda p: p[-1]),
    (r"Previous input", lambda: last(2, lambda w: w[0])),
    (rf"Input {N} steps before", lambda n: last(int(n) + 1, lambda w: w[0])),
    (rf"({OF}) of the last {N} inputs", lambda f, n: last(int(n), OF_MANY[f.lower()])),
    (rf"Sum of the {N} inputs before", lambda n: last(int(n) + 1, lambda w: sum(w[:-1]))),
    (r"Change from the previous input", lambda: last(2, lambda w: w[1] - w[0])),
    (r"Distance from the previous input", lambda: last(2, lambda w: abs(w[1] - w[0]))),
    (
        r"Change in the absolute value of the input",
        lambda: last(2, lambda w: abs(w[1]) - abs(w[0])),
    ),
    (rf"Whether the last {N} inputs are equal", lambda n: last(int(n), lambda w: len({*w}) == 1)),
    (
        r"Whether the input is (above|at least|below|at most) the one before",
        lambda how: last(2, lambda w: is_kind(f"{how} {w[0]}", w[1])),
    ),
    (rf"({OF}) of the inputs", lambda f: lambda p: OF_MANY[f.lower()](flat(p[-1]))),
    (r"Whether the input is (.*)", lambda kind: lambda p: is_kind(kind, p[-1])),
    (r"Whether input ([ab]) is (.*)", lambda c, k: lambda p: is_kind(k, p[-1]["ab".index(c)])),
    (
        rf"Running sum mod {N}(?:, from {N})?",
        lambda m, s: lambda p: (sum(sum(flat(x)) for x in p) + sum(number(s))) % int(m),
    ),
    (
        rf"Running (maximum|minimum)(?:,? from {N})?",
        lambda f, s: lambda p: OF_MANY[f](number(s) + p),
    ),
    (
        rf"Running (maximum|minimum)(?:,? from {N})? before the step",
        lambda f, s: lambda p: OF_MANY[f](number(s) + p[:-1]) if s or p[1:] else None,
    ),
    (rf"Running sum(?:,? from {N})?", lambda s: lambda p: sum(number(s) + p)),
    (
        rf"Running sum(?:,? from {N})? before the step",
        lambda s: lambda p: sum(number(s) + p[:-1]),
    ),
    (
        rf"Running (bitwise \w+)(?:,? from {N})?",
        lambda f, s: lambda p: OF_MANY[f](number(s) + p),
    ),
    (rf"Number of steps(?:,? from {N})?", lambda s: lambda p: len(p) + sum(number(s))),
    (
        rf"Number of inputs that are (.*?)(?:,? from {N})?",
        lambda k, s: lambda p: sum(is_kind(k, x) for x in p) + sum(number(s)),
    ),
    (r"Parity of the number of steps", lambda: lambda p: len(p) % 2),
    (r"Evenness of the number of steps", lambda: lambda p: 1 - len(p) % 2),
    (
        r"Parity of the inputs that are (.*)",
        lambda k: lambda p: sum(is_kind(k, x) for x in p) % 2,
    ),
    (
        rf"Addition with carry, base {N}(?:, from a carry of {N})?",
        lambda b, c: (
            lambda p: (
                (sum(sum(step) * int(b) ** t for t, step in enumerate(p)) + sum(number(c)))
                // int(b) ** (len(p) - 1)
                % int(b)
            )
        ),
    ),
    (
        rf"Long division by {N} in base {N}",
        lambda d, b: (
            lambda p: (
                reduce(lambda n, x: int(b) * n + x, p, 0) // int(d)
                - int(b) * (reduce(lambda n, x: int(b) * n + x, p[:-1], 0) // int(d))
            )
        ),
    ),
    (r"Most frequent input", lambda: lambda p: min(p, key=lambda v: (-p.count(v), v))),
    (
        r"Running maximum minus running minimum",
        lambda: lambda p: max(p) - min(p),
    ),
    (r"Product of running maximum and running minimum", lambda: lambda p: max(p) * min(p)),
    (r"Sum of running maximum and running minimum", lambda: lambda p: max(p) + min(p)),
]


def title_is_true(program: Told) -> str | None:
    """Whether the answers are what the title says; the pattern that it was read by."""
    for pattern, made in TITLES:
        found = re.fullmatch(pattern + r"\.", program.title)
        said = [word for word in (" before", " is above") if word in program.title]
        if found is None or any(word not in pattern for word in said):
            continue
        if pattern.startswith(rf"({OF}) of the inputs") and not isinstance(
            program.inputs[0][0], tuple
        ):
            due = OF_MANY[found[1].lower()]
        else:
            due = made(*found.groups())
        for xs, said in zip(program.inputs, program.answers, strict=True):
            for part, answer in zip(prefixes(xs), said, strict=True):
                wanted = due(part)
                assert wanted is None or int(wanted) == answer, (program.title, part, answer)
        return pattern
    return None


def variable_of(program: Told) -> str:
    (name,) = {*program.starts} - {"outputs", "xs", "steps"}
    return name


def moves(program: Told) -> tuple[bool, bool]:
    name = variable_of(program)
    apart = [after[name] - before[name] for before, _, after, _ in program.steps]
    return max(apart) > 0, min(apart) < 0


def sentences_are_true(program: Told) -> None:
    """Sentences that say what a variable does."""
    text, steps = program.text, list(program.steps)
    constants = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in program.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    identifiers = {n.id for n in ast.walk(program.tree) if isinstance(n, ast.Name)}
    for quoted in re.findall(r"`(\w+)[^`]*`", text):
        assert quoted in identifiers, (program.title, quoted)
    for table in re.findall(r"\b(NEXT\d*|OUTPUT\d*|STEP\d*|TABLE\d*)\b", text):
        assert table in constants, (program.title, table)
    for table, cells in re.findall(r"(\w+) \(([\d,]+) cells\)", text):
        assert size(constants[table]) == int(cells.replace(",", ""))
    if found := re.search(r"they are listed, in a table of ([\d,]+) cells", text):
        assert size(constants["NEXT"]) == int(found[1].replace(",", ""))
    if "NEXT has the next state for every state and input" in text:
        looked = [ast.unparse(n) for n in ast.walk(program.tree) if isinstance(n, ast.Subscript)]
        target = next(n.target for n in ast.walk(program.tree) if isinstance(n, ast.For))
        keys = ["state", *ast.unparse(target).strip("()").split(", ")]
        written = {"NEXT" + "".join(f"[{key}]" for key in keys), f"NEXT[{', '.join(keys)}]"}
        assert written & {*looked}, (program.title, looked)
    if found := re.match(r"Adds up the inputs modulo (\d+)(?:, from (\d+))?\.", text):
        name, m = variable_of(program), int(found[1])
        assert program.starts[name] == int(found[2] or 0)
        assert all(
            (sum(flat(x)) + before[name]) % m == after[name] for before, x, after, _ in steps
        )
    if found := re.search(r"^Keeps the (maximum|minimum) of (?:(-?\d+) and )?the inputs", text):
        name, best = variable_of(program), OF_MANY[found[1]]
        for xs, values in zip(program.inputs, program.values, strict=True):
            for part, after in zip(prefixes(xs), values, strict=True):
                assert best(number(found[2]) + part) == after[name]
    if found := re.search(r"multiplies the state by (\d+).*?, modulo (\d+)\.", text):
        name, factor, m = variable_of(program), int(found[1]), int(found[2])
        added: dict[object, set[int]] = {}
        for before, x, after, _ in steps:
            added.setdefault(x, set()).add((after[name] - factor * before[name]) % m)
        assert all(len(sizes) == 1 for sizes in added.values()), program.title
        if "the state is the value of what was read so far" in text:
            for xs, values in zip(program.inputs, program.values, strict=True):
                for part, after in zip(prefixes(xs), values, strict=True):
                    assert reduce(lambda n, x: factor * n + x, part, 0) % m == after[name]
    if text.startswith("Counts up and down"):
        assert moves(program) == (True, True), program.title
    if found := re.match(r"Counts up to (-?\d+), and stays there", text):
        assert moves(program) == (True, False)
        assert max(after[variable_of(program)] for _, _, after, _ in steps) == int(found[1])
    if text.startswith("A bit that changes once"):
        name = variable_of(program)
        assert all(
            after[name] == before[name] or before[name] == program.starts[name]
            for before, _, after, _ in steps
        )
    if found := re.match(r"Counts for how many steps in a row (.*?) has held, at most (\d+)", text):
        name = variable_of(program)
        code = compile(found[1], "condition", "eval")
        for before, x, after, _ in steps:
            grown = min(before[name] + 1, int(found[2])) if eval(code, {"x": x}) else 0
            assert after[name] == grown
        begins = re.search(r"It begins at (\d+)", text)
        assert program.starts[name] == int(begins[1] if begins else 0)
    if "none of which comes back" in text:
        assert all(before["phase"] <= after["phase"] for before, _, after, _ in steps)
    if found := re.search(r"(\d+) times all that was given out, and the remainder, always", text):
        summed = re.search(r"make up the sum of (.*?)\.", text)
        assert summed is not None
        for xs, values, said in zip(program.inputs, program.values, program.answers, strict=True):
            given = [x if summed[1] == "what came in" else eval(summed[1], {"x": x}) for x in xs]
            assert int(found[1]) * sum(said) + values[-1]["remainder"] == sum(given)
    for name, start in re.findall(r"`(\w+)` adds up [^;]*?, from (-?\d+)", text):
        assert program.starts[name] == int(start)
    for name, added in re.findall(r"`(\w+)` adds up (x|2 \* x|1 - 2 \* x)(?: \(|;|\.|$)", text):
        for before, x, after, _ in steps:
            assert after[name] - before[name] == eval(added, {"x": x})
        assert program.starts[name] == 0
    for name, word, start in re.findall(
        r"`(\w+)` is the (largest|smallest) (?:of (-?\d+) and )?x so far", text
    ):
        best = {"largest": max, "smallest": min}[word]
        for xs, values in zip(program.inputs, program.values, strict=True):
            for part, after in zip(prefixes(xs), values, strict=True):
                assert best(number(start or None) + part) == after[name]
    for name, base in re.findall(r"`(\w+)` is what the inputs write as digits in base (\d+)", text):
        assert {x for _, x, _, _ in steps} <= {*range(int(base))}
        for xs, values in zip(program.inputs, program.values, strict=True):
            for part, after in zip(prefixes(xs), values, strict=True):
                assert reduce(lambda n, x: int(base) * n + x, part, 0) == after[name]


def size(table: list | dict) -> int:
    """How many numbers a table has."""
    if isinstance(table, dict):
        return len(table)
    return sum(map(size, table)) if isinstance(table[0], list) else len(table)


def names_hide_nothing(tree: ast.Module) -> None:
    """Parameters, locals, constants, functions, imports and builtins are all different names."""
    scopes: list[set[str]] = [set(dir(builtins))]
    module = set[str]()
    for node in tree.body:
        match node:
            case ast.Import(aliases) | ast.ImportFrom(names=aliases):
                module |= {alias.name for alias in aliases}
            case ast.Assign(targets):
                module |= {t.id for t in targets if isinstance(t, ast.Name)} - {"__all__"}
            case ast.FunctionDef(name=name):
                module.add(name)
    scopes.append(module)
    for node in tree.body:
        inner = set[str]()
        if isinstance(node, ast.FunctionDef):
            inner = {argument.arg for argument in node.args.args}
            bound = {
                n.id
                for n in ast.walk(node)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            assert not inner & bound, inner & bound
            inner |= bound
        elif isinstance(node, ast.If):
            inner = {
                n.id
                for n in ast.walk(node)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
        scopes.append(inner)
    hidden = [one & other for at, one in enumerate(scopes[:2]) for other in scopes[at + 1 :]]
    assert not any(hidden), hidden


def holds(source: str, symbols: Sequence[tuple[int, ...]]) -> Told:
    program = told(source, symbols)
    names_hide_nothing(program.tree)
    title_is_true(program)
    sentences_are_true(program)
    return program
