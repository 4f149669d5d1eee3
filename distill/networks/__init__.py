"""Networks: their shapes and forward passes, and what can be asked of them."""
