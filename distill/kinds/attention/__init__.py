"""Selections, aggregations and maps over positions, as transformers compute with them."""
