"""Draw how the code is laid out, from its imports, to `docs/layout.svg`.

A package stands above all that it imports, as low as that allows. A line leads to each package that
it imports, but for those that are reached by other lines anyway.
"""

from __future__ import annotations

import ast
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "distill"
WIDTH, ROW, BOX = 720, 66, 32
WORDS = 7.1
"""Pixels of a letter, at the size of names."""


def imports() -> nx.DiGraph:
    """Which package imports which; a module beside the packages counts as one."""
    graph = nx.DiGraph()
    for path in sorted(PACKAGE.rglob("*.py")):
        here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        graph.add_node(here)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("distill."):
                there = str(node.module).split(".")[1]
                if there != here:
                    graph.add_edge(here, there)
    return graph


def picture() -> str:
    """The picture as SVG: the same bytes for the same imports."""
    graph = imports()
    graph.remove_nodes_from(["__main__", "__init__"])
    reduced = nx.transitive_reduction(graph)
    below = [sorted(row) for row in nx.topological_generations(graph.reverse())]
    rows = below[::-1]
    places: dict[str, tuple[float, float, float]] = {}
    for at, row in enumerate(rows):
        widths = [max(70.0, WORDS * len(name) + 24) for name in row]
        left = (WIDTH - sum(widths) - 26 * (len(row) - 1)) / 2
        for name, width in zip(row, widths, strict=True):
            places[name] = (left, 20 + at * ROW, width)
            left += width + 26
    lines, boxes = [], []
    for one, other in sorted(reduced.edges):
        (x, y, w), (u, v, s) = places[one], places[other]
        x, u = x + w / 2, u + s / 2
        bend = (v - y) / 2
        lines.append(
            f'<path d="M{x:.1f} {y + BOX:.1f} C{x:.1f} {y + BOX + bend:.1f} {u:.1f} '
            f'{v - bend:.1f} {u:.1f} {v:.1f}"/>'
        )
    for row in rows:
        for name in row:
            x, y, w = places[name]
            boxes.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{BOX}" rx="6"/>'
                f'<text class="name" x="{x + w / 2:.1f}" y="{y + 22:.1f}">{name}</text>'
            )
    height = 20 + len(rows) * ROW
    style = (
        "path{fill:none;stroke:#8a94a6;stroke-width:1.1;opacity:.55}"
        "rect{fill:#eef3fb;stroke:#3b6ea8}"
        "text{font:13px sans-serif;fill:#1c2430}.name{text-anchor:middle;font-weight:600}"
    )
    body = "\n".join([*lines, *boxes])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="Packages of distill, from commands down to the checker">\n'
        f'<style>{style}</style>\n<rect x="0" y="0" width="{WIDTH}" height="{height}" '
        f'style="fill:#fff;stroke:none"/>\n{body}\n</svg>\n'
    )


if __name__ == "__main__":
    (Path(__file__).parent / "layout.svg").write_text(picture())
