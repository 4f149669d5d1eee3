"""The checker: re-derives a run's verdict from its folder, and trusts none of the rest of distill.

It imports the standard library, NumPy and the reader of safetensors, and can be copied out and run
alone: `python -m distill.checker RUN`. It proves and counts; what tries to refute besides, by a
search, is `distill.search`, and its counts are listed as not derived here.

    check.py        a folder: what is said of it, beside what is derived
    files.py        its files, each read once; read.py, a reader of JSON by tables of types
    compare.py      every leaf of its report is derived, or listed as not derived
    derive.py       what follows from weights and program, by its name in the report
    statements.py, scope.py, located.py, verdict.py  the words and the verdict that numbers allow

A space of inputs is a file (certificate, counts, draws that nobody could know), and so is a kind
of mechanism (tests of the inside, proof, whether its program is it):

    finite.py, sequences.py                with count.py, draws.py
    fourier.py, automaton.py, ...          named in kinds.py, described in kind.py

The program:

    language.py     the language that it is written in, and whether it is: a module
    rules.py        the same: what may stand in a function
    evaluate.py     its meaning: over many inputs at once, and over other values
    parts.py        where inputs part ways in a program, and meet again
    side_by_side.py  the elements of a list, all at once as more inputs
    values.py, functions.py  values side by side, and Python's functions over them
    sandbox.py, child.py  the same as real Python, in a process that has nothing else
    loop.py         program = machine at every length, by walking both side by side
    affine.py       program = integer recurrence at every length, as sums of symbols

The network:

    forward.py      transformers: logits, and how far rounding can move them
    perceptrons.py  perceptrons, and the list of all that read tokens; activations.py
    recurrent.py    recurrent networks, step by step
    invariant.py    network = machine at every length, by induction over boxes in hidden space
    linear_bound.py how far a linear network can be from an integer recurrence
"""
