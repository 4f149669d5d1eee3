"""What is said of a training over a finite domain: while it goes on, and of its end."""

from __future__ import annotations

from distill.records.attempts import Attempt
from distill.train.trainer import TrainingState


def end_of(attempt: Attempt) -> str:
    """What ended a training: the score is said as what it was at the end, and of nothing else."""
    if attempt.reached_at is None:
        end = attempt.stopped or ""
    else:
        end = f"cooled down from step {attempt.reached_at:,}"
    return end if attempt.structure is None else f"{end}, score {attempt.structure:.2f} at the end"


def progress_of(state: TrainingState, losses: tuple[float, float | None]) -> str:
    """Where a training is: losses on training inputs and on others, and the score."""
    heldout = "" if losses[1] is None else f", held-out {losses[1]:.3g}"
    return (
        f"step {state.step:,}  loss: train {losses[0]:.3g}{heldout}  "
        f"structure {state.structure:.2f}"
    )
