"""Finite groups: the answer is a product of group elements that the inputs stand for."""
