"""A kind of mechanism over a box, a product of half powers: stands in for one that finds more."""
