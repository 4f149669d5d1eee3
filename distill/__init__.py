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
    from distill.domains.finite import Domain
    from distill.domains.sequences import Channels
    from distill.errors import DistillError
    from distill.importing import import_model
    from distill.kinds.automaton.mechanism import AutomatonMechanism
    from distill.kinds.fourier.mechanism import FourierMechanism
    from distill.kinds.recurrence.mechanism import RecurrenceMechanism
    from distill.networks.architecture import MLP, Transformer
    from distill.networks.integer_model import IntegerModel
    from distill.networks.integer_recurrent import IntegerRecurrent
    from distill.networks.recurrent_model import RecurrentModel
    from distill.networks.second_order import Recurrent
    from distill.networks.stored import BlackBox, Model
    from distill.pipeline import distill, load_run, run, run_model
    from distill.programs.program import Program
    from distill.records.refusal import Refusal
    from distill.records.report import Report
    from distill.runs.store import Run
    from distill.tasks.family import task
    from distill.tasks.finite import Task
    from distill.tasks.sequences import SequenceTask, scan, windows

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
    "MLP": "networks.architecture",
    "AutomatonMechanism": "kinds.automaton.mechanism",
    "BlackBox": "networks.stored",
    "Channels": "domains.sequences",
    "DistillError": "errors",
    "Domain": "domains.finite",
    "FourierMechanism": "kinds.fourier.mechanism",
    "IntegerModel": "networks.integer_model",
    "IntegerRecurrent": "networks.integer_recurrent",
    "Model": "networks.stored",
    "Program": "programs.program",
    "RecurrenceMechanism": "kinds.recurrence.mechanism",
    "Recurrent": "networks.second_order",
    "RecurrentModel": "networks.recurrent_model",
    "Refusal": "records.refusal",
    "Report": "records.report",
    "Run": "runs.store",
    "SequenceTask": "tasks.sequences",
    "Task": "tasks.finite",
    "Transformer": "networks.architecture",
    "distill": "pipeline",
    "import_model": "importing",
    "load_run": "pipeline",
    "run": "pipeline",
    "run_model": "pipeline",
    "scan": "tasks.sequences",
    "task": "tasks.family",
    "windows": "tasks.sequences",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'distill' has no attribute '{name}'")
    value = getattr(import_module(f"distill.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
