"""A trained network goes in, a short Python program comes out, with evidence to check.

    import distill

    run = distill.run("mod_add")
    run.program(5, 9)
    run.report

Names are loaded on first use: `import distill` and `distill --help` do not wait for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

_NAMES = {
    "domains.boxes": "Box",
    "domains.finite": "Domain",
    "domains.sequences": "Channels",
    "errors": "DistillError",
    "importing": "import_model",
    "kinds.automaton.mechanism": "AutomatonMechanism",
    "kinds.fourier.mechanism": "FourierMechanism",
    "kinds.recurrence.mechanism": "RecurrenceMechanism",
    "networks.architecture": "FeedForward IntegerRecurrent MLP RealPerceptron Recurrent "
    "RecurrentLayers Transformer",
    "networks.black_box": "BlackBox",
    "networks.stored": "Model",
    "pipeline": "distill load_run run run_model",
    "programs.program": "Program",
    "records.refusal": "Refusal",
    "records.report": "Report",
    "runs.store": "Run",
    "tasks.family": "task",
    "tasks.finite": "Task",
    "tasks.groups": "group_task",
    "tasks.reals": "RealTask",
    "tasks.sequences": "SequenceTask scan windows",
    "tasks.texts": "TextTask",
}
"""The public names, by the module below `distill` that they are loaded from."""

_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

# of the table; a type checker goes by the imports below
__all__ = sorted(_HOME)  # pyright: ignore[reportUnsupportedDunderAll]

if TYPE_CHECKING:  # the same names, as a type checker reads them; a test holds them together
    from distill.domains.boxes import Box as Box
    from distill.domains.finite import Domain as Domain
    from distill.domains.sequences import Channels as Channels
    from distill.errors import DistillError as DistillError
    from distill.importing import import_model as import_model
    from distill.kinds.automaton.mechanism import AutomatonMechanism as AutomatonMechanism
    from distill.kinds.fourier.mechanism import FourierMechanism as FourierMechanism
    from distill.kinds.recurrence.mechanism import RecurrenceMechanism as RecurrenceMechanism
    from distill.networks.architecture import MLP as MLP
    from distill.networks.architecture import FeedForward as FeedForward
    from distill.networks.architecture import IntegerRecurrent as IntegerRecurrent
    from distill.networks.architecture import RealPerceptron as RealPerceptron
    from distill.networks.architecture import Recurrent as Recurrent
    from distill.networks.architecture import RecurrentLayers as RecurrentLayers
    from distill.networks.architecture import Transformer as Transformer
    from distill.networks.black_box import BlackBox as BlackBox
    from distill.networks.stored import Model as Model
    from distill.pipeline import distill as distill
    from distill.pipeline import load_run as load_run
    from distill.pipeline import run as run
    from distill.pipeline import run_model as run_model
    from distill.programs.program import Program as Program
    from distill.records.refusal import Refusal as Refusal
    from distill.records.report import Report as Report
    from distill.runs.store import Run as Run
    from distill.tasks.family import task as task
    from distill.tasks.finite import Task as Task
    from distill.tasks.groups import group_task as group_task
    from distill.tasks.reals import RealTask as RealTask
    from distill.tasks.sequences import SequenceTask as SequenceTask
    from distill.tasks.sequences import scan as scan
    from distill.tasks.sequences import windows as windows
    from distill.tasks.texts import TextTask as TextTask


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'distill' has no attribute '{name}'")
    value = getattr(import_module(f"distill.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
