"""Whether an emitted loop is a machine: its body is run beside it, on all that both can reach."""

from __future__ import annotations

import ast
import textwrap

from distill.emit.machine_loop import indented
from distill.errors import MachineError
from distill.machine import Machine

MAX_PAIRS = 200_000
"""How many pairs of a state and values of the variables a check may meet."""


def check_program(
    source: str, machine: Machine
) -> tuple[tuple[str, ...], tuple[tuple[int | None, ...], ...]]:
    """Run the loop body of a program beside a machine, on all that the two can reach together.

    The body keeps nothing but its variables, so that if no pair of a state and values of the
    variables differs, the two answer alike at every length.

    Returns:
        The names of the variables, and of each its value in every state.

    Raises:
        MachineError: where they differ, or that there is no end to the values.
    """
    names, start, step = _step_function(source)
    seen: dict[tuple[int, tuple[int, ...]], None] = {(0, start): None}
    queue = [(0, start)]
    for state, values in queue:
        for symbol, given in enumerate(machine.symbols):
            answer, following = step(values, given)
            if type(answer) is not int or answer != machine.outputs[state][symbol]:
                raise MachineError(
                    f"the program answers {answer!r} to {given} in state {state}; the machine "
                    f"{machine.outputs[state][symbol]}"
                )
            pair = (machine.transitions[state][symbol], following)
            if pair not in seen:
                if len(seen) >= MAX_PAIRS:
                    raise MachineError(f"the program has more than {MAX_PAIRS:,} states")
                seen[pair] = None
                queue.append(pair)
    found: list[list[set[int]]] = [[set() for _ in range(machine.states)] for _ in names]
    for state, values in seen:
        for place, value in enumerate(values):
            found[place][state].add(int(value))
    return names, tuple(
        tuple(next(iter(values)) if len(values) == 1 else None for values in variable)
        for variable in found
    )


def _step_function(source: str):  # noqa: ANN202
    """The variables of a program's loop, their first values, and one pass through the loop."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    loop = next(node for node in function.body if isinstance(node, ast.For))
    start: dict[str, int] = {}
    for statement in function.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name != "outputs":
                start[name] = ast.literal_eval(value)
    names = tuple(start)
    given = ast.unparse(loop.target)
    body = "\n".join(map(ast.unparse, loop.body))
    lines = [f"{', '.join(names)}, = values"] if names else []
    lines += [f"({given}) = given" if "," in given else f"({given},) = given", "outputs = []"]
    text = "\n".join(
        [
            "def step(values, given):",
            *indented(lines),
            textwrap.indent(body, "    "),
            f"    return outputs[-1], ({', '.join(names)}{',' if names else ''})",
        ]
    )
    kept: list[ast.stmt] = [n for n in tree.body if isinstance(n, ast.Assign | ast.ImportFrom)]
    namespace: dict = {}
    exec(compile(ast.Module(kept, []), "program.py", "exec"), namespace)
    exec(compile(text, "step.py", "exec"), namespace)
    return names, tuple(start.values()), namespace["step"]
