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
    from distill.domain import Domain
    from distill.errors import DistillError
    from distill.importing import import_model
    from distill.mechanism import FourierMechanism, Refusal
    from distill.model import BlackBox, Model
    from distill.pipeline import distill, run, run_model
    from distill.program import Program
    from distill.report import Report
    from distill.store import Run, load_run
    from distill.tasks import Task, task

__all__ = [
    "MLP",
    "BlackBox",
    "DistillError",
    "Domain",
    "FourierMechanism",
    "Model",
    "Program",
    "Refusal",
    "Report",
    "Run",
    "Task",
    "Transformer",
    "distill",
    "import_model",
    "load_run",
    "run",
    "run_model",
    "task",
]

_HOME = {
    "MLP": "architecture",
    "BlackBox": "model",
    "DistillError": "errors",
    "Domain": "domain",
    "FourierMechanism": "mechanism",
    "Model": "model",
    "Program": "program",
    "Refusal": "mechanism",
    "Report": "report",
    "Run": "store",
    "Task": "tasks",
    "Transformer": "architecture",
    "distill": "pipeline",
    "import_model": "importing",
    "load_run": "store",
    "run": "pipeline",
    "run_model": "pipeline",
    "task": "tasks",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'distill' has no attribute '{name}'")
    value = getattr(import_module(f"distill.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
