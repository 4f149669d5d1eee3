"""`python -m distill.checker RUN`: check a run folder with this folder, NumPy and safetensors."""

import argparse
import sys
from pathlib import Path

from .check import check_run
from .errors import DistillError
from .files import read_folder
from .told import told


def main() -> int:
    """Print what was found; 0 if all is as claimed, 1 if not, 2 if the folder cannot be read."""
    parser = argparse.ArgumentParser(prog="checker", description="Check a run folder of distill.")
    parser.add_argument("run", type=Path, help="the folder")
    parser.add_argument("--seed", type=int, help="of the inputs that are drawn anew")
    given = parser.parse_args()
    try:
        found = check_run(given.run, given.seed)
    except DistillError as error:
        sys.stderr.write(f"checker: {error}\n")
        return 2
    findings = told(found.findings, read_folder(given.run).report)
    lines = [f"{'ok ' if f.ok else 'NOT'}  {f.name}: {f.detail}" for f in findings]
    lines += ["not derived: " + "; ".join(found.not_derived)] if found.not_derived else []
    filtered = "behind" if found.confined else "without"
    lines.append(
        f"{found.verdict if found.ok else 'FAILED'} "
        f"(program run {filtered} a filter of system calls)"
    )
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(main())
