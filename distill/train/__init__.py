"""Training: labelled inputs of a task become a network, and a record of what was tried."""

from distill.train.data import Data
from distill.train.loop import DomainTrainer
from distill.train.schedule import Recipe
from distill.train.trainer import Observe, Trained, Trainer, TrainingState, train_in_order

__all__ = [
    "Data",
    "DomainTrainer",
    "Observe",
    "Recipe",
    "Trained",
    "Trainer",
    "TrainingState",
    "train_in_order",
]
