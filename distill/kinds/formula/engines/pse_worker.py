"""Asks PSE (`pip install psrn`), parallel symbolic enumeration (Ruan et al. 2025), by itself.

Its layers enumerate all expressions of some depth at once, with torch; on a CPU few inputs fit.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from typing import Any

OPERATORS = ["Add", "Mul", "Sub", "Div", "Identity", "Sin", "Cos", "Exp", "Log"]

SLOTS = 4
"""Inputs of the layers: the package brings what it needs for this many."""


def main() -> None:
    """From a problem on standard input to expressions on standard output."""
    import numpy as np
    import torch
    from psrn import PSRN_Regressor  # pyright: ignore[reportMissingImports]  an extra

    regressor: Any = PSRN_Regressor

    task = json.load(sys.stdin)
    torch.manual_seed(task["seed"])
    np.random.seed(task["seed"])  # noqa: NPY002  the package draws from it
    points, values = np.array(task["points"]), np.array(task["values"])[:, None]
    stage = {
        "operators": OPERATORS,
        "time_limit": int(task["seconds"]),
        "n_psrn_inputs": SLOTS,
        "n_sample_variables": min(3, points.shape[1]),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        model = regressor(
            variables=[f"x{place}" for place in range(points.shape[1])],
            use_const=False,
            n_symbol_layers=3,
            device="cpu",
            token_generator_config={"base": {"has_const": False, "tokens": OPERATORS}},
            stage_config={"default": stage, "stages": [{}]},
        )
        model.fit(
            *(points, values),
            n_down_sample=100,
            use_threshold=True,
            threshold=1e-14,
            prun_const=True,
            prun_ndigit=6,
            top_k=10,
            real_time_display=False,
        )
        front = model.get_pf(sort_by="mse")
    texts = [str(each[0]) for each in front]
    sys.stdout.write("\n" + json.dumps({"expressions": texts}) + "\n")


if __name__ == "__main__":
    main()
