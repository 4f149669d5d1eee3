"""Which checks a network gets: by what it is a function of."""

from __future__ import annotations

from jaxtyping import Bool
from numpy import ndarray

from distill.kinds.kind import Written
from distill.kinds.known import kind_of
from distill.networks.trace import BoxTrace, TextTrace, Trace, View
from distill.records.refusal import Refusal
from distill.tasks.built import BuiltTask
from distill.tasks.finite import Task
from distill.tasks.reals import RealTask
from distill.tasks.sequences import SequenceTask
from distill.tasks.texts import TextTask
from distill.verify.boxes import BoxChecks, verify_box_refusal
from distill.verify.chance import no_better_than_chance
from distill.verify.finite import DomainChecks, verify_refusal
from distill.verify.report import CheckedBy, Verified
from distill.verify.sequences import SequenceChecks, verify_sequence_refusal
from distill.verify.texts import TextChecks, verify_text_refusal


def checks_of(
    view: View,
    task: BuiltTask | None,
    train_mask: Bool[ndarray, " domain"] | None,
) -> CheckedBy:
    """The checks of a program against the network of a view, and the task where there is one."""
    if isinstance(view, Trace):
        assert task is None or isinstance(task, Task), "a finite network has a finite task"
        return lambda written: DomainChecks(written.program.source, view, task, train_mask)
    if isinstance(view, TextTrace):
        assert task is None or isinstance(task, TextTask), "a network over texts has such a task"
        return lambda written: TextChecks(written.program.source, view, task)
    if isinstance(view, BoxTrace):
        assert task is None or isinstance(task, RealTask), "a network over a box has such a task"
        return lambda written: BoxChecks(
            *(written.program.source, view, task),
            allowed=kind_of(written.mechanism).tolerance(written.mechanism),
        )
    assert task is None or isinstance(task, SequenceTask), "a recurrent network has one of its own"
    return lambda written: SequenceChecks(written.program.source, view, task)


def at_chance(written: Written, view: View) -> Refusal | None:
    """The refusal of a program that explains nothing; null where it does, or will be counted."""
    return no_better_than_chance(written.program, view) if isinstance(view, Trace) else None


def refused(
    refusal: Refusal,
    view: View | None,
    task: BuiltTask | None,
    name: str,
    remarks: tuple[str, ...],
) -> Verified:
    """The report of a run without a program. Without a network there is a task over sequences."""
    if isinstance(view, Trace):
        assert task is None or isinstance(task, Task), "a finite network has a finite task"
        return verify_refusal(refusal, view, task, name, remarks)
    if isinstance(view, TextTrace):
        assert task is None or isinstance(task, TextTask), "a network over texts has such a task"
        return verify_text_refusal(refusal, view, task, name, remarks)
    if isinstance(view, BoxTrace):
        assert task is None or isinstance(task, RealTask), "a network over a box has such a task"
        return verify_box_refusal(refusal, view, task, name, remarks)
    assert task is None or isinstance(task, SequenceTask), "a recurrent network has one of its own"
    return verify_sequence_refusal(refusal, view, task, name, remarks)
