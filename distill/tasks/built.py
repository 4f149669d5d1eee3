"""A task that is built, whatever it is over."""

from distill.tasks.finite import Task
from distill.tasks.reals import RealTask
from distill.tasks.sequences import SequenceTask
from distill.tasks.texts import TextTask

BuiltTask = Task | SequenceTask | TextTask | RealTask
"""A task over a finite domain, over sequences that are read step by step, over texts, or over a box
of reals."""
