"""What is shown where nothing was understood."""
