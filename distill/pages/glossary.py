"""Words of the field, explained where they stand and once more at the end of the page.

A page is one file that a colleague is sent: there is no guide beside it. So each word that a
reader cannot be asked to know is a link to its line in a list on the same page, and says what it
means when a pointer rests on it.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from distill.pages.pages import breaking

WORDS: dict[str, tuple[str, str]] = {
    "restricted": (
        r"restricted(?: loss)?",
        "the network's loss when its logits are cut down to the waves of the program. Small: these "
        "waves are enough for the answers.",
    ),
    "excluded": (
        r"excluded(?: loss)?",
        "the loss when exactly these waves are taken out of the logits, on inputs that were "
        "trained on. Large: the network has no second way to its answers, such as remembering.",
    ),
    "key planes": (
        r"key planes?",
        "for each frequency of the program, the plane of the embedding in which values lie on a "
        "circle at that frequency.",
    ),
    "key frequencies": (
        r"key (?:frequenc(?:y|ies)|waves?)",
        "the few frequencies that the program computes with.",
    ),
    "interchange": (
        r"interchange",
        "an experiment: what the network holds inside for one input is put in the place of what it "
        "holds for another. If the program is right about the inside, the answer changes as the "
        "program says.",
    ),
    "decoy": (
        r"decoys?",
        "a wrong explanation that is put through the same test. A figure means something only "
        "where its decoy is far from it.",
    ),
    "R²": (
        r"R²",
        "the part of the variation that is explained: 1 is all of it, 0 is no more than the mean.",
    ),
    "logit": (
        r"logits?",
        "the number that the network gives to each possible answer; the largest one wins.",
    ),
    "frequency": (
        r"frequenc(?:y|ies)",
        "of a wave over numbers: how many times it goes up and down while they go once through all "
        "that there are.",
    ),
    "Latin square": (
        r"Latin square",
        "a table in which every answer stands once in each row and once in each column.",
    ),
    "cross-entropy": (
        r"cross-entropy",
        "the loss that is descended: small where the right answers have nearly all of the weight.",
    ),
    "arg max": (r"arg max", "the answer with the largest logit."),
    "margin": (r"margins?", "by how much the winning logit is ahead of the next one."),
    "embedding": (
        r"embeddings?",
        "the list of numbers that the network keeps for each value of an input: its first layer.",
    ),
    "hidden state": (
        r"hidden (?:states?|layer)",
        "the numbers that the network holds inside: all that it knows of what it has read.",
    ),
    "held out": (r"held[- ]out", "kept away from training, to see what was learned beyond it."),
    "under stress": (
        r"(?:under stress|stress (?:sequences|texts))",
        "those that chance almost never gives: constant, sparse, extreme, in long runs.",
    ),
    "clock": (
        r"clocks?(?= |:|,|\)|$)",
        "adding angles as a clock's hand does: the wave is as large for all inputs.",
    ),
    "pizza": (
        r"pizzas?",
        "adding by the middle between two points of a circle, so that the wave is smaller where "
        "the inputs are far apart (Zhong et al., arXiv 2306.17844).",
    ),
    "gradient symmetricity": (
        r"gradient symmetricity",
        "how alike the answer depends on both inputs: 1 where they can be exchanged.",
    ),
    "distance irrelevance": (
        r"distance irrelevance",
        "how much a logit depends on how far the inputs are from each other: 0 not at all.",
    ),
    "float32": (r"float32", "numbers of 7 digits, as networks are mostly run."),
    "syntax nodes": (
        r"syntax nodes",
        "the parts that a program is made of, a name, a number or an operator each: a measure of "
        "length that no formatting changes.",
    ),
    "located": (
        r"located(?= needs)",
        "shown to be inside of the network, and not only to give the same answers.",
    ),
}
"""By the word's line in the list: how it is found in a text, and what it means."""

_ANY = re.compile(
    "|".join(
        rf"(?P<g{place}>\b{pattern}(?!\w))" for place, (pattern, _) in enumerate(WORDS.values())
    ),
    flags=re.IGNORECASE,
)


class Glossary:
    """The words that were explained on a page, so that its list has these and no others."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def __call__(self, text: str) -> Markup:
        """A text, safe for a page, each of its words explained at its first place."""
        made, end, seen = Markup(""), 0, set[str]()
        names = [*WORDS]
        for found in _ANY.finditer(text):
            name = names[int((found.lastgroup or "g0")[1:])]
            if name in seen:
                continue
            seen.add(name)
            means = WORDS[name][1]
            made += breaking(text[end : found.start()]) + Markup(
                '<a class="term" href="#word-{}" title="{}">{}</a>'
            ).format(_anchor(name), means, found.group())
            end = found.end()
        self._used |= seen
        return made + breaking(text[end:])

    @property
    def used(self) -> list[tuple[str, str, str]]:
        """Anchor, word and meaning of all that occurred, in the order of the list."""
        return [
            (_anchor(name), name, means) for name, (_, means) in WORDS.items() if name in self._used
        ]


def _anchor(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.replace("²", "2").lower()).strip("-")
