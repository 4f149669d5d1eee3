"""Asks PySR (`pip install pysr`, and Julia), in a process of its own: Julia never beside torch.

Bound by evaluations, serial and deterministic: the same seed gives the same front. The interface is
that of PySR 2.7.
"""

from __future__ import annotations

import json
import sys
from typing import Any

OPERATORS: dict[str, list[str]] = {
    "binary_operators": ["+", "-", "*", "/"],
    "unary_operators": ["exp", "log", "sin", "cos", "sqrt", "square", "tanh"],
}


def settings(task: dict[str, Any]) -> dict[str, Any]:
    """What `PySRRegressor` is made with."""
    return {
        **OPERATORS,
        "niterations": 10_000,
        "max_evals": task["evaluations"],
        "maxsize": task["length"],
        "timeout_in_seconds": task["seconds"],
        "random_state": task["seed"],
        "deterministic": True,
        "parallelism": "serial",
        "precision": 64,
        "model_selection": "accuracy",
        "progress": False,
        "verbosity": 0,
        "temp_equation_file": True,
        "update": False,
    }


def main() -> None:
    """From a problem on standard input to expressions on standard output."""
    import numpy as np
    from pysr import PySRRegressor  # pyright: ignore[reportMissingImports, reportAttributeAccessIssue]  # an extra

    task = json.load(sys.stdin)
    points, values = np.array(task["points"]), np.array(task["values"])
    model: Any = PySRRegressor(**settings(task))
    model.fit(points, values, variable_names=[f"x{place}" for place in range(points.shape[1])])
    front = model.equations_.sort_values("loss")
    sys.stdout.write("\n" + json.dumps({"expressions": front["equation"].tolist()}) + "\n")


if __name__ == "__main__":
    main()
