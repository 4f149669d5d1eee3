"""What every row of a report is called, and what it means: the one place that names them.

A row that has no words here is shown by its own name, so that a report of any kind can be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from distill.checker.kind import DECOY, VARIABLE
from distill.records.figure import Figure
from distill.records.report import DECOY_AGREES, ISOLATED, Report


@dataclass(frozen=True)
class Words:
    """How a row is told.

    Attributes:
        title: in a table; "{}" stands for what the row is one of several for.
        note: what its value means.
        decoy: what its decoy is, in a table; null where it has no line of its own.
        taken: what a reader is told that a checker takes as it is.
        shown: how its value is written.
        told: how what a row notes of itself is told; "{}" stands for the note.
        beside: of which test its decoy is.
    """

    title: str
    note: str = ""
    decoy: str | None = None
    taken: str | None = None
    shown: Callable[[float], str] = lambda value: three(value)
    told: str = "{}"
    beside: str = "in the same test"

    def of(self, one: str) -> Words:
        """The words for one of several."""
        taken = self.taken or self.title
        return replace(self, title=self.title.format(one), taken=taken)

    def noted(self, note: str | None) -> str | None:
        """What a row notes of itself, if anything."""
        return None if note is None else self.told.format(_reading(note))


def three(value: float) -> str:
    """Three digits, and no sign where they are all 0."""
    return f"{round(value, 3) + 0.0:.3f}"


def _reading(note: str) -> str:
    """How a variable was read, in words; any other note as it is."""
    turns = re.fullmatch(r"circle, (\d+/\d+) turns", note)
    if turns:
        return f"as a place on a circle, on which 1 more is {turns[1]} of a turn"
    return READINGS.get(note, note)


READINGS = {"value": "as a number", "indicators": "as one direction for every value"}
"""How a variable may stand in a hidden state, by what a row notes of it."""


def _significant(value: float) -> str:
    return f"{value:.3g}"


def _count(value: float) -> str:
    return f"{value:,.0f}"


MOST = "of several tests the most"
"""Of which test a decoy is where selections are sent elsewhere together, and each alone."""
LOGITS = "what the logits keep and lose without the program's waves"
FLOAT32 = "how float32 differs from float64"
LOSS = "restricted and excluded loss"
CLOCK = "whether a frequency is a clock or a pizza"
EXCHANGED = "what exchanging hidden values does"
DECODED = "how well every variable decodes from the hidden state"
SCORED = "how decoys score"

TRAINED, HELDOUT = "mean_margin_train", "mean_margin_heldout"
MARGIN = Words("mean margin", "of the network, over all inputs that were run", shown=_significant)

SCORES = "scores by which induction heads are known"
FAMILIES = "how texts of some kinds are answered"

ELSEWHERE = "their attention along another text, a position further on"
"""What is given to heads that are to say nothing of a text."""

HEADS = "what heads do without what the program says of them"

STRESS = {
    **dict.fromkeys(("domain", "sequences"), "constant, sparse, extreme, in runs"),
    "texts": "few tokens, in order, mirrored, repeated, all different, in runs",
}
"""What is rare among random inputs, by the space."""

EVERY: dict[str, Words] = {
    "replaced_accuracy": Words(
        "heads replaced",
        f"answers that stay with selections for attention, and other heads with {ELSEWHERE}",
        "those of another text, where the program's answers change with them",
        HEADS,
        beside=MOST,
    ),
    "followed_accuracy": Words(
        "selections exchanged",
        "answers that follow the program's, where they change with selections of another text; of "
        "several tests the least",
        "unchanged",
        HEADS,
        beside=MOST,
    ),
    "attention_shared": Words(
        "attention shared", "of a head with its selection, the least of all heads", None, HEADS
    ),
    "attention_apart": Words(
        "attention told apart",
        "attention that tells its selection from another one's: that where its own has it, of the "
        "head with the least lead",
        "where another one's has it",
        HEADS,
    ),
    "unexplained": Words(
        "unexplained",
        "answers at all positions that the program does not give",
        "the commonest answer throughout",
        FAMILIES,
    ),
    "previous_token_score": Words(
        "previous-token score",
        "attention one position back, of the head with most; text twice in a row",
        "two positions back",
        SCORES,
    ),
    "prefix_matching_score": Words(
        "prefix-matching score",
        "attention where the token before is the query's, of the head with most",
        "where the token two before is",
        SCORES,
    ),
    "copying_score": Words(
        "copying score",
        "tokens that a head raises most, looking at them",
        "the token after each",
        SCORES,
    ),
    "ties_alike": Words("texts of few tokens", "answered as the network does", taken=FAMILIES),
    "repeats_alike": Words("texts that repeat", "answered as the network does", taken=FAMILIES),
    "all_different_alike": Words(
        "texts that are all different", "answered as the network does", taken=FAMILIES
    ),
    "all_equal_alike": Words(
        "texts of equal tokens",
        "answered as the network does; one may differ",
        taken=FAMILIES,
    ),
    "longer_alike": Words(
        "longer texts", "answered as the network does", taken=FAMILIES, told="of {}"
    ),
    "table_cells": Words("table cells", "values that the program lists", None, None, _count),
    "logit_r2": Words(
        "R² of the logits", "explained by the program, on inputs not fitted", "best decoy"
    ),
    "kept_only_logits_accuracy": Words(
        "only the program's logits", "answers unchanged", taken=LOGITS
    ),
    "removed_logits_accuracy": Words("without its logits", "answers unchanged", taken=LOGITS),
    "kept_only_accuracy": Words("only key planes kept", "answers unchanged, in weight space"),
    "removed_accuracy": Words("key planes removed", "answers unchanged, in weight space"),
    "decode_r2": Words(
        "waves decoded",
        "worst R², from the last hidden layer",
        "other frequencies",
        "how well the program's waves decode from the hidden layer",
    ),
    "interchange_accuracy": Words(
        "interchange", "answers that follow permuted key planes", "other planes", EXCHANGED
    ),
    "gradient_symmetricity": Words(
        "gradient symmetricity", "of both inputs: 1 where they enter alike"
    ),
    "distance_irrelevance": Words(
        "distance irrelevance", "of the logits: 0 where only the difference of the inputs matters"
    ),
    "restricted_loss": Words(
        "restricted loss", "of the key waves alone, against the task", None, LOSS, _significant
    ),
    "excluded_loss": Words(
        "excluded loss", "of what they leave, on trained inputs", None, LOSS, _significant
    ),
    "element_r2": Words(
        "R² by matrix elements",
        "of the logits, by those of the key representations, on pairs not fitted",
        "other representations",
    ),
    "keys_kept": Words(
        "only key representations kept",
        "answers unchanged, in weight space",
        "other representations",
    ),
    "keys_removed": Words(
        "key representations removed",
        "answers unchanged, in weight space",
        "other representations",
    ),
    "keys_moved": Words(
        "key representations moved",
        "answers that follow their part of other values",
        "the rest",
        EXCHANGED,
    ),
    "product_r2": Words(
        "product decoded",
        "worst R² of a key representation's matrix elements, from the last hidden layer",
        "other representations",
        "how well the product decodes from the hidden layer",
    ),
    "character_r2": Words(
        "R² by characters", "of the key representations alone, without their other matrix elements"
    ),
    "character_lead": Words(
        "lead by characters",
        "of the product, over the key representations' characters",
        shown=_significant,
    ),
    "joint_kernel": Words(
        "joint kernel", "elements that no key representation tells from the identity", shown=_count
    ),
    "moved_accuracy": Words(
        "hidden state moved",
        "goes on as from the state, or the register, that it was moved to",
        "another way",
        "what moving the hidden state does",
    ),
    "gradient_r2": Words(
        "derivatives",
        "R² of the network's, by those of the formula",
        "of the formula with its inputs exchanged",
        shown=_significant,
    ),
    "level_change": Words(
        "where the formula stays",
        "how far the network moves there, of how far it moves across",
        "where the formula with its inputs exchanged stays",
        shown=_significant,
    ),
    "margin_r2": Words(
        "margin along the sum",
        "R² among inputs of one answer, by what rises with the program's weighted sum",
        "along another sum",
        "how the margin grows along the weighted sum",
    ),
    "line_kept_accuracy": Words(
        "values on a line",
        "answers unchanged with every value embedded on a straight line; either answer counts half",
        "on the line in another order",
    ),
    "line_removed_accuracy": Words(
        "without that line", "answers unchanged; either answer counts half"
    ),
    "smallest_margin": Words("smallest margin", "of the network", shown=_significant),
    TRAINED: Words("mean margin, trained", "of the network", shown=_significant),
    HELDOUT: Words("mean margin, held out", "of the network", shown=_significant),
    "float32_drift": Words(
        "float32 drift", "of a logit, at most", None, FLOAT32, lambda value: f"{value:.1g}"
    ),
    "float32_agree": Words("float32 answers", "the same as in float64", None, FLOAT32, _count),
}
"""By the names of rows."""

ONE_OF: dict[str, Words] = {
    VARIABLE: Words(
        "{} in the hidden state", "R² of reading it linearly", "of another loop", DECODED
    ),
    DECOY: Words("decoy: {}", "R² of the logits", taken=SCORED),
    DECOY_AGREES: Words("decoy: {}", "arg max agrees", taken=SCORED),
    "cosets of ": Words(
        "cosets of {}",
        "hidden units that are functions of these alone",
        "other numbers",
        "how many hidden units are functions of cosets",
    ),
    "part: ": Words(
        "part {}",
        "R² of reading it from the last hidden layer by a linear map",
        "the same of other inputs",
        "how well the parts of the formula are read from the last hidden layer",
    ),
    ISOLATED: Words(
        "frequency {} alone",
        "R² of a size that is constant, as a clock's",
        "with a size as |cos|, a pizza's",
        taken=CLOCK,
        told="by this figure and the next it is called {}",
    ),
}
"""By what the names of rows begin with, for what there are several of."""

UNSELECTED: dict[str, Words] = {
    "replaced_accuracy": Words(
        "heads elsewhere",
        f"answers that stay where all heads have {ELSEWHERE}",
        "with the tokens of another text, where the program's answers change with them",
        HEADS,
        beside=MOST,
    ),
    "followed_accuracy": Words(
        "tokens exchanged",
        "answers that follow the program's, where they change with the tokens of another text; of "
        "several tests the least",
        "unchanged",
        HEADS,
        beside=MOST,
    ),
}
"""Rows that mean something else where a program over texts has no selections."""

SEQUENCES: dict[str, Words] = {
    "interchange_accuracy": Words(
        "interchange",
        "right from the hidden state of another prefix in the same state",
        "another state",
        EXCHANGED,
    ),
}
"""Rows that mean something else over sequences."""


def words_of(report: Report, row: Figure) -> Words:
    """How a row is told: one that is not known, by its name."""
    if report.over_sequences and row.name in SEQUENCES:
        return SEQUENCES[row.name]
    if row.name in UNSELECTED and not report.mechanism.variables:
        return UNSELECTED[row.name]
    if row.name == HELDOUT and not any(
        each.name == TRAINED and each.value is not None for each in report.figures
    ):
        return MARGIN  # of a network from a file nobody knows what was held out
    if row.name in EVERY:
        return EVERY[row.name]
    for prefix, words in ONE_OF.items():
        if row.name.startswith(prefix):
            return words.of(row.name.removeprefix(prefix))
    return Words(row.name.replace("_", " "), decoy="a decoy", shown=_significant)
