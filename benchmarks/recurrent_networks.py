"""What active learning makes of the networks of `distill bench recurrent`, and at what cost.

    .venv/bin/distill bench recurrent --seed 0
    .venv/bin/python benchmarks/recurrent_networks.py [outputs/runs folder]

AALpy's learner (Kearns and Vazirani) asks each stored network words of the length that it was
trained on, and knows nothing of hidden states; beside it stands the machine that was read.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.cross_checks.learner import apart, learned_machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import reads_steps
from distill.networks.trace import SequenceTrace
from distill.runs.store import Run, load_run


def main() -> None:
    """A line for every run of a recurrent network below a folder."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "outputs")
    print("| run | verdict | read | states | learned | queries | seconds | same |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for path in sorted(folder.rglob("certificate.json")):
        run = load_run(path.parent)
        if run.model is None or not reads_steps(run.model) or run.record.arch is None:
            continue
        view = run.certificate.view(run.model)
        assert isinstance(view, SequenceTrace), "a recurrent network is over sequences"
        print(_line(path.parent.relative_to(folder), run, view.network, view.length), flush=True)


def _line(name: Path, run: Run, network: SequenceNetwork, length: int) -> str:
    mechanism, report = run.mechanism, run.report
    asked, over = 0, network.over_symbols()

    def ask(words: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        nonlocal asked
        asked += len(words)
        return over.run(words)

    begun = time.process_time()
    found = learned_machine(ask, network.channels.size, length)
    seconds = time.process_time() - begun
    states, same = "", ""
    if isinstance(mechanism, AutomatonMechanism):
        states = str(mechanism.states)
        read = np.array(mechanism.transitions), np.array(mechanism.outputs)
        same = "yes" if apart(found, read) is None else "no"
    cells = [
        *(name, report.verdict, report.mechanism.kind, states, len(found[0]), asked),
        *(f"{seconds:.1f}", same),
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main()
