"""A run of distill's own: its weights, and the certificate that says what they belong to."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.torch import load_file

from distill.domains.boxes import Box
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.domains.texts import Form, Texts
from distill.errors import DistillError
from distill.networks.architecture import RealPerceptron, StepArchitecture, TokenArchitecture
from distill.networks.stored import Model
from distill.networks.text_transformer import TextTransformer
from distill.serialise import from_json

WEIGHTS, CERTIFICATE = "model.safetensors", "certificate.json"


def own_run(path: Path) -> tuple[Model, Domain | Channels | Texts | Box, str] | None:
    """The network of a run folder, or of its weights file; null where there is no such run.

    Raises:
        DistillError: the run is of a network that was not stored, or damaged.
    """
    folder = path if path.name != WEIGHTS else path.parent
    try:
        place = folder / CERTIFICATE
        if not place.is_file() or not str(path).isprintable():
            return None
        certificate = json.loads(place.read_text("utf-8"))
        shape = certificate.get("architecture")
        kind = certificate.get("kind")
        if not {"format_version", "sha256", "kind"} <= set(certificate):
            return None
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise DistillError(
            f"'{folder}' looks like a run of distill, and its {CERTIFICATE} cannot be read: "
            "expected JSON; run `distill verify` on it"
        ) from error
    if shape is None or not (folder / WEIGHTS).is_file():
        raise DistillError(
            f"'{folder}' is a run of a network that was not stored: expected {WEIGHTS} in it"
        )
    try:
        weights = load_file(folder / WEIGHTS)
        if kind == "sequences":
            answers = tuple(certificate["answers"])
            model = Model(from_json(StepArchitecture, json.dumps(shape)), weights, answers)
            spans = [range(first, last + 1) for first, last in certificate["inputs"]]
            domain: Domain | Channels | Texts | Box = Channels(tuple(spans), certificate["outputs"])
        elif kind == "texts":
            answers = tuple(certificate["answers"])
            model = Model(from_json(TextTransformer, json.dumps(shape)), weights, answers)
            first, last = certificate["tokens"]
            form = certificate.get("form")
            told = None if form is None else from_json(Form, json.dumps(form))
            domain = Texts(range(first, last + 1), certificate["longest"], told)
        elif kind == "box":
            model = Model(from_json(RealPerceptron, json.dumps(shape)), weights)
            ends = (tuple(certificate[name]) for name in ("names", "low", "high"))
            domain = Box(*ends)
        else:
            model = Model(from_json(TokenArchitecture, json.dumps(shape)), weights)
            spans = certificate["domain"]
            ranges = [range(low, high + 1) for low, high in (*spans["inputs"], spans["outputs"])]
            domain = Domain(tuple(ranges[:-1]), ranges[-1])
    except DistillError:
        raise
    except Exception as error:  # whatever a damaged folder makes of its readers
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
        raise DistillError(
            f"'{folder}' is a damaged run of distill ({first}): run `distill verify` on it"
        ) from error
    note = f"a run of distill: {shape['kind']} as '{CERTIFICATE}' beside the weights says"
    return model, domain, note
