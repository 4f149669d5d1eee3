"""The checker: re-derives a run's verdict from its folder, and trusts none of the rest of distill.

It imports the standard library, NumPy and the reader of safetensors, and can be copied out and run
alone: `python -m distill.checker RUN`.

    check.py        the folder: every leaf of its report is derived here, or listed as not derived
    read.py         certificates as values: given types, and held against each other
    derive.py, derive_sequences.py  what follows from weights and program, by its name in the report
    statements.py, located.py, verdict.py  the words, `located` and the verdict that numbers allow

The program:

    language.py     the language that it is written in, and whether it is: a module
    rules.py        the same: what may stand in a function
    evaluate.py     its meaning: over many inputs at once, and over other values
    parts.py        where inputs part ways in a program, and meet again
    values.py, functions.py  values side by side, and Python's functions over them
    sandbox.py, child.py  the same as real Python, in a process that has nothing else
    loop.py         program = machine at every length, by walking both side by side
    affine.py       program = integer recurrence at every length, as sums of symbols

The network:

    forward.py      transformers and perceptrons: logits, and how far rounding can move them
    recurrent.py    recurrent networks, step by step
    fourier.py      waves along a coordinate, and the planes that hold them
    invariant.py    network = machine at every length, by induction over boxes in hidden space
    linear_bound.py how far a linear network can be from an integer recurrence

Where they are compared:

    draws.py        sequences that anybody draws again
    conformance.py  sequences that go through all of a machine
    search.py, families.py  the search for disagreements
"""
