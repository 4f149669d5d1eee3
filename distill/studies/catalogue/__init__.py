"""The studies that come with distill, one file each."""
