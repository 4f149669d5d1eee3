"""Is the program what the network does? Counts, evidence about the inside, proof, verdict."""
