"""What is shipped: every subpackage, and the tasks inside the package."""

import tomllib

from builders.paths import ROOT


def test_every_folder_of_the_package_is_listed():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "distill").rglob("__init__.py")
    }
    assert set(listed) == folders | {"distill._tasks"}
