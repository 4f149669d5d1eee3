"""The guide, built by Sphinx: `make guide` writes it to build/guide."""

import importlib.metadata

project = "distill"
author = "the distill team"
release = version = importlib.metadata.version("distill")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["conftest.py"]
autodoc_typehints = "none"  # shapes are in the signatures; twice would be once too often
autodoc_member_order = "bysource"
nitpicky = False

html_theme = "furo"
html_title = "distill"
html_copy_source = False
html_show_sourcelink = False
