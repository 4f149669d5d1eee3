"""Streams: registers that a loop over a sequence could hold, and what can be said with them."""
