"""What networks are functions of: finite ranges of integers, sequences of them."""
