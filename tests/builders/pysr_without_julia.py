"""PySR as it is, but for Julia: what a search would have written stands in for the search.

Run as a program, it asks PySR as the worker does. All of PySR that is Python is PySR's own: its
settings are checked, its data, names and operators too, and its front is read from its own file.
"""

import sys
import types

FRONT = """Complexity,Loss,Equation
1,6.5,"2.75"
3,0.5,"x0 + 1.5"
9,1.0e-9,"square(x0) * 2.5 - exp(-(x1))"
"""
"""The file of a search, as Julia leaves it."""


class _Julia(types.ModuleType):
    """Any name at all, and nothing behind it."""

    jl_version = (1, 10, 0)

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {}) if name.endswith("Value") else _Anything()


class _Anything:
    def __getattr__(self, name: str):
        return _Anything()

    def __call__(self, *given, **named):
        return _Anything()


def found(model, points, values, params, **rest) -> None:
    """In the place of the search: it leaves its file, and PySR reads that."""
    assert rest["parallelism"] == "serial"
    assert params.operators.keys() == {1, 2}
    assert len(points) == len(values)
    model.run_id_ = "recorded"  # Julia names it
    path = model.get_equation_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FRONT)
    model.equations_ = model.get_hof()


if __name__ == "__main__":
    sys.modules |= {name: _Julia(name) for name in ("juliacall", "pysr.julia_import")}
    import pysr

    from distill.kinds.formula.engines.pysr_worker import main

    pysr.PySRRegressor._run = found
    main()
