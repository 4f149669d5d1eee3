"""From a network over a box to the closed formula that it computes, or to why there is none.

Nothing is seen but the network's values and gradients. How far it is off is estimated from these
(`search/noise.py`); then one engine after the other proposes expressions (`engines/`). Each is
fitted to the network as a whole, what it does not need is left out, and its constants are made
exact where they are known well enough. It is taken if what it leaves is the network's own error, in
which nothing smooth is to be seen, and if every constant is a simple number; nothing is claimed
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy import ndarray

from distill.checker.scope import many
from distill.kinds.formula.canonical import canonical
from distill.kinds.formula.engines.engine import Engine, NoAnswerError, Problem
from distill.kinds.formula.engines.known import engines_for, not_asked
from distill.kinds.formula.engines.own import Own
from distill.kinds.formula.expression import (
    Node,
    evaluate,
    number,
    numbers_of,
    size_of,
)
from distill.kinds.formula.mechanism import FormulaMechanism, Input, TradeOff
from distill.kinds.formula.points import fitted_and_fresh, rim_of
from distill.kinds.formula.search.noise import estimated_noise, unexplained
from distill.kinds.formula.search.refit import deviation, pruned, refit, snap
from distill.kinds.formula.symbols import shortest, symbols_of
from distill.kinds.formula.text import python_text
from distill.networks.function import RealView
from distill.records.refusal import Refusal

GATE = 1.5
"""Deviation from the network that is taken for its own error, in parts of that: of what smooth
functions leave of it."""

ROUGH = 1e-3
"""Part of the standard deviation that a network may be off, for a formula to be claimed of it."""


MOST_SHOWN = 120
"""Characters of an expression that is shown in a refusal."""


@dataclass
class _Best:
    """What came nearest so far."""

    trade_offs: dict[tuple[int, float], TradeOff] = field(default_factory=dict)
    node: Node | None = None
    error: float = np.inf
    floats: int = 0
    fits: bool = False


@dataclass(frozen=True)
class _Seen:
    """What is known of a network before anything is looked for.

    Attributes:
        points, values: that constants are fitted on.
        fresh, answers: that expressions are held against.
        rim, said: corners, edges and faces of the box, where a network is furthest off, and what it
            answers there.
    """

    inputs: tuple[Input, ...]
    points: ndarray
    values: ndarray
    fresh: ndarray
    answers: ndarray
    rim: ndarray
    said: ndarray
    noise: float

    @property
    def ends(self) -> tuple[ndarray, ndarray]:
        return np.array([i.low for i in self.inputs]), np.array([i.high for i in self.inputs])

    @property
    def spread(self) -> float:
        return float(np.std(self.answers))


def extract_formula(view: RealView, engine: str = "auto") -> FormulaMechanism | Refusal:
    """The formula of a network, or what was seen of it.

    Args:
        view: the network.
        engine: which engine is asked; `auto` asks the one of this package, and then those that are
            on this machine.

    Raises:
        DistillError: there is no such engine, or it is not on this machine.
    """
    engines = engines_for(engine)
    seen = _looked_at(view)
    if seen.spread <= 1e-12 * float(np.abs(seen.answers).max()):
        return Refusal(
            ("the network answers the same everywhere: there is no formula in that",), {}
        )
    best, said = _Best(), list[str]()
    for one in engines:
        with np.errstate(all="ignore"):  # what overflows is no candidate, and is told by its values
            found, remark = _asked(one, view, seen, best)
        if found is not None:
            return found
        said.append(remark)
    if (absent := not_asked(engine)) is not None:
        said.append(absent)
    return _refusal(seen, best, said)


def _looked_at(view: RealView) -> _Seen:
    ends = np.array(list(view.box.values()), dtype=np.float64)
    low, high = ends[:, 0], ends[:, 1]
    points, fresh = fitted_and_fresh(low, high)
    answers = view.values(fresh)
    noise = view.noise or estimated_noise(view.values, low, high)
    least = 2e-15 * float(np.abs(answers).max())
    noise = float(np.clip(noise, least, max(least, ROUGH * float(np.std(answers)))))
    inputs = tuple(Input(name, float(a), float(b)) for name, (a, b) in view.box.items())
    rim = rim_of(low, high)
    return _Seen(inputs, points, view.values(points), fresh, answers, rim, view.values(rim), noise)


def _asked(
    engine: Engine, view: RealView, seen: _Seen, best: _Best
) -> tuple[FormulaMechanism | None, str]:
    """The formula that an engine leads to, or what is to be said of it."""
    problem = Problem(
        tuple(each.name for each in seen.inputs),
        np.array([each.low for each in seen.inputs]),
        np.array([each.high for each in seen.inputs]),
        view.values,
        view.gradients,
        seen.noise,
    )
    proposals: Iterable[Node] = engine.propose(problem)
    count = 0
    try:
        for node in proposals:
            count += 1
            taken = _held(node, engine.name, seen, best)
            if taken is not None:
                return taken, ""
    except NoAnswerError as error:
        return None, f"the engine {engine.name} {error}"
    own = engine.name == Own().name
    search = "the search of this package" if own else f"the engine {engine.name}"
    return None, f"{search} came upon {many(count, 'expression') if count else 'no expression'}"


def _held(node: Node, engine: str, seen: _Seen, best: _Best) -> FormulaMechanism | None:
    """A proposal as a formula with exact constants, if it is one to the network's own error."""
    fitted = refit(canonical(node), seen.points, seen.values)
    if fitted is None or not np.isfinite(fitted.error):
        return None
    _keep(fitted.node, fitted.error, seen, best)
    if not _as_good_as_it_gets(fitted.node, seen):
        return None
    lean = _lean(fitted.node, 1.05 * fitted.error, seen)
    snapped = snap(lean, seen.points, seen.values)
    if snapped is None:
        return None
    exact, evidence, floats = snapped
    error = deviation(exact, seen.points, seen.values)
    _keep(exact, error, seen, best)
    if floats or error > 1.2 * fitted.error:
        return None
    names = [each.name for each in seen.inputs]
    low, high = [each.low for each in seen.inputs], [each.high for each in seen.inputs]
    exact = shortest(exact, symbols_of(names, low, high), seen.points)
    if not _as_good_as_it_gets(exact, seen):
        return None
    if any(each.form is None for each in numbers_of(exact)):
        return None
    apart = evaluate(exact, seen.fresh) - seen.answers
    furthest = max(np.abs(apart).max(), np.abs(evaluate(exact, seen.rim) - seen.said).max())
    _keep(exact, float(np.sqrt((apart**2).mean())), seen, best)
    return FormulaMechanism(
        exact,
        seen.inputs,
        deviation=_rounded(float(np.sqrt((apart**2).mean()))),
        largest=_rounded(float(furthest)),
        noise=_rounded(_own_error(exact, seen)),
        evidence=round(evidence, 1),
        engine=engine,
        trade_offs=_front(best, seen),
    )


def _lean(node: Node, room: float, seen: _Seen) -> Node:
    """Without what the values do not need, each of its constants in one place.

    Putting constants together may split one off that is nothing: of `log(exp(x) + c)`, with a `c`
    of nearly 1, comes a term that is the logarithm of that.
    """
    bare = pruned(node, seen.points, seen.values, room)
    lean = canonical(bare)
    return pruned(lean, seen.points, seen.values, room) if size_of(lean) > size_of(bare) else lean


def _own_error(node: Node, seen: _Seen) -> float:
    """How far the network is off, if it is off this expression."""
    apart = evaluate(node, seen.fresh) - seen.answers
    least = 2e-16 * float(np.abs(seen.answers).max())
    return max(unexplained(apart, seen.fresh, *seen.ends), least)


def _as_good_as_it_gets(node: Node, seen: _Seen) -> bool:
    """Whether what an expression leaves is the network's own error, and that is small."""
    error = deviation(node, seen.fresh, seen.answers)
    if not error <= ROUGH * seen.spread:
        return False
    return error <= GATE * _own_error(node, seen)


def _keep(node: Node, error: float, seen: _Seen, best: _Best) -> None:
    floats = sum(each.form is None for each in numbers_of(node))
    if error < best.error:
        best.node, best.error, best.floats = node, error, floats
        best.fits = _as_good_as_it_gets(node, seen)
    names = [each.name for each in seen.inputs]
    text = python_text(node, names)
    made = TradeOff(size_of(node), _rounded(error / seen.spread), text, not floats)
    best.trade_offs[made.size, made.error] = made


def _front(best: _Best, seen: _Seen) -> tuple[TradeOff, ...]:
    """Those that nothing smaller is as near as, with the constant and the straight line."""
    plain = [number(float(seen.values.mean()))]
    made = [
        TradeOff(
            size_of(node),
            _rounded(deviation(node, seen.points, seen.values) / seen.spread),
            python_text(node, []),
            False,
        )
        for node in plain
    ]
    kept = list[TradeOff]()
    for each in sorted((*made, *best.trade_offs.values()), key=lambda t: (t.size, t.error)):
        if not kept or each.error < kept[-1].error or each.exact:
            kept.append(each)
    return tuple(kept)


def _refusal(seen: _Seen, best: _Best, said: list[str]) -> Refusal:
    numbers: dict[str, float | int | None] = {"noise": _rounded(seen.noise / seen.spread)}
    if best.node is None:
        return Refusal(("no expression was found that is near the network", *said), numbers)
    error = best.error / seen.spread
    numbers |= {"apart": _rounded(error)}
    text = _about(best.node, [each.name for each in seen.inputs])
    nearest = f"the nearest expression{text} is {error:.2g} of the spread of the values off"
    if best.fits:
        numbers["floats"] = best.floats
        reason = (
            f"an expression{text} gives the values, and {many(best.floats, 'number')} in it "
            f"{'is' if best.floats == 1 else 'are'} no simple number: it is a fit, and no formula"
        )
    elif error > ROUGH:
        reason = f"{nearest}: at most {ROUGH:g} is taken for a network's error"
    else:
        reason = f"{nearest}, most of it as smooth as a term that is missing would be"
    return Refusal((reason, *said), numbers)


def _about(node: Node, names: Sequence[str]) -> str:
    """An expression in a refusal, its numbers to six digits; of a long one its size alone."""
    text = python_text(node, names)
    if len(text) > MOST_SHOWN:
        return f" (of {many(size_of(node), 'part')})"
    return f", about {text},"


def _rounded(value: float) -> float:
    """To four digits: a float of a report."""
    return float(f"{value:.4g}")
