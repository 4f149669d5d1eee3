"""Programs of the language, at random: what a law about evaluation is tried on."""

from __future__ import annotations

import random


class Writer:
    """Writes one function of a list of integers, line by line, from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.numbers = ["total", "last", "flag"]
        self.loop = False

    def number(self, depth: int) -> str:
        """An expression that is an integer."""
        pick = self.random.random()
        if depth <= 0 or pick < 0.2:
            return self.random.choice([*self.numbers, str(self.random.randint(-3, 9))])
        one, other = self.number(depth - 1), self.number(depth - 1)
        forms = [
            f"({one} {self.random.choice('+-*&|^')} {other})",
            f"({one} {self.random.choice(['%', '//'])} {self.random.randint(1, 7)})",
            f"({one} // {other})",
            f"({one} >> {self.random.randint(0, 4)})",
            f"({one} << {self.random.randint(0, 3)})",
            f"({one} if {self.truth(depth - 1)} else {other})",
            f"int({self.truth(depth - 1)})",
            f"{self.random.choice(['min', 'max'])}({one}, {other})",
            f"abs({one})",
            f"({one}) ** {self.random.randint(0, 3)}",
            f"(-{one})",
            f"(~{one})",
            f"TABLE[{one} % 5]",
            f"GRID[{one} % 2][{other} % 3]",
            f"PAIRS.get(({one} % 3, {other} % 2), {self.random.randint(0, 9)})",
            f"divmod({one}, {self.random.randint(1, 5)})[{self.random.randint(0, 1)}]",
            f"recent[{one} % 3]",
            "sum(recent)",
            "recent.index(max(recent))",
            f"recent.count({one})",
            f"sum(place * {one} for place in recent)",
            f"max([{one} + place for place in range(4) if place != 2])",
            f"helper({one}, {other})",
            f"len([*recent, {one}])",
            f"sorted([{one}, {other}, *recent])[{self.random.randint(0, 4)}]",
            "sum(place for place, entry in enumerate(recent) if entry == place)",
            f"[{one}, {other}][{self.truth(depth - 1)}]",
        ]
        return self.random.choice(forms)

    def truth(self, depth: int) -> str:
        """An expression that is true or false."""
        one, other = self.number(depth - 1), self.number(depth - 1)
        forms = [
            f"{one} {self.random.choice(['<', '<=', '==', '!=', '>'])} {other}",
            f"{one} < {other} <= {self.number(depth - 1)}",
            f"{one} in {{1, 2, 5}}",
            f"{one} not in (0, {other})",
            f"({one}, {other}) == (1, last)",
            f"({one}, {other}) in PAIRS",
            f"any(entry == {one} for entry in recent)",
        ]
        if depth > 0:
            left, right = self.truth(depth - 1), self.truth(depth - 1)
            forms += [f"({left}) and ({right})", f"({left}) or ({right})", f"not ({left})"]
        return f"({self.random.choice(forms)})"

    def lines(self, depth: int) -> list[str]:
        """Statements of a pass."""
        made: list[str] = []
        for _ in range(self.random.randint(1, 3)):
            name = self.random.choice(["total", "last", "flag"])
            forms = [
                [f"{name} = {self.number(2)}"],
                [f"{name} {self.random.choice(['+', '-', '*', '^'])}= {self.number(1)}"],
                [f"total, last = {self.number(1)}, {self.number(1)}"],
                [f"recent = [{self.number(1)}, *recent[:-1]]"],
                [f"recent[{self.number(1)} % 3] = {self.number(1)}"],
                [f"recent[{self.number(1)} % 3] += {self.number(1)}"],
                [f"kept.append({self.number(1)})", "if len(kept) > 2:", "    kept.pop()"],
            ]
            if depth:
                inner = ["    " + line for line in self.lines(depth - 1)]
                other = ["    " + line for line in self.lines(depth - 1)]
                test = self.truth(1)
                forms += 2 * [[f"if {test}:", *inner, "else:", *other], [f"if {test}:", *inner]]
                forms.append([f"for step in range({self.random.randint(0, 3)}):", *inner])
                leave = self.random.choice(["break", "continue"])
                forms.append(
                    [
                        *("for step in range(3):", *inner, f"    if {test}:", f"        {leave}"),
                        f"    last += {self.number(1)}",
                    ]
                )
                forms.append([f"while {name} > 3:", f"    {name} = {name} // 2"])
            made += self.random.choice(forms)
        return made

    def program(self) -> str:
        """The whole of it."""
        self.numbers = ["a", "b"]
        recent = "recent = [a, b, 1]"
        helper = [f"    {line}" for line in (recent, f"last = {self.number(0)}")]
        early = f"    if {self.truth(1)}:\n        return {self.number(1)}"
        plain = self.number(2).replace("helper", "max")
        early = early.replace("helper", "max")
        mark = "@cache\n" if self.random.random() < 0.5 else ""
        self.numbers = ["total", "last", "flag", "x"]
        body = ["        " + line for line in self.lines(2)]
        answer = self.number(2)
        return "\n".join(
            [
                '"""At random."""',
                "from functools import cache",
                '__all__ = ["program"]',
                "TABLE = [3, 1, 4, 1, 5]",
                "GRID = [[1, 2, 3], [0, -1, 7]]",
                "PAIRS = {(place, 1): place * place for place in range(3)}",
                f"{mark}def helper(a: int, b: int) -> int:",
                *helper,
                early,
                f"    return {plain}",
                "def program(xs: list[int]) -> list[int]:",
                "    outputs = []",
                "    total = last = flag = 0",
                "    recent = [0] * 3",
                "    kept = [1]",
                "    for x in xs:",
                *body,
                f"        outputs.append({answer})",
                "    return outputs",
            ]
        )
