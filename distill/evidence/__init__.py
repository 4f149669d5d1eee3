"""Tests of the inside of a network that any kind of mechanism may use."""
