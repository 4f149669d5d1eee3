"""A finite-state automaton as a graph, in Graphviz's language."""

from __future__ import annotations

from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.notation import Notation

MECHANISM = AutomatonMechanism
FORMS: tuple[Notation, ...] = ("dot",)


def written(mechanism: AutomatonMechanism, form: Notation) -> str:
    """The states and steps of a machine in Graphviz's language; an edge is "input / answer"."""
    lines = [
        "digraph machine {",
        "  rankdir=LR;",
        "  node [shape=circle];",
        "  start [shape=point];",
    ]
    lines.append("  start -> 0;")
    for state, (targets, answers) in enumerate(
        zip(mechanism.transitions, mechanism.outputs, strict=True)
    ):
        labels: dict[int, list[str]] = {}
        for symbol, target, answer in zip(mechanism.symbols, targets, answers, strict=True):
            read = ",".join(map(str, symbol))
            labels.setdefault(target, []).append(f"{read} / {answer}")
        for target, said in sorted(labels.items()):
            text = "\\n".join(said)
            lines.append(f'  {state} -> {target} [label="{text}"];')
    return "\n".join([*lines, "}"])
