"""Checks over sequences: fresh ones, rare ones, longer ones, and a search for disagreements."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.count import differ_at_most
from distill.checker.sandbox import program_of, run_sequences
from distill.checker.sequences import answers_of
from distill.errors import TooLargeError
from distill.evidence.figures import Measure
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.trace import SequenceTrace
from distill.records.counts import ProgramVsModel
from distill.records.refusal import Refusal
from distill.records.report import Space
from distill.search.folder import search_beyond as search
from distill.search.search import Asked, Searched
from distill.tasks.sequences import SequenceTask
from distill.verify.answers import Answers, agreement, answered, first_difference
from distill.verify.counted import Checks, Counted
from distill.verify.draws import Draws, planned
from distill.verify.report import Verified, refused_report

LEADS_AT_ONCE = 1_000


@dataclass(frozen=True)
class SequencesChecked:
    """What a certificate keeps of the checks over sequences.

    Attributes:
        reference: the task's answers along the fresh and the longer draws, or null.
        recorded: the answers of a network that cannot be stored, along the fresh, the longer and
            the stress draws; null of a stored one.
    """

    draws: Draws
    reference: tuple[Int[ndarray, "_ _ _"], ...] | None
    recorded: tuple[Int[ndarray, "_ _ _"], ...] | None = None


class SequenceChecks(Checks):
    """The checks of a loop against a recurrent network.

    Args:
        source: the program.
        view: of the network, with the length that it is trusted on.
        task: the task, if there is one; it is used for separate counts only.
    """

    space: Space = "sequences"

    def __init__(self, source: str, view: SequenceTrace, task: SequenceTask | None) -> None:
        self.source, self.network, self.length = source, view.network, view.length
        self.parted = view.parted
        self.again = None if view.stored is not None else view.network
        channels = view.channels
        self.ends = tuple((values[0], values[-1]) for values in channels.inputs)
        self.outputs = channels.outputs
        draws = planned(channels, view.length, task)
        self.fresh, self.stress = (
            answered(source, view.network, draw.sequences(channels), task)
            for draw in (draws.fresh, draws.stress)
        )
        self.longer = list[Answers]()
        for draw in draws.longer:
            try:
                longer = answered(source, view.network, draw.sequences(channels), task)
            except TooLargeError:  # answers that grow fast leave what can be counted with
                break
            self.longer.append(longer)
        self.draws = replace(draws, longer=draws.longer[: len(self.longer)])

    @property
    def sample(self) -> Int[ndarray, "n length channels"]:
        """Fresh and rare sequences of the training length."""
        return np.concatenate([self.fresh.sequences, self.stress.sequences])

    def counted(self, hunted: list[Int[ndarray, "_ _ _"]], settled: bool = False) -> Counted:
        """Count, and search for disagreements, beginning with the sequences of the kind."""
        fresh, network, length = self.fresh, self.network, self.length
        found = searched(self.source, network, length, hunted)
        tried = [answered(self.source, network, sequences) for sequences in hunted]
        if found.first is not None:
            tried.append(answered(self.source, network, found.first[None]))
        beyond = [*self.longer, *(part for part in tried if part.length > length)]
        if self.parted:  # no part of the search, which who has the folder alone does again
            beyond.append(answered(self.source, network, np.array([self.parted])))
        with_task = [part.task for part in (fresh, *self.longer) if part.task is not None]
        lead = _smallest_lead(network, self.sample)
        return Counted(
            model_vs_task=None if fresh.task is None else agreement(fresh.model, fresh.task),
            program_vs_task=None if fresh.task is None else agreement(fresh.program, fresh.task),
            program_vs_model=self._against_network([p.within(length) for p in tried], found),
            figures={} if lead is None else {"smallest_margin": Measure(lead)},
            draw=self._draw(),
            data=SequencesChecked(
                self.draws, None if fresh.task is None else tuple(with_task), self._recorded()
            ),
            diverges_at=first_difference(beyond, self.again),
            longer=tuple(part.longer() for part in self.longer),
        )

    def _against_network(self, tried: list[Answers], found: Searched) -> ProgramVsModel:
        agree = self.fresh.agreement()
        every = self.draws.fresh.kind == "every"
        return ProgramVsModel(
            agree=agree.agree,
            total=agree.total,
            heldout_agree=None,
            heldout_total=None,
            exhaustive=every,
            upper_bound_99=differ_at_most(agree.agree, agree.total, every),
            disagreement=first_difference([self.fresh, self.stress, *tried], self.again),
            searched=found.visited,
            search_disagreements=found.disagreements,
            stress=self.stress.agreement(),
            length=self.fresh.length,
        )

    def _recorded(self) -> tuple[Int[ndarray, "_ _ _"], ...] | None:
        if self.network.stored is not None:
            return None
        return tuple(part.model for part in (self.fresh, *self.longer, self.stress))

    def _draw(self) -> dict[str, Any]:
        """The fresh draw, for whoever puts it in words."""
        fresh = self.draws.fresh
        draw = asdict(fresh)
        if fresh.kind == "listed":
            draw["different"] = len(np.unique(self.fresh.sequences, axis=0))
        return draw


def searched(
    source: str,
    network: SequenceNetwork,
    length: int,
    tried: list[Int[ndarray, "_ _ _"]],
) -> Searched:
    """Search for disagreements, by the checker's own forward pass: it will do the same again."""
    channels, model = network.channels, network.stored
    hints = program_of(source).constants
    if model is None:

        def ask_it(rows: Int[ndarray, "n length channels"]) -> Asked:
            differs = (run_sequences(source, rows, channels.outputs) != network.run(rows)).any(
                axis=2
            )
            return Asked(differs, np.ones(differs.shape))

        return search(ask_it, tried, channels.inputs, length, hints)
    shape = asdict(model.architecture)
    weights = {name: value.detach().numpy() for name, value in model.parameters.items()}
    answers = np.array(model.answers, dtype=np.int64)

    def ask(rows: Int[ndarray, "n length channels"]) -> Asked:
        program = run_sequences(source, rows, channels.outputs)
        said, lead = answers_of(shape, weights, answers, channels.inputs, rows)
        return Asked((program != said).any(axis=2), lead)

    return search(ask, tried, channels.inputs, length, hints)


def verify_sequence_refusal(
    refusal: Refusal,
    view: SequenceTrace | None,
    task: SequenceTask | None,
    name: str,
    remarks: tuple[str, ...] = (),
) -> Verified:
    """The report of a run without a program: what was seen, and how good the network is.

    Args:
        refusal: why there is no program.
        view: of the network; null where none was trained.
        task: the task, if there is one.
        name: of the task, for the report.
        remarks: on how the network was trained; they come first.
    """
    counted = None
    if task is not None and view is not None:
        sequences = planned(view.channels, view.length, task).fresh.sequences(view.channels)
        counted = agreement(view.network.run(sequences), task.labels(sequences))
    stored = view is not None and view.network.stored is not None
    return Verified(refused_report(refusal, name, "sequences", stored, counted, remarks))


def _smallest_lead(
    network: SequenceNetwork, sequences: Int[ndarray, "n length channels"]
) -> float | None:
    """Null of a black box, which shows none."""
    if network.stored is None:
        return None
    starts = range(0, len(sequences), LEADS_AT_ONCE)
    return min(float(network.lead(sequences[i : i + LEADS_AT_ONCE]).min()) for i in starts)
