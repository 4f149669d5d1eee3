"""How a program and its network behave where random texts almost never lead.

Texts that are all alike, repeated, of few tokens or all different are where selections of the same
token differ from others; longer texts, where a network was never trained, are where they part. What
heads are known for (`distill.evidence.head_scores`) stands beside.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.selections import ANSWERS
from distill.checker.text_draws import FAMILIES, structured
from distill.checker.text_forms import prompt_of
from distill.domains.texts import Form, Part
from distill.evidence.figures import Measure, Measured
from distill.evidence.head_scores import head_scores
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import variables_of
from distill.kinds.attention.sample import sampled
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace

SEED, OF_A_FAMILY, LONGER, OF_A_LENGTH, OF_A_FORM = 6_007, 20, 60, 12, 100
COUNTERFACTUAL = {"ties": 0, "repeats": 4, "all_different": 5, "all_equal": 7}
"""Which of the structured texts (`distill.checker.text_draws`) a row is about."""
TIMES = 2
"""How much longer parts of a prompt are where a network has positions for it."""


def behaves(mechanism: AttentionMechanism, view: TextTrace) -> Measured:
    """Rows of scores of heads, of texts of a kind, and of longer ones, as far as there are any."""
    network = view.network
    return {
        "unexplained": _unexplained(mechanism, network),
        **_scores(network),
        **dict(_counterfactual(mechanism, network)),
        **_longer(mechanism, network),
    }


def _unexplained(mechanism: AttentionMechanism, network: TextNetwork) -> Measure:
    """Part of the answers that the program does not give; and of them that no constant gives."""
    if network.texts.form is None:
        batches = sampled(network.texts, seed=SEED, count=OF_A_LENGTH)
    else:
        batches = network.formed(OF_A_FORM, SEED)
    same, said = list[ndarray](), list[ndarray]()
    for rows in batches:
        answers, asked = network.run(rows), network.read_at(rows)
        same.append(network.same(_answered(mechanism, rows, answers.shape), answers)[asked])
        said.append(answers[asked])
    whole = np.concatenate(said)[None]
    values, counts = np.unique(whole, return_counts=True)
    common = network.same(np.full(whole.shape, values[counts.argmax()]), whole)
    return Measure(1 - float(np.concatenate(same).mean()), 1 - float(common.mean()))


def _scores(network: TextNetwork) -> Measured:
    """What the heads of a network that sees no later token are known by."""
    shape, tokens = network.shape, network.texts.tokens
    if not shape.causal:
        return {}
    answers_are_tokens = list(network.answers[: len(tokens)]) == list(tokens)
    found = head_scores(shape, network.parameters, answers_are_tokens)
    if found is None:
        return {}
    names = ("previous_token", "prefix_matching", "copying")
    scores = ((name, getattr(found, name)) for name in names)
    return {
        f"{name}_score": Measure(score.value, score.decoy)
        for name, score in scores
        if score is not None
    }


def _counterfactual(
    mechanism: AttentionMechanism, network: TextNetwork
) -> Iterator[tuple[str, Measure]]:
    """Texts of a kind that are answered alike, of the longest."""
    texts = network.texts
    if texts.form is not None or texts.longest < 2:
        return
    rows = structured(texts.tokens, FAMILIES * OF_A_FAMILY, texts.longest, SEED)
    alike = _alike(mechanism, network, rows)
    for name, family in COUNTERFACTUAL.items():
        yield f"{name}_alike", Measure(float(alike[family::FAMILIES].mean()))


def _longer(mechanism: AttentionMechanism, network: TextNetwork) -> Measured:
    """Texts of longer prompts than those of training that are answered alike."""
    texts, form = network.texts, network.texts.form
    wider = None if form is None else _longer_form(form)
    if wider is None or wider == form:
        return {}
    longest = prompt_of(wider.data) + wider.more
    if longest > network.shape.longest:
        return {}
    other = replace(network, texts=replace(texts, longest=longest, form=wider))
    drawn = [rows for rows in other.formed(LONGER, SEED) if rows.shape[1] > texts.longest]
    alike = [_alike(mechanism, other, rows) for rows in drawn]
    if not alike:
        return {}
    shown = f"{texts.longest + 1} to {longest} tokens"
    return {"longer_alike": Measure(float(np.concatenate(alike).mean()), note=shown)}


def _longer_form(form: Form) -> Form:
    """The form with parts of twice the tokens, as far as there are enough that differ."""
    parts = list[Part]()
    for part in form.parts:
        most = TIMES * part.most if part.most > part.fewest else part.most
        if part.apart:
            most = min(most, len(part.tokens) ** part.apart)
        parts.append(replace(part, most=most))
    goes_on = form.more > max((part.most for part in form.parts), default=0) // 2
    return replace(
        form,
        parts=tuple(parts),
        more=TIMES * form.more if goes_on else form.more,
        together=None if form.together is None else TIMES * form.together,
    )


def _alike(
    mechanism: AttentionMechanism, network: TextNetwork, rows: Int[ndarray, "n length"]
) -> Bool[ndarray, " n"]:
    """Which texts of one length program and network answer alike."""
    said = network.run(rows)
    return np.asarray(network.same(_answered(mechanism, rows, said.shape), said).all(axis=1))


def _answered(
    mechanism: AttentionMechanism, rows: Int[ndarray, "n length"], shape: tuple[int, ...]
) -> Float[ndarray, "n answers"]:
    """What the program answers; nothing where it fails."""
    answers = np.full(shape, np.nan)
    for place, text in enumerate(rows.tolist()):
        with contextlib.suppress(ArithmeticError, LookupError, ValueError):
            answers[place] = np.array(variables_of(mechanism, text)[ANSWERS])[-shape[1] :]
    return answers
