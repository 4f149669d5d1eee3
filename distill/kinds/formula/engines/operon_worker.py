"""Asks operon (`pip install pyoperon`), genetic programming in C++, in a process of its own.

Bound by evaluations, on one thread: the same seed gives the same front.
"""

from __future__ import annotations

import json
import sys

SYMBOLS = "add,sub,mul,div,constant,variable,sin,cos,exp,log,sqrt,square,tanh"


def main() -> None:
    """From a problem on standard input to expressions on standard output."""
    import numpy as np
    from pyoperon.sklearn import (  # pyright: ignore[reportMissingImports]  an extra
        SymbolicRegressor,
    )

    task = json.load(sys.stdin)
    points, values = np.array(task["points"]), np.array(task["values"])
    model = SymbolicRegressor(
        allowed_symbols=SYMBOLS,
        objectives=["r2", "length"],
        optimizer_iterations=10,
        max_length=task["length"],
        population_size=1000,
        generations=10_000,
        max_evaluations=task["evaluations"],
        max_time=int(task["seconds"]),
        n_threads=1,
        epsilon=1e-12,
        random_state=task["seed"],
    )
    model.fit(points, values)
    front = sorted(model.pareto_front_, key=lambda each: each["mean_squared_error"])
    names = [f"x{place}" for place in range(points.shape[1])]
    texts = [model.get_model_string(each["tree"], 15, names) for each in front]
    sys.stdout.write("\n" + json.dumps({"expressions": texts}) + "\n")


if __name__ == "__main__":
    main()
