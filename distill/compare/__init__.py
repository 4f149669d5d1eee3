"""Runs side by side: which mechanism each network found, and how consistently."""

from distill.compare.census import Census, Comparison, Line, compare
from distill.compare.gather import Subject, gather

__all__ = ["Census", "Comparison", "Line", "Subject", "compare", "gather"]
