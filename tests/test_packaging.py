"""What is shipped: every subpackage, and the tasks inside the package."""

import ast
import tomllib

from builders.paths import ROOT

import distill


def test_every_folder_of_the_package_is_listed():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "distill").rglob("__init__.py")
    }
    assert set(listed) == folders | {"distill._tasks"}


def test_the_public_names_are_those_that_a_type_checker_reads_and_each_is_there():
    tree = ast.parse((ROOT / "distill" / "__init__.py").read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    typed = {
        (part.module.removeprefix("distill."), name.name, name.asname)
        for part in block.body
        for name in part.names
    }
    listed = {
        (module, name, name) for module, names in distill._NAMES.items() for name in names.split()
    }
    assert typed == listed
    for _, name, _ in typed:
        assert getattr(distill, name).__name__ == name
    assert dir(distill) == distill.__all__ == sorted(name for _, name, _ in typed)


def test_what_formats_programs_is_pinned_to_a_year():
    """Its style changes each January, and programs are to come out the same, byte for byte."""
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    (black,) = (each for each in needed if each.startswith("black"))
    low, high = (
        int(part.strip("<>=").split(".")[0]) for part in black.removeprefix("black").split(",")
    )
    assert high == low + 1
