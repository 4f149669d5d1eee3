"""Kinds of mechanisms, a folder each; stages are file names.

What a kind must offer is `kind.py`; the kinds there are is one tuple, in `known.py`.
"""
