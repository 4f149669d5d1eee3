"""From terms to the steps of a program: a name for every variable, a line for every term."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from distill.checker.selections import ANSWERS, POSITIONS, PRIMITIVES, TOKENS, element
from distill.kinds.attention.fitting import Fit, reads
from distill.kinds.attention.learned.terms import AT, TOKEN, Selection, Variable
from distill.kinds.attention.mechanism import Step, Table
from distill.kinds.attention.writing import NAMES
from distill.programs.names import free_name

VALUES = {
    **{"width": "count", "copy": "copied", "copy_first": "copied", "least": "lowest"},
    **{
        "greatest": "highest",
        "vote": "voted",
        "vote_last": "voted",
        "vote_least": "voted",
        "map": "value",
    },
}
"""What variables are called, by what they are."""
MORE_NAMES = {
    **{"j == len(xs) - 1 - i": "mirror", "x == y": "same", "y == x": "same"},
    **{"j <= i and y == x": "same_so_far", "j < i and y == x": "same_before"},
    **{"y < x": "smaller", "y > x": "larger"},
}


@dataclass
class Lines:
    """Writes terms, each once.

    Attributes:
        steps: so far.
        tables: constants of the program.
        selections: the names of selections that were written.
    """

    steps: list[Step] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    selections: dict[Selection, str] = field(default_factory=dict)
    names: dict[Variable, str] = field(default_factory=lambda: {TOKEN: TOKENS, AT: POSITIONS})
    taken: set[str] = field(
        default_factory=lambda: {*"ijxy", "xs", POSITIONS, TOKENS, ANSWERS, *PRIMITIVES}
    )

    def variable(self, variable: Variable) -> str:
        """The name of a variable, whose line is written unless it stands there already."""
        if variable in self.names:
            return self.names[variable]
        if variable.op == "map":
            step = self._map(variable)
        else:
            assert variable.chosen is not None, "an aggregation has a selection"
            chosen = self.selection(variable.chosen)
            keys = tuple(self.variable(each) for each in variable.reads)
            by = element(keys[0], key=True) if keys else ""
            otherwise = 0 if variable.op == "width" else variable.otherwise
            step = Step("", variable.op, keys=keys, by=by, chosen=chosen, otherwise=otherwise)
        self.names[variable] = self._written(step, VALUES[variable.op])
        return self.names[variable]

    def selection(self, selection: Selection) -> str:
        """The name of a selection."""
        if selection in self.selections:
            return self.selections[selection]
        texts = list[str]()
        for atom in selection.atoms:
            key = "" if atom.key is None else element(self.variable(atom.key), key=True)
            query = "" if atom.query is None else element(self.variable(atom.query))
            texts.append(atom.relation.text.format(k=key, q=query))
        by = " and ".join(texts) or "True"
        if len(texts) == 1:
            by = _bare(by)
        read = [TOKENS, POSITIONS, *self.names.values()]
        of = tuple(dict.fromkeys(n for n in read if element(n) in reads(by)))
        keys = tuple(dict.fromkeys(n for n in read if element(n, key=True) in reads(by)))
        step = Step("", "select", of=of, keys=keys, by=by)
        name = NAMES.get(by) or MORE_NAMES.get(by) or "chosen"
        self.selections[selection] = self._written(step, name)
        return self.selections[selection]

    def answers(self, of: Sequence[Variable], text: str, table: Fit | None = None) -> None:
        """The last line: a map of variables, whose elements stand in a text by their names."""
        names = [self.variable(each) for each in of]
        if table is not None and table.table is not None:
            keys, values = (tuple(each) for each in zip(*table.table, strict=True))
            self.tables.append(Table("TABLE", keys, values))  # pyright: ignore[reportArgumentType]
            text = text.format(table="TABLE")
        used = reads(text)
        last = self.steps[-1] if self.steps else None
        if last is not None and last.op != "select" and text == element(last.name):
            self.steps[-1] = replace(last, name=ANSWERS)
            return
        names = [*dict.fromkeys((*names, POSITIONS, TOKENS))]
        read = tuple(name for name in names if element(name) in used)
        self.steps.append(Step(ANSWERS, "map", read, by=text))

    def text(self, variable: Variable) -> str:
        """The text of a map, by the names of what it reads."""
        return variable.by.format(*(element(self.variable(each)) for each in variable.reads))

    def _map(self, variable: Variable) -> Step:
        text = self.text(variable)
        used = reads(text)
        names = dict.fromkeys((*(self.variable(each) for each in variable.reads), POSITIONS))
        return Step("", "map", tuple(n for n in names if element(n) in used), by=text)

    def _written(self, step: Step, wanted: str) -> str:
        for known in self.steps:
            if replace(known, name="") == step:
                return known.name
        found, number = wanted, 1
        while found in self.taken or free_name(found, ()) != found:
            number += 1
            found = f"{wanted}{number}"
        self.taken.add(found)
        self.steps.append(replace(step, name=found))
        return found


def _bare(text: str) -> str:
    """An expression without the parentheses around all of it; those of a first part stay."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    try:
        ast.parse(text[1:-1], mode="eval")
    except SyntaxError:  # `(a) or (b)`
        return text
    return text[1:-1]
