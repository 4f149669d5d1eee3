"""Mechanisms and refusals: what extraction hands on, as plain values.

A mechanism speaks of inputs a, b, ... by position, of integers and of real numbers; never of the
task. It is written to `mechanism.json` as it stands here.
"""

from __future__ import annotations

from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.recurrence.mechanism import RecurrenceMechanism

Mechanism = FourierMechanism | AutomatonMechanism | RecurrenceMechanism
SequenceMechanism = AutomatonMechanism | RecurrenceMechanism
