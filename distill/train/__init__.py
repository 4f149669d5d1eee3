"""Training: labelled inputs of a task become a `Model`."""

from distill.train.loop import Recipe, Trained, TrainingState, train

__all__ = ["Recipe", "Trained", "TrainingState", "train"]
