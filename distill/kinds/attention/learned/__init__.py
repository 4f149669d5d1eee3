"""Programs of networks whose attention is soft: searched for among programs, and found in heads."""
