"""Is the program what the network does? Counts, evidence about the inside, proof, verdict."""

from distill.verify.finite import Verified, verify, verify_refusal

__all__ = ["Verified", "verify", "verify_refusal"]
