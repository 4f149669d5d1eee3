"""Engines that propose expressions for the values of a network."""
