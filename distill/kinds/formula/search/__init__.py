"""The search for a closed formula, from the values and gradients of a function alone."""
