"""The settings of a training in words, for the table of a page: those of every recipe there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EVERY = {
    "learning_rate": "learning rate",
    "weight_decay": "weight decay",
    "betas": "decays of Adam's means",
    "batch_size": "inputs of a step",
    "warmup": "steps of warm-up",
    "check_every": "steps between two looks",
    "clip": "longest gradient",
    "members": "networks trained side by side",
    "glance": "fresh sequences of a look",
    "structured": "score from which the rate is cooled down",
    "tail": "steps of cooling down",
    "final_learning_rate": "rate at the end, as a part of the full one",
    "max_steps": "steps at most",
    "steps": "steps at most",
    "least": "steps before cooling down, at least",
    "lost": "loss above which nothing is learned yet",
    "given_up": "steps by which cooling down has begun, or it is given up",
    "stalled": "steps in which the score has risen, or it is given up",
    "clear": "smallest lead of an answer that will do, as a part of the median lead",
    "again": "steps of a further round",
    "rounds": "further rounds at most",
    "finalists": "networks that are polished",
    "polish_steps": "steps of L-BFGS at most, for each",
    "polished_on": "sequences that L-BFGS sees",
    "enough": "loss at which L-BFGS ends",
    "sharpenings": "steps of Gauss and Newton at most",
    "patience": "steps without progress, after which it is given up",
    "nearly": "part right that is asked for by then",
    "settling": "steps after all fresh sequences are right",
}
"""By the names of settings."""

SECOND_ORDER = {
    "noise": "noise on the hidden state",
    "promising": "part right from which a network is waited for",
    "nowhere": "part right below which it is given up",
    "asked": "steps, and the part right by then, or it is set aside",
    "logits": "logits of a step at most",
    "hardened_members": "networks that are hardened",
    "hardened_noise": "noise that these are to bear",
    "noise_steps": "steps in which noise grows, at most",
    "first_radius": "half-width of boxes around the hidden state, at first",
    "hardened_radius": "half-width that it grows to",
    "radius_steps": "steps of that, at most",
    "easy": "loss below which noise or boxes grow",
    "hard": "loss above which they shrink",
    "growth": "factor of every such change",
}
TEXTS = {
    "sampler": "the task draws half of the texts itself",
    "beginnings": "the longest texts alone, which begin with all others",
    "pool": "texts of every length drawn beforehand",
    "good": "part of fresh texts right, from which the rate is cooled down",
    "lengths": "lengths in a step of a further round",
    "looked_through": "texts looked through for those not learned well",
    "near": "searches near those, one after the other",
    "hard": "texts of every length that a further round trains on",
    "share": "these in a step, as a part of the others",
    "uneven": "texts in which some tokens are oftener, as a part of the others",
    "cooled": "the rate falls over all further rounds from the full one",
    "decay_again": "weight decay in further rounds",
}
BOX = {
    "points": "points trained on",
    "adam": "steps of Adam at most",
    "rate": "learning rate of Adam",
    "steps": "steps of Levenberg and Marquardt at most",
    "good": "root mean square of what is left at which it ends, in spreads of the answers",
}
OF_ONE = {"noise_steps": SECOND_ORDER, "pool": TEXTS, "adam": BOX}
"""Settings of one kind of training, by one that no other has."""


def recipe_rows(recipe: Mapping[str, Any] | None) -> dict[str, str]:
    """The settings of a training by what they are called; those that ask for nothing are left out.

    Args:
        recipe: as an attempt records it; null where none was used.
    """
    if recipe is None:
        return {}
    own = next((words for name, words in OF_ONE.items() if name in recipe), {})
    words = EVERY | own
    return {
        words.get(name, name.replace("_", " ")): _written(value)
        for name, value in recipe.items()
        if value is not None and value not in ((), [])
    }


def _written(value: Any) -> str:
    if isinstance(value, list | tuple):
        nested = any(isinstance(one, list | tuple) for one in value)
        return ("; " if nested else ", ").join(map(_written, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
