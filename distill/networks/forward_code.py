"""Whether a module's forward pass can do something else on sequences that nobody tried.

A module is read by its layers where it gives what they give on all sequences that are tried. What
it does on longer ones is then only known if its code takes no other way there. So the code is
followed with stand-ins for tensors (`torch.fx`), which is only possible where nothing hangs on a
value or a length; and where that fails, as it does at a loop over steps, the bytecode of all that
is called must hold no comparison but those of settings, and no cut at a step of its own.
"""

from __future__ import annotations

import dis
import itertools
import operator
import types
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import torch
from torch import fx, nn

POSITIONS = {"arange", "cumsum", "cumprod", "linspace", "tril", "triu"}
"""What gives steps a number, by its name: behaviour may hang on it without a branch."""

SHAPING = {
    *("view", "reshape", "expand", "repeat", "zeros", "new_zeros", "flatten", "getitem", "getattr"),
    *("unflatten", "permute", "range", "full", "ones", "new_ones"),
}
"""What a length may go into: it says nothing of the values."""

COMPARING = ("COMPARE_OP", "CONTAINS_OP", "IS_OP")
NEAR = (None, 0, 1, -1)
"""Bounds of a slice that are the same for every length."""


def other_ways(module: nn.Module) -> str | None:
    """What a module's code may hang on but the symbols and the state; null where nothing is."""
    if isinstance(module, torch.jit.ScriptModule):
        return "it is scripted, and its code cannot be looked at"
    if any(part._forward_hooks or part._forward_pre_hooks for part in module.modules()):
        return "it has hooks"
    if keeps(module):
        return KEPT
    was, before = module.training, state_of(module)
    module.eval()
    try:
        ways = map(_in_step, fx.symbolic_trace(module).graph.nodes)
    except Exception:  # whatever a module does with stand-ins
        ways = itertools.starmap(_in_code, _functions(module))
    finally:
        module.train(was)
    return KEPT if state_of(module) != before else next(filter(None, ways), None)


def state_of(module: nn.Module) -> dict[tuple[str, str], object]:
    """What a module and its parts hold besides weights: one that forward passes change is no
    function of its input.
    """
    return {
        (name, key): _told(value)
        for name, part in module.named_modules()
        if not type(part).__module__.startswith("torch.")
        for key, value in (*vars(part).items(), *part._buffers.items())
        if key not in {"_parameters", "_buffers", "_modules", "training"}
    }


def _told(value: object) -> object:
    if isinstance(value, torch.Tensor):
        return tuple(value.shape), value.detach().cpu().double().numpy().tobytes()
    if isinstance(value, list | tuple):
        return tuple(map(_told, value))
    if isinstance(value, dict):
        return tuple((repr(key), _told(it)) for key, it in value.items())
    plain = isinstance(value, int | float | str | bytes | set | frozenset | type(None))
    return repr(value) if plain else id(value)


KEPT = "its forward code keeps something between calls"


def keeps(module: nn.Module) -> bool:
    """Whether code of a module, or what it calls, sets what is there at the next call."""
    setting = {"STORE_ATTR", "DELETE_ATTR", "STORE_GLOBAL"}
    return any(
        step.opname in setting
        for code, _, _ in _functions(module)
        for part in _with_inner(code)
        for step in dis.get_instructions(part)
    )


def _with_inner(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for it in code.co_consts:
        if isinstance(it, types.CodeType):
            yield from _with_inner(it)


def _in_step(node: fx.Node) -> str | None:
    name = getattr(node.target, "__name__", str(node.target)).rpartition(".")[2]
    if name in POSITIONS and node.op != "call_module":
        return f"its forward code calls {name}"
    if name == "getitem":
        places = node.args[1] if isinstance(node.args[1], tuple) else (node.args[1],)
        cuts = [it for it in places if isinstance(it, slice)]
        if any(bound not in NEAR for it in cuts for bound in (it.start, it.stop, it.step)):
            return "its forward code cuts sequences at a step of its own"
    if any(map(_is_length, node.all_input_nodes)) and name not in SHAPING:
        return f"its forward code uses a length in {name}"
    return None


def _is_length(node: fx.Node) -> bool:
    name = getattr(node.target, "__name__", str(node.target))
    if node.op == "call_function" and node.target is operator.getitem:
        return isinstance(node.args[0], fx.Node) and _is_length(node.args[0])
    return name in {"size", "dim", "numel"} or (name == "getattr" and node.args[1] == "shape")


def _functions(module: nn.Module) -> Iterator[tuple[types.CodeType, str, bool]]:
    """The code of a module and of all it holds and calls, but for the library's.

    Yields:
        The code, its name, and whether its first argument is a module.
    """
    methods = defaultdict[str, set[types.FunctionType]](set)  # of all classes: whichever is meant
    for kind in {kind for part in module.modules() for kind in type(part).__mro__}:
        for name, it in vars(kind).items():
            methods[name] |= {it} if isinstance(it, types.FunctionType) else set()
    found, waiting = set[types.CodeType](), list[tuple[Any, bool]]()
    for part in module.modules():
        bound = isinstance(part.forward, types.MethodType)
        waiting.append((getattr(part.forward, "__func__", part.forward), bound))
    while waiting:
        function, method = waiting.pop()
        if not isinstance(function, types.FunctionType) or _of_library(function):
            continue
        if function.__code__ in found:
            continue
        found.add(function.__code__)
        yield function.__code__, function.__name__, method
        for name in _names(function.__code__):
            waiting.append((function.__globals__.get(name), False))
            waiting += [(method, True) for method in methods[name]]


def _of_library(function: types.FunctionType) -> bool:
    return (function.__module__ or "").split(".")[0] == "torch"  # none where text was executed


def _names(code: types.CodeType) -> set[str]:
    inner = (it for it in code.co_consts if isinstance(it, types.CodeType))
    return set(code.co_names).union(*map(_names, inner))


def _in_code(code: types.CodeType, name: str, method: bool) -> str | None:
    """A comparison of something else than settings, or a cut at a step of its own."""
    steps, settings = [*dis.get_instructions(code)], set(code.co_varnames[:1]) if method else set()
    for place, step in enumerate(steps):
        before = steps[:place]
        if step.opname == "STORE_FAST" and _of_settings(before, 1, settings):
            settings |= {str(step.argval)}
        if step.opname in COMPARING:
            with_none = step.opname == "IS_OP" and _constant(before[-1], (None,))
            if not with_none and not _of_settings(before, 2, settings):
                return f"its forward code compares something that is no setting (in {name})"
        jumps = "JUMP" in step.opname and "_IF_" in step.opname and "NONE" not in step.opname
        if jumps and not _of_settings(before, 1, settings):
            return f"its forward code has a branch that hangs on no setting (in {name})"
        bounds = {"BUILD_SLICE": int(step.arg or 0), "BINARY_SLICE": 2}.get(step.opname, 0)
        if not all(_constant(it, NEAR) for it in before[len(before) - bounds :]):
            return f"its forward code cuts sequences at a step of its own (in {name})"
        called = str(step.argval) if step.opname.startswith("LOAD_") else ""
        if called in POSITIONS | {"min", "max"}:
            return f"its forward code calls {called} (in {name})"
    inner = (it for it in code.co_consts if isinstance(it, types.CodeType))
    return next(filter(None, (_in_code(it, name, method=False) for it in inner)), None)


def _constant(step: dis.Instruction, among: tuple[Any, ...]) -> bool:
    return step.opname.startswith("LOAD_CONST") and step.argval in among


def _of_settings(before: list[dis.Instruction], values: int, settings: set[str]) -> bool:
    """Whether the values that lie on the stack are made of settings and constants alone."""
    for step in reversed(before):
        if "JUMP" in step.opname or "FOR_ITER" in step.opname:
            return False
        if step.opname.startswith(("LOAD_FAST", "LOAD_DEREF")) and step.argval not in settings:
            return False
        values -= dis.stack_effect(step.opcode, step.arg, jump=False)
        if values <= 0:
            return True
    return False
