"""From a checkpoint and a layout to a `Model` and its domain, with all that was assumed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.domains.texts import Texts
from distill.errors import DistillError, NotFiniteError
from distill.importing.buffers import BUFFERS
from distill.importing.build import build
from distill.importing.config import check_config, read_config
from distill.importing.files import Found, find
from distill.importing.gpt2_texts import AboutTexts, import_gpt2_texts
from distill.importing.layout import Layout, builtin_layouts, chosen_layout, template
from distill.importing.notes import (
    BY,
    SENTENCES,
    Around,
    enumerated,
    left_out,
    notes_of,
    precision,
    unread,
)
from distill.importing.onnx_file import read_onnx
from distill.importing.outputs import Undroppable, without_last_outputs
from distill.importing.own import own_run
from distill.importing.parameters import Taken
from distill.importing.perceptrons import perceptron
from distill.importing.recognition import File, Read, placed, read_by, recognised, states_beside
from distill.importing.recurrent import import_recurrent
from distill.importing.recurrent_layout import may_be_recurrent
from distill.importing.recurrent_layout import template as recurrent_template
from distill.importing.rows import modules_of
from distill.importing.settle import settle
from distill.importing.tracr import import_tracr
from distill.importing.values import LayoutError, phrase
from distill.importing.wrappers import bare, beside, without_wrappers
from distill.networks.architecture import MLP, Transformer
from distill.networks.stored import Model

FEEDFORWARD = "feedforward"
"""The layout that reads layers in a row by their shapes."""


GIVEN = (" by the task", " by --layout")
"""How a note on what somebody said ends."""


@dataclass(frozen=True)
class Imported:
    """A network from a file.

    Attributes:
        layout: the layout that read it, as `--layout` takes it.
        notes: what the tensors say, what was assumed, said by an option or a config, dropped or
            left out, and in what precision the file holds its numbers: in words, by kind.
    """

    model: Model
    domain: Domain | Channels | Texts | Box
    layout: str
    notes: Mapping[str, str]

    @property
    def lines(self) -> tuple[str, ...]:
        """The notes as sentences."""
        return tuple(SENTENCES[kind].format(note) for kind, note in self.notes.items())

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a verdict rests on: the notes, but for what no network is made of."""
        return tuple(line for line in self.lines if not line.startswith("fields"))


def import_model(
    path: str | Path,
    layout: str | None = None,
    *,
    at: int | None = None,
    sizes: Sequence[int] | None = None,
    about: AboutTexts | None = None,
) -> Imported:
    """Read a checkpoint by a layout: named, in a file, or recognised from names and shapes.

    Args:
        path: a file of tensors, an index of shards, or a folder with either, or a run of distill;
            nothing in it is executed.
        layout: `NAME` or `FILE`, with `,VALUE=...` for what is to be other than the layout says.
        at: which network of a file that holds a list of them, from 0, or from -1 for the last.
        sizes: how many values every input has, where a task is given that says so.
        about: what is said of the texts of a network over texts.

    Raises:
        DistillError: the file cannot be read, no layout or several fit, or a value that no tensor
            holds is not given.
    """
    path = Path(path)
    try:
        about = about or AboutTexts()
        own = own_run(path) if layout is None and at is None and about.nothing else None
        if own is not None:
            model, domain, note = own
            return Imported(model, domain, "distill", {"found": note})
        if path.suffix == ".onnx":
            return _of_graph(path, layout, at, sizes)
        found = find(path, at)
        try:
            return _imported(found, layout, None if sizes is None else tuple(sizes), about)
        except NotFiniteError as error:
            raise _with_names(found, error) from error
    except RecursionError as error:
        raise DistillError(
            f"checkpoint '{path}' is nested too deep: expected a plain state dict"
        ) from error


def _with_names(found: Found, error: NotFiniteError) -> DistillError:
    """That numbers are not finite, by the names that the file has for them."""
    named = [
        f"'{name}'"
        for name, tensor in found.contents.tensors.items()
        if tensor.is_floating_point() and not bool(tensor.isfinite().all())
    ]
    if not named:  # no tensor as it stands, but what was made of it
        return error
    more = f" and {many(len(named) - 1, 'other tensor')}" if len(named) > 1 else ""
    return DistillError(
        f"checkpoint '{found.path}': {named[0]}{more} holds values that are not finite; expected "
        "numbers, and a training that broke down leaves others"
    )


def _of_graph(
    path: Path, layout: str | None, at: int | None, sizes: Sequence[int] | None
) -> Imported:
    if layout is not None or at is not None:
        raise DistillError(
            f"checkpoint '{path}' is a graph, which says what it computes: leave --layout and --at "
            "out"
        )
    reading, domain = read_onnx(path, sizes)
    shape = reading.model.architecture
    said = (
        f"by the graph: {', '.join(shape.layers) or 'one layer'}, {many(shape.n_outputs, 'output')}"
    )
    assumed = "; ".join(reading.remarks)
    return Imported(
        reading.model, domain, "onnx", {"found": said} | ({"said": assumed} if assumed else {})
    )


def _imported(
    found: Found, name: str | None, sizes: tuple[int, ...] | None, about: AboutTexts
) -> Imported:
    wrapped = bare(found.contents.tensors, str(found.path))
    over_texts = import_gpt2_texts(
        File(found.path, wrapped.tensors, found.contents.plain), name, about
    )
    if over_texts is not None:
        return Imported(over_texts.model, over_texts.texts, over_texts.layout, over_texts.notes)
    layers = import_recurrent(wrapped.tensors, found.contents.plain, found.path, name)
    if layers is not None:
        return Imported(layers.model, layers.channels, layers.layout, layers.notes)
    compiled = import_tracr(wrapped.tensors, found.path, name)
    if compiled is not None:
        return Imported(compiled.model, compiled.texts, compiled.layout, compiled.notes)
    inputs = None if sizes is None else len(sizes)
    file = File(found.path, wrapped.tensors, found.contents.plain, inputs)
    layouts = builtin_layouts()
    chosen = None if name is None else _unwrapped(chosen_layout(name), bool(wrapped.removed))
    if chosen is None:
        read = recognised(layouts, file)
    elif chosen.architecture == FEEDFORWARD:
        read = None
    else:
        read = read_by(placed(chosen, file), file)
    if read is not None:
        return _apply(read, file, Around(wrapped, read.layout.strip, found.at))
    try:
        made = _feedforward(chosen or layouts[FEEDFORWARD], file, sizes, found)
    except LayoutError:
        if chosen is not None or modules_of(_own(file, "")[0], file.path) is not None:
            raise
        made = None
    if made is not None:
        return made
    other = beside(file.tensors, "")
    shapes = {key: tuple(tensor.shape) for key, tensor in file.tensors.items() if key not in other}
    raise LayoutError(
        f"checkpoint '{found.path}' is of no known layout ({', '.join(layouts)}). Weights of a run "
        "of distill are given as its folder, where it stands what they are of; for others fill "
        f"this in and give it with --layout FILE:\n\n{template(shapes)}"
        + (
            "\nor, as matrices are of the shapes that a recurrent cell has, this:\n\n"
            f"{recurrent_template()}"
            if may_be_recurrent(shapes)
            else ""
        )
    )


def _unwrapped(layout: Layout, removed: bool) -> Layout:
    """A layout for keys without wrappers, whose own keys may have them."""
    if not removed:
        return layout
    return replace(
        layout,
        strip=without_wrappers(layout.strip),
        parameters={
            ours: replace(source, key=without_wrappers(source.key))
            for ours, source in layout.parameters.items()
        },
        **{
            table: {without_wrappers(key): it for key, it in getattr(layout, table).items()}
            for table in ("buffers", "ignore")
        },
    )


def _apply(read: Read, file: File, around: Around) -> Imported:
    layout, config, settled, path = read.layout, read.config, read.settled, file.path
    taken = read.taken(file)
    try:
        shape, parameters, count = build(layout, taken.parameters, settled.values)
        model = Model(shape, parameters)
    except KeyError as error:
        raise LayoutError(
            f"checkpoint '{path}' does not fit the layout '{layout.label}': no {error}; name it "
            "under [parameters]"
        ) from error
    except (IndexError, ValueError) as error:  # of a shape with too few axes, or too many
        raise LayoutError(
            f"checkpoint '{path}' does not fit the layout '{layout.label}' ({error}): a parameter "
            "has another number of axes than the architecture's; check the axis orders"
        ) from error
    except NotFiniteError:
        raise  # told with the names of the file
    except DistillError as error:
        raise LayoutError(f"checkpoint '{path}', layout '{layout.label}': {error}") from error
    position_table = taken.parameters.get("W_pos")
    positions = 0 if position_table is None else position_table.shape[0]
    check_config(config, shape, shape.n_outputs, positions)
    _check_buffers(layout, taken, shape, path)
    inputs = (range(count),) * shape.n_inputs
    answers = shape.n_outputs if settled.values.get("answers") != "values" else count
    domain = Domain(inputs, range(min(answers, shape.n_outputs)))
    dropped, kept = None, {}
    if answers < shape.n_outputs:
        try:
            model, dropped = without_last_outputs(model, domain)
        except Undroppable as error:
            if "answers" in layout.told:
                raise
            domain = Domain(inputs, range(shape.n_outputs))
            kept = {"outputs": f"every one of the {shape.n_outputs} outputs is an answer: {error}"}
    notes = notes_of(settled, taken, config, shape, around, dropped) | kept
    return Imported(model, domain, layout.label, notes)


def _feedforward(
    layout: Layout, file: File, sizes: tuple[int, ...] | None, found: Found
) -> Imported | None:
    tensors, ignored = _own(file, layout.strip)
    common = _common_prefix(tensors)
    tensors = {key.removeprefix(common): it for key, it in tensors.items()}
    modules = modules_of(tensors, file.path)
    if modules is None:
        if layout.told or layout.strip:
            raise LayoutError(
                f"checkpoint '{file.path}' has tensors that no linear layer, embedding or norm "
                f"has: expected weight and bias alone, and read {', '.join(list(tensors)[:4])}"
            )
        return None
    config = read_config(file.path, file.plain, layout.ignore)
    settled = settle(layout, config, 0, normed=False, inputs=file.inputs)
    values = settled.values
    made = perceptron(
        modules,
        sorted_keys=found.sorted_keys,
        activation=values["activation"],
        inputs=values["inputs"],
        first=values["first"],
        sizes=sizes,
        place=str(file.path),
    )
    check_config(config, made.model.architecture, made.model.architecture.n_outputs, 0)
    shape = made.model.architecture
    counts = sizes if sizes is not None else (made.count,) * shape.n_inputs
    domain = Domain(tuple(map(range, counts)), range(shape.n_outputs))
    dtypes = sorted({str(it.dtype).removeprefix("torch.") for it in tensors.values()})
    notes = {"found": f"by the tensors: {many(shape.n_outputs, 'output')}, {' and '.join(dtypes)}"}
    bared = bare(found.contents.tensors, str(found.path))
    notes |= Around(bared, layout.strip + common, found.at).notes()
    if made.folded:
        notes["folded"] = ", ".join((*bared.folded, *made.folded))
    acts = [it for it in made.assumed if it.startswith("the activation")]
    assumed = [it for it in (*settled.assumed, *made.assumed) if acts or "activation" not in it]
    given = [it for it in assumed if it.endswith(GIVEN)]
    within = tuple(phrase(name, values[name]) for name in ("inputs", "first")) if given else ()
    told = [*(it for it in settled.told if not it.startswith(within)), *given]
    assumed = [it for it in assumed if not it.endswith(GIVEN)]
    notes["assumed"] = BY.format(settled.layout.name) + ", ".join(assumed)
    if told:
        notes["said"] = "; ".join(told)
    notes |= precision(dtypes)
    if left := left_out(ignored | dict(config.ignored)):
        notes["left_out"] = enumerated(left)
    notes |= unread(config)
    return Imported(made.model, domain, layout.label, notes)


def _common_prefix(keys: Iterable[str]) -> str:
    """What stands before the names of all layers, up to a dot."""
    parents = [key.split(".")[:-2] for key in keys]  # without the layer's name and its tensor's
    same = itertools.takewhile(lambda parts: len(set(parts)) == 1, zip(*parents, strict=False))
    return "".join(f"{parts[0]}." for parts in same)


def _own(file: File, strip: str) -> tuple[dict, dict[str, str]]:
    """Tensors below the prefix that all of a network's have, and the states beside it."""
    ignored = states_beside(file, strip)
    own = {key: it for key, it in file.tensors.items() if key not in ignored}
    if strip:
        return {k.removeprefix(strip): it for k, it in own.items() if k.startswith(strip)}, ignored
    return own, ignored


def _check_buffers(layout: Layout, taken: Taken, shape: Transformer | MLP, path: Path) -> None:
    for key, (tensor, kind) in taken.buffers.items():
        if not BUFFERS[kind](tensor, shape, taken.parameters):
            raise LayoutError(
                f"'{key}' of '{path}' is no {kind}, as layout '{layout.label}' has it: it may "
                "change what the network computes; check the layout"
            )
