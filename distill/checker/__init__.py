"""The checker: re-derives a run's verdict from its folder, and trusts none of the rest of distill.

It imports nothing of extraction or emission. It has a forward pass of its own (NumPy, float64,
with rigorous bounds on rounding), runs the stored program in a process of its own after a
whitelist of its syntax, goes through every input of the certificate, and compares every number
that it can derive with the one that the folder claims.

    sandbox.py   the stored program: what it may contain, how it is run
    forward.py   the stored weights: logits, and how far rounding can move them
    derive.py    from both, the numbers that the certificate claims
    search.py    hypothesis looks for inputs on which the network is least sure
    check.py     the folder: hashes, formats, and claims against derived numbers
"""
