"""What no tensor holds, settled: by an option, by a config, by the layout, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distill.importing.config import Config
from distill.importing.layout import Layout
from distill.importing.values import VALUES, LayoutError, phrase


@dataclass(frozen=True)
class Settled:
    """The values of a network, and where they are from.

    Attributes:
        assumed: what only the layout says, in words.
        told: what an option, a config or the task says, in words.
        missing: what is said nowhere, and the field of a config that would say it.
    """

    layout: Layout
    values: dict[str, Any]
    assumed: tuple[str, ...]
    told: tuple[str, ...]
    missing: Mapping[str, str]


def settle(
    layout: Layout, config: Config, layers: int, normed: bool, inputs: int | None = None
) -> Settled:
    """Find every value of a layout's architecture.

    Args:
        layout: what is assumed where nothing else says it.
        config: of the checkpoint.
        layers: how many there are; a single one that is read last sees everything, masked or not.
        normed: whether the file has weights of layer norms.
        inputs: of the task that the network is held against, where there is one.

    Raises:
        LayoutError: a value is said so that it cannot be honoured, or twice and not alike.
    """
    values: dict[str, Any] = {}
    assumed, told, missing = [], [], {}
    for name, value in VALUES[layout.architecture].items():
        if value.rare and name not in layout.values and name not in layout.told:
            continue
        given = layout.values.get(name, value.default)
        own = given["config"] if isinstance(given, dict) else None
        found = config.value(layout.architecture, name, own)
        if name in layout.told:
            values[name] = layout.told[name]
            told.append(f"{phrase(name, values[name])} by --layout")
            _agree(name, values[name], found)
        elif found is not None:
            values[name] = found[0]
            told.append(f"{phrase(name, found[0])} by {found[1]}")
        elif name == "inputs" and inputs is not None:
            values[name] = inputs
            told.append(f"{phrase(name, inputs)} by the task")
        elif not isinstance(given, dict):
            values[name] = given
            if name == "normalization" and not given:
                values[name] = "LN" if normed else "none"
            if values[name] != "LN":
                assumed.append(phrase(name, values[name]))
        elif "otherwise" in given and config.fields:
            values[name] = given["otherwise"]
            assumed.append(phrase(name, values[name]))
        elif name == "masked" and layers == 1:
            values[name] = True
        else:
            missing[name] = own
    return Settled(layout, values, tuple(filter(None, assumed)), tuple(told), missing)


def check_settled(settled: Settled, path: Path, normed: bool) -> None:
    """Hold what was settled against the tensors.

    Raises:
        LayoutError: a value is missing, or the tensors say something else.
    """
    layout, values = settled.layout, settled.values
    if settled.missing:
        raise LayoutError(_missing(layout, settled.missing, path))
    if "normalization" in values and (values["normalization"] == "LN") != normed:
        has = "weights of layer norms" if normed else "no weights of a layer norm"
        raise LayoutError(
            f"checkpoint '{path}' has {has}, and normalization is '{values['normalization']}'"
            f"{_by(settled, 'layer norm')}: expected {'LN' if normed else 'none or LNPre'}; check "
            "that the config belongs to the checkpoint, or say which with normalization=..."
        )
    if "tied" in values:
        tied = layout.parameters["W_U"].key == layout.parameters["W_E"].key
        if values["tied"] != tied:
            raise LayoutError(
                f"checkpoint '{path}': {phrase('tied', values['tied'])}"
                f"{_by(settled, 'output weights')}, and layout '{layout.label}' reads "
                f"'{layout.parameters['W_U'].key}' as the output weights; expected that they "
                "agree: check that the config belongs to the checkpoint"
            )


def _by(settled: Settled, about: str) -> str:
    return next((f" ({said})" for said in settled.told if about in said), "")


def _agree(name: str, told: Any, found: tuple[Any, str] | None) -> None:
    """What stands beside the weights is not overruled: it would be another network."""
    if found is not None and found[0] != told:
        raise LayoutError(
            f"--layout says {name}={str(told).lower()}, and {found[1]} says "
            f"{str(found[0]).lower()}: expected the same; if the config is of another network, "
            f"move it away, or name its field under [ignore] of a layout with the reason"
        )


def _missing(layout: Layout, missing: Mapping[str, str], path: Path) -> str:
    beside = f"('{path.with_suffix('.json').name}' or 'config.json')"
    first, *others = (f"{name} from '{own}'" for name, own in missing.items())
    more = f", and {', '.join(others)}" if others else ""
    it, they = ("it", "it is") if not others else ("them", "they are")
    options = ",".join(f"{name}=..." for name in missing)
    expected = "; ".join(
        f"{name}: {VALUES[layout.architecture][name].expected}" for name in missing
    )
    return (
        f"layout '{layout.label}' takes {first} of a config beside the checkpoint {beside}{more}; "
        f"{they} not there and no tensor holds {it}, so say --layout {layout.label},{options} "
        f"({expected})"
    )
