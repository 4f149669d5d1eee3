"""A trained network goes in, a short Python program comes out, with evidence to check.

    import distill

    run = distill.run("mod_add")
    run.program(5, 9)
    run.report

Names are loaded on first use: `import distill` and `distill --help` do not wait for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distill.architecture import MLP, Transformer
    from distill.architecture.integer_recurrent import IntegerRecurrent
    from distill.architecture.recurrent import Recurrent
    from distill.channels import Channels
    from distill.domain import Domain
    from distill.errors import DistillError
    from distill.importing import import_model
    from distill.integer_model import IntegerModel
    from distill.mechanism import (
        AutomatonMechanism,
        FourierMechanism,
        RecurrenceMechanism,
        Refusal,
    )
    from distill.model import BlackBox, Model
    from distill.pipeline import distill, run, run_model
    from distill.program import Program
    from distill.recurrent_model import RecurrentModel
    from distill.report import Report
    from distill.sequence_tasks import SequenceTask, scan, windows
    from distill.store import Run, load_run
    from distill.task_family import task
    from distill.tasks import Task

__all__ = [
    "MLP",
    "AutomatonMechanism",
    "BlackBox",
    "Channels",
    "DistillError",
    "Domain",
    "FourierMechanism",
    "IntegerModel",
    "IntegerRecurrent",
    "Model",
    "Program",
    "RecurrenceMechanism",
    "Recurrent",
    "RecurrentModel",
    "Refusal",
    "Report",
    "Run",
    "SequenceTask",
    "Task",
    "Transformer",
    "distill",
    "import_model",
    "load_run",
    "run",
    "run_model",
    "scan",
    "task",
    "windows",
]

_HOME = {
    "MLP": "architecture",
    "AutomatonMechanism": "mechanism",
    "BlackBox": "model",
    "Channels": "channels",
    "DistillError": "errors",
    "Domain": "domain",
    "FourierMechanism": "mechanism",
    "IntegerModel": "integer_model",
    "IntegerRecurrent": "architecture.integer_recurrent",
    "Model": "model",
    "Program": "program",
    "RecurrenceMechanism": "mechanism",
    "Recurrent": "architecture.recurrent",
    "RecurrentModel": "recurrent_model",
    "Refusal": "mechanism",
    "Report": "report",
    "Run": "store",
    "SequenceTask": "sequence_tasks",
    "Task": "tasks",
    "Transformer": "architecture",
    "distill": "pipeline",
    "import_model": "importing",
    "load_run": "store",
    "run": "pipeline",
    "run_model": "pipeline",
    "scan": "sequence_tasks",
    "task": "task_family",
    "windows": "sequence_tasks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'distill' has no attribute '{name}'")
    value = getattr(import_module(f"distill.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
