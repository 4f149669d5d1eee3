"""Where things lie, for tests in folders of any depth.

Nothing of the package is imported here: `conftest.py` reads this before shapes are enforced.
"""

import json
from pathlib import Path

TESTS = Path(__file__).parent.parent
ROOT = TESTS.parent
PACKAGE = ROOT / "distill"
BENCHMARKS = ROOT / "benchmarks"
DOCS = ROOT / "docs"
GALLERY = ROOT / "outputs" / "gallery"
GOLDEN = TESTS / "golden"
SHARED = ROOT.parent / "shared"
"""What some checkouts have beside them: published checkpoints, specifications by others."""

LAYOUTS = PACKAGE / "importing" / "layouts"
SCHEMA = json.loads((PACKAGE / "verification.schema.json").read_text())
"""The published schema of `verification.json`."""
