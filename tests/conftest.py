"""Shapes are enforced at run time in the tests; runs that several tests read are made once."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.amount import THOROUGH, examples, some
from builders.paths import PACKAGE
from builders.shared_runs import (
    make_adder_run,
    make_inducing_run,
    make_planted_run,
    make_small_run,
    only_run_below,
    pages_drawn,
    shared,
)
from hypothesis import settings
from jaxtyping import install_import_hook

# one thread a worker, as in every run: two that wait for each other take many times as long
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

INNERMOST = (
    "distill.train",
    "distill.drawing.graph.arrows",
    "distill.drawing.graph.placement",
    "distill.expressions",
    "distill.kinds.attention.learned.tables",
    "distill.kinds.automaton.labelling",
    "distill.kinds.closed_form.bank",
    "distill.kinds.closed_form.built",
    "distill.kinds.recurrence.recurrence",
    "distill.networks.recurrent_layers",
    "distill.networks.second_order",
    "distill.networks.integer_recurrent",
    "distill.kinds.recurrence.search",
    "distill.kinds.recurrence.linear.readable",
    "distill.kinds.recurrence.linear.lattice",
    "distill.kinds.recurrence.linear.linear_forms",
    "distill.kinds.recurrence.linear.drives",
    "distill.studies.catalogue.staged_craters",
    "distill.studies.readout",
    "distill.tasks.sequences",
    "distill.tasks.texts",
    "distill.checker.evaluate",
    "distill.checker.functions",
    "distill.checker.parts",
    "distill.checker.values",
)
"""Called millions of times, where looking at shapes takes longer than the work: their callers are
looked at instead."""


def _enforced() -> list[str]:
    """Every module that gives shapes; the hook takes modules and all below them."""
    names = list[str]()
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("distill", *path.relative_to(PACKAGE).with_suffix("").parts))
        gives = path.stem != "__init__" and "from jaxtyping import" in path.read_text()
        if gives and not name.startswith(INNERMOST):
            names.append(name)
    return names


install_import_hook(_enforced(), "beartype.beartype")

settings.register_profile(  # no deadline: others may run beside
    "part", settings(), max_examples=examples(settings().max_examples), deadline=None
)
settings.load_profile("part")


gc.disable()  # what is loaded, and collected, is never let go: it is not to be looked through


def pytest_collection_finish() -> None:
    """Memory is looked through for cycles from here on, but for what there is already.

    That is a million objects, half a second at every look, of which a session takes a hundred.
    """
    gc.freeze()
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the cases of a test that is marked `part(n)`, n are tested, or all by `make claims`."""
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("part"):
            cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left = set[pytest.Item]()
    for of_one in cases.values():
        marker = of_one[0].get_closest_marker("part")
        assert marker is not None
        left |= {*of_one} - {*some(of_one, *marker.args)}
    if left:
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run of mod_add at p = 59, made by the command line."""
    return only_run_below(shared(tmp_path_factory, "small", make_small_run) / "outputs")


@pytest.fixture(scope="session")
def adder_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a user's task over sequences was run: `outputs`, and what was printed."""
    return shared(tmp_path_factory, "adder", make_adder_run)


@pytest.fixture(scope="session")
def planted_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a run over a network by construction: p = 23, keys 2, 7 and 9."""
    make = make_planted_run(23, {2: 5.0, 7: 4.0, 9: 3.0})
    return only_run_below(shared(tmp_path_factory, "planted", make) / "outputs")


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same at p = 11 with keys 2 and 3, for tests that check it a hundred times."""
    make = make_planted_run(11, {2: 5.0, 3: 4.0})
    return only_run_below(shared(tmp_path_factory, "tiny", make) / "outputs")


@pytest.fixture(scope="session")
def inducing_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a run over texts of up to 9 tokens, whose program is wrong on many of them."""
    return only_run_below(shared(tmp_path_factory, "inducing", make_inducing_run) / "outputs")


@pytest.fixture(scope="module")
def page_undrawn() -> Iterator[None]:
    """Runs of a module that looks at no page are stored without: `make claims` draws them all."""
    with pages_drawn(THOROUGH):
        yield


@pytest.fixture
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process for every question to one program, however often a checker asks it.

    For tests that change anything but the program: what is run is run, and once.
    """
    from distill.checker import sandbox

    answered, said = sandbox._answered, {}

    def once(program, request, data, size, seconds, meanwhile=lambda: None):
        meanwhile()
        key = program.source, repr(request), data.tobytes(), size
        if key not in said:
            said[key] = answered(program, request, data, size, seconds)
        return said[key]

    monkeypatch.setattr(sandbox, "_answered", once)
