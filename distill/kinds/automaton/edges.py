"""What is written on the arrows of a state graph: "0–3,6 → 0; 4 → 1"."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from distill.kinds.automaton.machine import Machine


@dataclass(frozen=True)
class Edge:
    """Every transition from one state to another.

    Attributes:
        reads: numbers of symbols by their answer; answers and symbols ascend.
    """

    source: int
    target: int
    reads: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def symbols(self) -> tuple[int, ...]:
        """All of them, in ascending order."""
        return tuple(sorted(symbol for _, symbols in self.reads for symbol in symbols))


def edges_of(machine: Machine) -> tuple[Edge, ...]:
    """Every transition once, those between the same two states as one edge."""
    found = defaultdict[tuple[int, int], dict[int, list[int]]](lambda: defaultdict(list))
    for source, (row, answers) in enumerate(zip(machine.transitions, machine.outputs, strict=True)):
        for symbol, (target, answer) in enumerate(zip(row, answers, strict=True)):
            found[source, target][answer].append(symbol)
    return tuple(
        Edge(source, target, tuple((a, tuple(s)) for a, s in sorted(reads.items())))
        for (source, target), reads in sorted(found.items())
    )


def edge_text(edge: Edge, machine: Machine) -> str:
    """All of an edge's transitions."""
    return "; ".join(parts(edge, machine))


def parts(edge: Edge, machine: Machine) -> list[str]:
    """One for each answer."""
    return [f"{symbols_text(symbols, machine)} → {answer}" for answer, symbols in edge.reads]


def short_text(edge: Edge, machine: Machine, width: int, lines: int) -> str:
    """As much as there is room for, and then how many symbols there are in all."""
    rows, said = [""], parts(edge, machine)
    for part in said:
        joined = f"{rows[-1]}; {part}" if rows[-1] else part
        if len(joined) <= width:
            rows[-1] = joined
        else:
            rows[-1] += ";"
            rows.append(part)
    if len(rows) <= lines and max(map(len, rows)) <= width:
        return "\n".join(rows)
    count = len(edge.symbols)
    total = f"{count} of {len(machine.symbols)} inputs"
    if len(edge.reads) == 1:
        total = f"{count} inputs → {edge.reads[0][0]}"
    begin = [row for row in rows[: lines - 1] if len(row) <= width]
    if not begin:
        return total if len(total) <= width else f"{count} inputs"
    begin[-1] = begin[-1].rstrip(";") + "; …"
    return "\n".join([*begin, f"({total})"])


def symbols_text(symbols: tuple[int, ...], machine: Machine) -> str:
    """Values of symbols: 0–3,6 for one channel; 01,10 for several of bits, or else (0,10)."""
    values = [machine.symbols[symbol] for symbol in symbols]
    if machine.channels > 1:
        bits = all(0 <= value <= 1 for row in machine.symbols for value in row)
        return ",".join(
            "".join(map(str, row)) if bits else f"({','.join(map(str, row))})" for row in values
        )
    numbers, spans = sorted(row[0] for row in values), list[list[int]]()
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ",".join(
        f"{span[0]}–{span[-1]}" if len(span) > 2 else ",".join(map(str, span)) for span in spans
    )
