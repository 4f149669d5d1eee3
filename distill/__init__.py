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
    from distill.networks.architecture import MLP, IntegerRecurrent, Recurrent, Transformer
    from distill.networks.black_box import BlackBox
    from distill.networks.stored import Model
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
    "IntegerRecurrent",
    "Model",
    "Program",
    "RecurrenceMechanism",
    "Recurrent",
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
    "BlackBox": "networks.black_box",
    "Channels": "domains.sequences",
    "DistillError": "errors",
    "Domain": "domains.finite",
    "FourierMechanism": "kinds.fourier.mechanism",
    "IntegerRecurrent": "networks.architecture",
    "Model": "networks.stored",
    "Program": "programs.program",
    "RecurrenceMechanism": "kinds.recurrence.mechanism",
    "Recurrent": "networks.architecture",
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
