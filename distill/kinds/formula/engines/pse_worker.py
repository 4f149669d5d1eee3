"""Asks PSE (`pip install psrn`), parallel symbolic enumeration (Ruan et al. 2026), by itself.

A round of it holds all expressions of three layers over a few inputs against the values, with
torch; genetic programming proposes which inputs: variables, numbers, parts of expressions. It is
made for large GPUs. What is asked here fits a CPU: four inputs, on 20 points, and of differences
and quotients the negative and the inverse, as its authors advise for little memory. Bound by
rounds, each of about 10 million expressions, so that the same seed gives the same front.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import random
import sys
from typing import Any

LAYERS = ["Add", "Mul", "Identity", "Neg", "Inv", "Sin", "Cos", "Exp", "Log", "Sqrt"]
TOKENS = ["Add", "Mul", "Sub", "Div", "Sin", "Cos", "Exp", "Log", "Sqrt"]
"""Of the layers, and of the genetic programming, which knows no inverse."""

SLOTS, VARIABLES, POINTS = 4, 3, 20
"""Inputs of the layers, of which so many are variables; points that expressions are ranked on."""

TILE = 1 << 16
"""Expressions that are held at once: as many as stay in a CPU's cache."""

NEAR = 1.5
"""It ends at an expression that is so near, in parts of how far the values are off."""


def main() -> None:
    """From a problem on standard input to expressions on standard output."""
    import numpy as np
    import torch
    from psrn import PSRN_Regressor  # pyright: ignore[reportMissingImports]  an extra

    task = json.load(sys.stdin)
    base: Any = PSRN_Regressor

    class Rounds(base):
        """It asks a clock after every round, and no clock is the same twice."""

        rounds = 0

        def get_best_expr_and_MSE_topk(self, *given: Any) -> Any:  # noqa: N802  the name is theirs
            self.rounds += 1
            if self.rounds >= task["rounds"]:
                self.time_limit = 0
            return super().get_best_expr_and_MSE_topk(*given)

    random.seed(task["seed"])
    torch.manual_seed(task["seed"])
    np.random.seed(task["seed"])  # noqa: NPY002  the package draws from it
    points, values = np.array(task["points"]), np.array(task["values"])[:, None]
    stage = {
        "operators": LAYERS,
        "time_limit": int(task["seconds"]),
        "n_psrn_inputs": SLOTS,
        "n_sample_variables": min(VARIABLES, points.shape[1]),
    }
    with contextlib.redirect_stdout(io.StringIO()):
        model = Rounds(
            variables=[f"x{place}" for place in range(points.shape[1])],
            use_const=False,
            use_dr_mask=False,  # one that is not there is written into the package
            n_symbol_layers=3,
            device="cpu",
            token_generator_config={"base": {"has_const": False, "tokens": TOKENS}},
            stage_config={"default": stage, "stages": [{}]},
        )
        # the same scores, a third of the time
        score = functools.partial(model.net.score_mse, strategy="tiled", tile_size=TILE)
        model.net.score_mse = score
        model.fit(
            *(points, values),
            n_down_sample=POINTS,
            use_threshold=True,
            threshold=max((NEAR * task["noise"]) ** 2, 1e-14),
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
