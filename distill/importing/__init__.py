"""Networks that somebody else trained: tensors from a file, read by a declarative layout."""

from distill.importing.checkpoint import Imported, import_model
from distill.importing.gpt2_texts import AboutTexts
from distill.importing.layout import Layout, builtin_layouts, read_layout
from distill.importing.over_box import import_over_box
from distill.importing.tensors import read_tensors

__all__ = [
    "AboutTexts",
    "Imported",
    "Layout",
    "builtin_layouts",
    "import_model",
    "import_over_box",
    "read_layout",
    "read_tensors",
]
