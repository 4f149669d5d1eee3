"""The badges of a run: what the verdict is, what was located, and whether it is right.

They are read before anything else, so a program that is wrong for the task never bears a green
"proved" alone: what it is proved to be is the network, and what is wrong comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.checker.verdict import CLAIMS
from distill.records.report import Report
from distill.records.rightness import Grade, rightness

Tone = Literal["good", "plain", "bad"]

TONES: dict[Grade, Tone] = {
    "right": "good",
    "partly": "bad",
    "wrong": "bad",
    "unknown": "plain",
}


@dataclass(frozen=True)
class Badge:
    """A word or a few, with the tone that they are said in, and what they mean."""

    text: str
    tone: Tone
    said: str


MEANS = {
    "proved": "Program and network were proved to give the same answers.",
    "exhaustive": "Program and network were run on every input, and give the same answers.",
    "tested": "Program and network gave the same answers wherever they were tried.",
    "approximate": "Program and network differ on some of what was tried.",
    "refused": "No program was found that explains the network.",
}
"""Every verdict in a sentence."""


def badges(report: Report) -> tuple[Badge, ...]:
    """Of a report, in the order in which they are to be read."""
    right = rightness(report)
    wrong = right.grade == "wrong" and report.verdict in CLAIMS
    tone: Tone = "bad" if report.verdict not in CLAIMS else "plain" if wrong else "good"
    text = f"{report.verdict}: same as the network" if wrong else report.verdict
    shown = [Badge(text, tone, MEANS[report.verdict])]
    if report.verdict != "refused":
        shown.append(_located(report.located, wrong))
    for_the_task = Badge(right.text, TONES[right.grade], right.said)
    return (for_the_task, *shown) if wrong else (*shown, for_the_task)


def _located(located: bool, wrong: bool) -> Badge:
    if not located:
        said = "Not every test showed that the network holds what the program computes with."
        return Badge("not located", "bad", said)
    said = "The network was shown to hold what the program computes with."
    return Badge("located", "plain" if wrong else "good", said)
