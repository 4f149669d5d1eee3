"""Runs over a finite domain: what their certificate holds, and what follows whatever the kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from .count import counted, rates
from .forward import DOUBLE, SINGLE, Ball, Pass, covers, margins
from .kind import Claims, Proof, leads
from .perceptrons import FORWARD_PASSES
from .read import COUNT, SEED, Data, check_weights, listed, ranges
from .read import shapes_over_a_domain as shapes
from .sandbox import run_program
from .scope import holds_for

FEWEST_SAMPLED = 1_000
FRESH = 20_000
"""Inputs that are drawn anew."""
CHUNK = 1 << 20
"""Raw numbers that are held at once."""
LARGEST = 1 << 28
"""Inputs of a domain: to sample them, a number is drawn for each (a second for every 2^27)."""

FIELDS: Mapping[str, Any] = {
    "domain": {"inputs": [[int]], "outputs": [int]},
    "split": (None, {"train": COUNT, "seed": SEED}),
    "fit": (None, {"fitted": COUNT, "inputs": COUNT, "seed": SEED}),
    "sample": (None, {"count": COUNT, "seed": SEED}),
    "recorded": (None, str),
    "reference": (None, str),
}
"""What a certificate holds beside what all hold, as `read_as` wants it."""

PROOFS: Mapping[str, Proof] = {
    "margins": Proof(
        leads,
        "on every input the network's answer leads by more than rounding can move a logit, for its "
        "stored weights in real arithmetic",
        "on some input the network's two best answers are closer than rounding can tell",
    )
}


@dataclass(frozen=True)
class Checked:
    """What was seen at the inputs of the certificate.

    Attributes:
        indices, tokens: the inputs, as row-major positions [n] and as tokens [n, k].
        answers: of the program [n]; model: of the network [n].
        scores: logits of the program [n, outputs]; null where it has no function for them.
        balls: logits of the network; null where it was not stored.
    """

    indices: ndarray
    tokens: ndarray
    answers: ndarray
    model: ndarray
    scores: ndarray | None
    balls: Ball | None


@dataclass(frozen=True)
class Evidence:
    """What the certificate of a run over a finite domain holds.

    Attributes:
        inputs, outputs: the ranges.
        architecture: of the stored network; null where it was not stored.
        weights: by name.
        recorded: answers [n] of a network that was not stored, at the checked inputs.
        split: how many inputs were trained on, and the seed that drew them.
        fit: how many inputs were traced, how many of them fitted, and the seed.
        sample: the draw of the checked inputs; null where every input is checked.
        reference: the task's answers [n] at the checked inputs.
        program: its text; empty for a refusal.
        mechanism: as stored.
    """

    inputs: tuple[range, ...]
    outputs: range
    architecture: Data | None
    weights: Mapping[str, ndarray]
    recorded: ndarray | None
    split: Mapping[str, int] | None
    fit: Mapping[str, int] | None
    sample: Mapping[str, int] | None
    reference: ndarray | None
    program: str
    mechanism: Data

    @classmethod
    def read(
        cls, certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
    ) -> Evidence:
        """The evidence of a certificate whose fields are as wanted.

        Raises:
            ValueError: weights, shapes and inputs do not fit together.
        """
        shape, domain = certificate["architecture"], certificate["domain"]
        inputs, (outputs,) = ranges(domain["inputs"]), ranges([domain["outputs"]])
        sample, fit, split = (certificate[name] for name in ("sample", "fit", "split"))
        size = prod(len(values) for values in inputs)
        checked = size if sample is None else sample["count"]
        if size > LARGEST or checked * len(outputs) > LARGEST:
            raise ValueError(
                f"a domain of {size:,} inputs, {checked:,} of them to be checked, with "
                f"{len(outputs):,} outputs: expected at most {LARGEST:,} inputs, and as many logits"
            )
        traced = fit or {"fitted": 1, "inputs": 1}
        drawn = (checked, traced["inputs"], split["train"] if split else 1)
        if max(drawn) > size or traced["fitted"] > traced["inputs"]:
            raise ValueError("a draw of the certificate is larger than what it is drawn from")
        if shape is not None:
            check_weights(weights, shapes(shape, inputs, outputs))
        if shape is not None and certificate["recorded"] is not None:
            raise ValueError("answers are recorded of a network that is stored")
        recorded, reference = (
            _answers(certificate[name], checked, len(outputs)) for name in ("recorded", "reference")
        )
        return cls(
            *(inputs, outputs, shape, weights, recorded, split, fit, sample, reference),
            *(source, mechanism),
        )

    @property
    def size(self) -> int:
        """How many inputs the domain has."""
        return prod(len(values) for values in self.inputs)

    @property
    def takes(self) -> tuple[range, ...]:
        """The domain of the program."""
        return self.inputs

    @property
    def stored(self) -> bool:
        """Whether the network was."""
        return self.architecture is not None

    def tokens(self, indices: ndarray) -> ndarray:
        """Tokens [n, k] of row-major positions in the domain."""
        shape = tuple(len(values) for values in self.inputs)
        return np.stack(np.unravel_index(indices, shape), axis=1)

    def values(self, tokens: ndarray) -> ndarray:
        """Integers [n, k] that tokens stand for."""
        return tokens + np.array([values.start for values in self.inputs])

    @property
    def own_sampler(self) -> bool:
        """Whether inputs are of the task's own sampler, which nobody can draw again."""
        return False

    @cached_property
    def trained(self) -> ndarray:
        """Mask of the inputs that were trained on; none where it is not known."""
        draw = self.split or {"train": 0, "seed": 0}
        return smallest(self.size, draw["train"], draw["seed"])

    @cached_property
    def indices(self) -> ndarray:
        """Row-major positions of the inputs that are checked."""
        if self.sample is None:
            return np.arange(self.size)
        count = self.sample["count"]
        if count < min(FEWEST_SAMPLED, self.size // 4):
            raise ValueError(f"only {count:,} inputs were drawn; {FEWEST_SAMPLED:,} are the least")
        return np.flatnonzero(smallest(self.size, count, self.sample["seed"]))

    @cached_property
    def checked(self) -> Checked:
        """Program and network at these inputs."""
        tokens = self.tokens(self.indices)
        said = run_program(self.program, self.values(tokens), len(self.outputs))
        balls = forward_pass(self, DOUBLE)(tokens) if self.stored else None
        model = self.recorded if balls is None else margins(balls)[0]
        if model is None:
            raise ValueError("neither weights nor recorded answers of the network are stored")
        first = self.outputs.start
        return Checked(self.indices, tokens, said.answers, model + first, said.logits, balls)

    def derive(self) -> Claims:
        """What follows of program, network and task, whatever the kind of mechanism.

        Raises:
            ProgramError: the program is not of the language, failed, or took more than its limits.
            ValueError: the folder's parts do not fit together.
        """
        seen, every = self.checked, self.sample is None
        agree = seen.answers == seen.model
        claims: Claims = {"space": "domain", "mechanism.variables": []}
        claims["program.exceptions"] = len(self.mechanism.get("exceptions", ()))
        claims |= counted("program_vs_model", seen.answers, seen.model)
        claims |= rates(int(agree.sum()), len(agree), every)
        claims |= dict.fromkeys(f"program_vs_model.{name}" for name in ("stress", "length"))
        if every:
            fields = ("searched", "search_disagreements")
            claims |= dict.fromkeys(f"program_vs_model.{name}" for name in fields)
        held = ~self.trained[seen.indices] if self.split is not None else None
        claims["program_vs_model.heldout_agree"] = None if held is None else int(agree[held].sum())
        claims["program_vs_model.heldout_total"] = None if held is None else int(held.sum())
        claims["program_vs_model.disagreement"] = _first_disagreement(self, agree)
        for name, answers in {"model_vs_task": seen.model, "program_vs_task": seen.answers}.items():
            claims |= counted(name, answers, _expected(self))
        if seen.balls is not None:
            claims |= _margins(self, seen.balls)
        return claims

    def derive_refusal(self) -> Claims:
        """How good a network is that was not understood, where it was stored with a reference."""
        claims: Claims = {"space": "domain", "stored": self.stored}
        expected = _expected(self)
        if self.stored and expected is not None:
            network = answering(self)(self.tokens(self.indices))
            claims |= counted("model_vs_task", network + self.outputs.start, expected)
        return claims

    def held(self, claims: Claims) -> dict[str, Any]:
        """What a verdict is about."""
        sample = self.sample
        draw = {"kind": "every"} if sample is None else {"kind": "sample", **sample}
        *inputs, outputs = ((values[0], values[-1]) for values in (*self.inputs, self.outputs))
        return holds_for("domain", inputs, outputs, claims["verdict"], draw, None)

    def draw_again(self, seed: int, up_to: int | None = None) -> tuple[int, int]:
        """Ask on inputs that nobody could know before: how many, and on how many they differ."""
        if self.sample is None or not self.stored:
            return 0, 0
        generator = np.random.Generator(np.random.PCG64(seed))
        columns = [generator.integers(0, len(values), FRESH) for values in self.inputs]
        tokens = np.stack(columns, axis=1)
        answers = run_program(self.program, self.values(tokens)).answers
        differ = answers != answering(self)(tokens) + self.outputs.start
        return FRESH, int(differ.sum())

    def probes(self) -> tuple[list[list[str]], list[str]]:
        """Words for the command line, and what a program must print for them."""
        rows = [[values[-1 - i % 2] for values in self.inputs] for i in range(2)]
        said = run_program(self.program, np.array(rows)).answers.tolist()
        return [list(map(str, row)) for row in rows], list(map(str, said))


def _answers(text: str | None, count: int, outputs: int) -> ndarray | None:
    found = None if text is None else listed(text, count)
    if found is not None and (len(found) != count or found.min() < 0 or found.max() >= outputs):
        raise ValueError("the answers of the certificate are not one for every checked input")
    return found


def smallest(total: int, count: int, seed: int) -> ndarray:
    """Mask [total] of the positions of the `count` smallest of `total` raw PCG64 numbers."""
    bits, mask = np.random.PCG64(seed), np.zeros(total, dtype=bool)
    raw, places = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    for start in range(0, total if count else 0, CHUNK):
        more = bits.random_raw(min(CHUNK, total - start))
        # of equal numbers the first come first, so that later ones must be smaller
        low = np.flatnonzero(more < raw[-1]) if len(raw) == count else np.arange(len(more))
        raw = np.concatenate([raw, more[low]])
        places = np.concatenate([places, start + low])
        order = np.argsort(raw, kind="stable")[:count]
        raw, places = raw[order], places[order]
    mask[places] = True
    return mask


def forward_pass(
    evidence: Evidence, roundoff: float = 0.0, weights: Mapping[str, ndarray] | None = None
) -> Pass:
    """The forward pass of a stored network; without radii where no roundoff is given.

    Args:
        evidence: of the run.
        roundoff: of the arithmetic that radii cover.
        weights: others than those that were stored.
    """
    shape = evidence.architecture
    if shape is None:
        raise ValueError("the network was not stored")
    weights = evidence.weights if weights is None else weights
    return FORWARD_PASSES[shape["kind"]](shape, weights, roundoff)


def answering(evidence: Evidence) -> Callable[[ndarray], ndarray]:
    """What the stored network answers to rows of tokens, as positions among the outputs."""
    forward = forward_pass(evidence)
    return lambda tokens: forward(tokens).mid.argmax(axis=1)


def _expected(evidence: Evidence) -> ndarray | None:
    reference = evidence.reference
    return None if reference is None else reference + evidence.outputs.start


def _first_disagreement(evidence: Evidence, agree: ndarray) -> dict[str, Any] | None:
    if agree.all():
        return None
    seen, first = evidence.checked, int(agree.argmin())
    asked = evidence.values(seen.tokens[first : first + 1])[0].tolist()
    return {"inputs": asked, "program": int(seen.answers[first]), "model": int(seen.model[first])}


def _margins(evidence: Evidence, balls: Ball) -> Claims:
    """Leads of the network's answers; over a whole domain they are a proof."""
    _, lead, lower = margins(balls)
    trained = evidence.trained[evidence.indices]
    claims: Claims = {"figures.smallest_margin": float(lead.min())}
    for name, part in {"train": trained, "heldout": ~trained}.items():
        claims[f"figures.mean_margin_{name}"] = float(lead[part].mean()) if part.any() else None
    if evidence.sample is not None:
        return claims
    inner = forward_pass(evidence, SINGLE)
    single = float(margins(inner(evidence.checked.tokens))[2].min())
    return claims | {
        "proof.method": "margins",
        "proof.smallest_lead": float(lower.min()),
        "proof.rounding": float(balls.rad.max()),
        "proof.float_bound.smallest_lead": single,
        "proof.float_bound.covered": covers(inner, single),
        **dict.fromkeys(f"proof.{name}" for name in ("up_to_length", "nodes", "history", "error")),
    }
