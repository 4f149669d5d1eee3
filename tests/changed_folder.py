"""A run folder with something changed in it, as somebody would who wants it to pass."""

import hashlib
import json
import shutil

from distill.checker.check import check_run


def rehash(folder):
    """What a forger would do: make every hash match again."""
    certificate = json.loads((folder / "certificate.json").read_text())
    for name in certificate["sha256"]:
        certificate["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "certificate.json").write_text(json.dumps(certificate))


def changed(folder, tmp_path, name, change):
    """The checkup of a copy of a run folder with one file changed, and its hash to fit.

    A JSON file's tree is changed in place; of a program the changed text is returned.
    """
    copy = shutil.copytree(folder, tmp_path / "changed")
    path = copy / name
    before = path.read_text()
    if name.endswith(".json"):
        tree = json.loads(before)
        change(tree)
        assert tree != json.loads(before)
        path.write_text(json.dumps(tree))
    else:
        assert change(before) != before
        path.write_text(change(before))
    rehash(copy)
    return check_run(copy)
