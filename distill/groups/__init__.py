"""Finite groups: families with names, Cayley tables, isomorphisms, irreducible representations."""
