"""Recurrent networks on sequence tasks: what is learned, read and proved, and in what time.

    .venv/bin/python benchmarks/recurrent.py [seed] [task ...]

Training sees 20,000 sequences of the task's length, and 20,000 fresh ones say when a network has
learned it. "Machine" is the part of 500 sequences of length 100 on which the machine that is read
answers every step right; "proved" says whether boxes show that network and machine agree at every
length, and how many symbols the boxes remember. Seconds are of processor time, for training.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.invariant import SymbolMaps
from distill.domains.sequences import Channels
from distill.kinds.automaton.boxes import find_boxes
from distill.kinds.automaton.extract import ExtractedMachine, extract_machine
from distill.networks.second_order import Recurrent
from distill.networks.stored import Model
from distill.tasks.files import load_task
from distill.tasks.sequences import SequenceTask
from distill.threads import fixed_threads
from distill.train import Data, train_in_order
from distill.train.second_order import SecondOrderTrainer

SEQUENCES = 20_000
LONG = (500, 100)
TASKS = (
    "binary_addition",
    "base_7_addition",
    "parity_last4",
    "div_7",
    "add_mod_7",
    "min_seen",
    "dithering",
    "current_number",
    "tomita5",
    "sum_all",
)


def numbers(inputs: Int[ndarray, "n length c"], channels: Channels) -> Int[ndarray, "n length"]:
    """The inputs as numbers of symbols."""
    low = [values.start for values in channels.inputs]
    sizes = tuple(values.stop - values.start for values in channels.inputs)
    return np.asarray(np.ravel_multi_index(tuple(np.moveaxis(inputs - low, -1, 0)), sizes))


def judged(network: Model[Recurrent], task: SequenceTask, seed: int) -> str:
    """What is read from a network that learned its task, as two columns."""
    symbols = tuple(map(tuple, task.alphabet.tolist()))
    found = extract_machine(network, symbols, task.length)
    if not isinstance(found, ExtractedMachine):
        return f"{found.reasons[0]} | "
    machine = found.machine.minimise()
    long = task.sample(np.random.default_rng([seed, 1]), *LONG)
    said = machine.run(numbers(long, task.channels))
    right = (said == task.labels(long)[..., 0]).all(axis=1).mean()
    answers = tuple(int(answer) for answer in network.answers)
    proved = find_boxes(SymbolMaps(network.weights), answers, machine)
    closed = f"history {proved[0].history}" if isinstance(proved, tuple) else "no"
    return f"{machine.states} states, {right:.1%} | {closed}"


def main() -> None:
    """Print the table, a row as soon as it is known."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    print("| task | seed | width | steps | learned | CPU s | machine | proved |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in sys.argv[2:] or TASKS:
        task = load_task(name)
        assert isinstance(task, SequenceTask)
        rng = np.random.default_rng([seed, 0])
        drawn = [task.sample(rng, SEQUENCES) for _ in range(2)]
        words, fresh = (numbers(x, task.channels)[..., None] for x in drawn)
        data = Data(words, task.labels(drawn[0]), fresh, task.labels(drawn[1]))
        start = time.process_time()
        with fixed_threads():
            made = train_in_order(SecondOrderTrainer(task.channels.size, data, seed))
        spent = time.process_time() - start
        steps = sum(attempt.steps for attempt in made.attempts)
        best, network = made.attempt, made.network
        assert best is not None, "of these networks none is ruled out"
        assert network is not None, "of these networks none is ruled out"
        learned = f"at {best.reached_at}" if made.learned else f"{best.right:.1%}"
        read = judged(network, task, seed) if made.learned else " | "
        print(
            f"| {name} | {seed} | {best.d_hidden} | {steps:,} | {learned} | {spent:.1f} | {read} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
