"""Finite-state automata: states told apart in hidden space, and steps between them."""
