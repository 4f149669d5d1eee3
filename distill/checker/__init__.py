"""The checker: re-derives a run's verdict from its folder, and trusts none of the rest of distill.

It imports nothing of extraction or emission. It has a forward pass of its own (NumPy, float64,
with rigorous bounds on rounding), runs the stored program in a process of its own after a
whitelist of its syntax, goes through every input of the certificate, and compares every number
that it can derive with the one that the folder claims.

    sandbox.py      the stored program: what it may contain, how it is run
    forward.py      the stored weights: logits, and how far rounding can move them
    derive.py       from both, the numbers that the certificate claims
    search.py       where program and network differ: structured inputs, and unsure ones
    families.py     the structured inputs
    read.py         the certificate, given types
    check.py        the folder: hashes, formats, and claims against derived numbers

Over sequences:

    recurrent.py    the stored weights, run step by step
    draws.py        the sequences of the certificate
    conformance.py  the sequences on which a program that is wrong is most likely to be caught
    loop.py         program = machine at every length, by running both side by side
    invariant.py    machine = network at every length, by induction over boxes in hidden space
    derive_sequences.py  the numbers that the certificate claims
    linear_bound.py  how far a linear network can be from an integer recurrence
"""
