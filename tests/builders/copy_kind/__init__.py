"""A kind of mechanism that the package does not have: the answer is one of the inputs.

Small on purpose: the guide's page "Add a kind" is about it.
"""
