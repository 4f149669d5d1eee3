"""From a graph to lines: a name for every variable, an expression for every function."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from distill.checker.selections import ANSWERS, POSITIONS, TOKENS, element
from distill.kinds.attention.fitting import Fit, Number, fit, fit_where, reads
from distill.kinds.attention.graph import Graph, HeadNode, MapNode
from distill.kinds.attention.mechanism import AttentionMechanism, Step, Table, at_the_end
from distill.kinds.attention.naming import named_values, tidy
from distill.kinds.attention.rows import Named, Rows
from distill.kinds.attention.variables import NotReadError
from distill.networks.text_network import TextNetwork
from distill.programs.names import free_name

NAMES = {
    **dict.fromkeys(("y == x", "x == y"), "same"),
    **dict.fromkeys(("j < i", "i > j"), "before"),
    **dict.fromkeys(("j <= i", "i >= j"), "up_to_here"),
    **dict.fromkeys(("j == i - 1", "i == j + 1", "i - j == 1"), "previous"),
    **dict.fromkeys(("j == i + 1", "j - i == 1", "i == j - 1"), "following"),
    **{"True": "everywhere", "j == 0": "first"},
}
"""What selections are called by their conditions; others are `chosen`."""

EARLIER = ("j == i", "j <= i", "j < i", "i == j", "i >= j", "i > j")
"""Conditions that hold of no later position."""


def written(graph: Graph, network: TextNetwork) -> AttentionMechanism:
    """The mechanism of a graph.

    Raises:
        NotReadError: it cannot be written.
    """
    writer = _Writer(Rows(graph), network.shape.none)
    try:
        writer.write()
    except ValueError as error:
        raise NotReadError(f"no lines were found for what was read: {error}") from error
    tokens = network.texts.tokens
    return AttentionMechanism(
        (tokens.start, tokens.stop - 1),
        network.texts.longest,
        tuple(at_the_end(writer.steps) if network.shape.reads == "last" else writer.steps),
        tuple(writer.tables),
        network.shape.none if network.shape.tie > 0 else None,
    )


@dataclass
class _Writer:
    """Writes one graph, line by line.

    Attributes:
        rows: what occurs, and what variables are called so far.
        none: the number that stands for no answer.
    """

    rows: Rows
    none: int
    steps: list[Step] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    taken: set[str] = field(default_factory=lambda: {*"ijxy", "xs", POSITIONS, TOKENS, ANSWERS})

    def write(self) -> None:
        """All nodes in their order, and the answers."""
        graph, named = self.rows.graph, self.rows.named
        tokens, positions = graph.variables[:2]
        named[0], named[1] = Named(TOKENS, tokens.labels), Named(POSITIONS, positions.labels)
        for node in graph.nodes:
            self._map(node) if isinstance(node, MapNode) else self._head(node)
        seen = self.rows.of(graph.readout.reads)
        answers = [tidy(float(graph.readout.answers[cell])) for cell in seen.target]
        found = fit_where(seen.columns, answers, seen.nothing)
        last = self.steps[-1] if self.steps else None
        if last is not None and last.op != "select" and found.text == element(last.name):
            self.steps[-1] = replace(last, name=ANSWERS)
        else:
            self._step(ANSWERS, "map", seen.variables, found)

    def _map(self, node: MapNode) -> None:
        seen, named = self.rows.of(node.reads), self.rows.named
        classes = [int(node.table[cell]) for cell in seen.target]
        labels, found = named_values(self.rows, node.makes, seen, classes, self.none)
        for variable in seen.variables:
            if found.text == element(named[variable].name):  # the same by another name
                named[node.makes] = Named(named[variable].name, labels, named[variable].nothing)
                return
        name = self._name("holds" if set(labels) == {0, 1} else "value")
        self._step(name, "map", seen.variables, found)
        named[node.makes] = Named(name, labels, self._nothing(labels, classes))

    def _head(self, node: HeadNode) -> None:
        chosen, named = self._select(node), self.rows.named
        labels = self.rows.graph.variables[node.makes].labels
        if node.kind == "width":
            name = self._name("count")
            self.steps.append(Step(name, "width", chosen=chosen))
            named[node.makes] = Named(name, labels)
            return
        seen = self.rows.of(node.values, key=True)
        given = [node.given[cell] for cell in seen.target]
        if node.kind == "mean":
            found, name = fit(seen.columns, [tidy(float(it)) for it in given]), self._name("share")
            self._step(name, "mean", seen.variables, found, chosen)
        else:
            labels, found = named_values(
                self.rows, node.makes, seen, [int(it) for it in given], self.none
            )
            name, otherwise = self._name("copied"), tidy(labels[int(node.otherwise)])
            self._step(name, "copy", seen.variables, found, chosen, otherwise)
        nothing = None
        if node.kind == "copy" and int(node.otherwise) not in {int(it) for it in given}:
            nothing = labels[int(node.otherwise)]
        named[node.makes] = Named(name, labels, nothing)

    def _nothing(self, labels: tuple[Number, ...], classes: Sequence[int]) -> Number | None:
        """What a map is called where it gives nothing: the one that is called as none is."""
        return self.none if self.none in {labels[value] for value in classes} else None

    def _select(self, node: HeadNode) -> str:
        """The name of a selection, which is written unless it stands there already."""
        queries, keys, columns, target = self.rows.pairs(node.selection)
        condition = self._text(fit(columns, target, truth=True))
        if node.selection.causal and not _is_earlier(condition):
            queries, keys = ([1, *side] for side in (queries, keys))
            rest = f"({condition})" if " or " in condition or " if " in condition else condition
            condition = "j <= i" if condition == "True" else f"j <= i and {rest}"
        step = Step(
            "",
            "select",
            of=self._read(queries, condition),
            keys=self._read(keys, condition, key=True),
            by=condition,
            head=node.selection.head,
            start=node.selection.start,
        )
        for place, known in enumerate(self.steps):
            same = (known.op, known.start, *_parts(known)) == ("select", step.start, *_parts(step))
            if same and known.head is not None and step.head is not None:
                self.steps[place] = replace(known, also=(*known.also, step.head))
                return known.name
        name = self._name(NAMES.get(condition, "chosen"))
        self.steps.append(replace(step, name=name))
        return name

    def _step(
        self,
        name: str,
        op: str,
        variables: Sequence[int],
        found: Fit,
        chosen: str = "",
        otherwise: Number = 0,
    ) -> None:
        """A map, or an aggregation of what is at the positions that are chosen."""
        text, key = self._text(found), op != "map"
        read = self._read(variables, text, key)
        of, keys = ((), read) if key else (read, ())
        self.steps.append(
            Step(name, op, of, keys, text, chosen, otherwise)  # pyright: ignore[reportArgumentType]
        )

    def _read(self, variables: Sequence[int], text: str, key: bool = False) -> tuple[str, ...]:
        """The variables whose entries an expression reads, by name."""
        used = reads(text)
        names = (self.rows.named[variable].name for variable in variables)
        return tuple(dict.fromkeys(name for name in names if element(name, key) in used))

    def _text(self, found: Fit) -> str:
        """The text of a fit; its table is added, or found."""
        if found.table is None:
            return found.text
        keys, values = (tuple(each) for each in zip(*found.table, strict=True))
        for table in self.tables:
            if (table.keys, table.values) == (keys, values):
                return found.text.format(table=table.name)
        name = f"TABLE_{len(self.tables) + 1}"
        self.tables.append(Table(name, keys, values))
        return found.text.format(table=name)

    def _name(self, wanted: str) -> str:
        """A name that nothing has."""
        found, number = wanted, 1
        while found in self.taken or free_name(found, ()) != found:
            number += 1
            found = f"{wanted}{number}"
        self.taken.add(found)
        return found


def _is_earlier(condition: str) -> bool:
    """Whether a condition holds of no later position."""
    return condition in EARLIER or re.fullmatch(r"j == i - \d+", condition) is not None


def _parts(step: Step) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    return step.of, step.keys, step.by
