"""The search for inputs on which a program and its network differ.

It tries to refute what is claimed, and proves nothing. `distill run` searches before it claims
anything, `distill verify` searches again and compares the counts; the checker alone lists them as
not derived, and draws inputs that nobody could know.

    folder.py       the search over what a run folder holds, beside the checker's own findings
    conformance.py  sequences that go through all of a machine, and impulses
    search.py       the plan: structured inputs, then changes of those with the smallest leads
    families.py     the structured inputs
"""
