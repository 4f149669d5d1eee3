"""Tests for variables modulo a number: bits that change, counters, affine maps.

What an expression seems to do is held against every step that the variable can take.
"""

from __future__ import annotations

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Lookup, Name, Operation
from distill.expressions.printing import condition_source, source
from distill.programs.recognition import matching
from distill.programs.recognition.circle import inputs_that_count, steps_on_a_circle
from distill.programs.recognition.matching import Linear
from distill.programs.recognition.table import Match
from distill.programs.recognition.variable import FiniteVariable
from distill.programs.recognition.words import beginning


def alternates(variable: FiniteVariable) -> Match | None:
    """A bit that changes at every step."""
    update, name = variable.update, variable.name
    if not variable.is_bit or not matching.toggles(update, name) or ex.names(update) != {name}:
        return None
    from_0 = variable.start == 0 and variable.rows.answered(name)
    return Match({"full": "parity of the number of steps" if from_0 else ""})


def changes(variable: FiniteVariable) -> Match | None:
    """A bit that changes where something holds."""
    update, name = variable.update, variable.name
    if not variable.is_bit or not matching.toggles(update, name):
        return None
    when, full = _occasion(update, name, variable.inputs)
    from_0 = variable.start == 0 and variable.rows.answered(name)
    return Match({"when": when, "full": full if from_0 else ""})


def _occasion(update: Expression, name: str, inputs: tuple[str, ...]) -> tuple[str, str]:
    """When a bit changes, and the title of one that is answered, as far as there is one."""
    parts = ex.conjuncts("^", (update,))
    match update:
        case Operation("if", (condition, *_)):
            given = matching.inputs_that_are(condition, inputs)
            full = f"parity of the inputs that are {given}" if given else ""
            return condition_source(condition), full
    if len(parts) == 2 and Name(name) in parts:
        other = parts[parts[0] == Name(name)]
        if other == Name("x"):
            return "the input is 1", "parity of the inputs"
        both = {*ex.conjuncts("&", (other,))} == {*map(Name, inputs)}
        return f"{source(other)} is 1", "parity of the steps with all inputs 1" if both else ""
    return "what is combined with it is 1", ""


def _on_a_circle(variable: FiniteVariable) -> tuple[Linear, int] | None:
    """A place on a circle, which every input moves on by a number of its own."""
    found = matching.modular(variable.update, variable.name)
    if found is None or found[0].factor != 1:
        return None
    steps = variable.rows.moves(variable.name) % found[1]
    return found if variable.rows.is_of_symbol(steps) else None


def adds_inputs_modulo(variable: FiniteVariable) -> Match | None:
    """The remainder of the sum of all inputs."""
    found = _on_a_circle(variable)
    if found is None:
        return None
    (sum_of, modulus), inputs = found, variable.inputs
    every = {*inputs} == ex.names(variable.update) - {variable.name}
    if not sum_of.is_sum_of(inputs) or not every or len(sum_of.terms) != len(inputs):
        return None
    begins = beginning(variable.start)
    answered = variable.rows.answered(variable.name)
    return Match(
        {
            "modulus": modulus,
            "begins": begins,
            "called": "place" if variable.divided else "total",
            "full": f"running sum mod {modulus}{begins}" if answered else "",
        }
    )


def counts_modulo(variable: FiniteVariable) -> Match | None:
    """Any steps on a circle; where they are listed, in the table STEP."""
    found = _on_a_circle(variable)
    if found is None:
        return None
    sum_of, modulus = found
    called = "place"
    if not sum_of.terms:
        called = "position"
    elif sum_of.is_sum_of(variable.inputs) and not variable.divided:
        called = "total"
    told = steps_on_a_circle(variable, sum_of.added, modulus)
    counted = inputs_that_count(variable, modulus)
    return Match({"modulus": modulus, "told": told, "counted": counted, "called": called})


def moves_by_rules(variable: FiniteVariable) -> Match | None:
    """Steps on a circle of all values, written as rules: what an input does is the same anywhere.

    Of two values every change that does not depend on where it begins is one, and a bit has rows
    of its own.
    """
    modulus = len(variable.values)
    if modulus < 3 or sorted(variable.values) != [*range(modulus)]:
        return None
    steps = variable.rows.moves(variable.name) % modulus
    if not variable.rows.is_of_symbol(steps):
        return None
    told = steps_on_a_circle(variable, None, modulus)
    return Match(
        {"modulus": modulus, "told": told, "counted": inputs_that_count(variable, modulus)}
    )


def _affine(variable: FiniteVariable) -> tuple[Linear, int] | None:
    found = matching.modular(variable.update, variable.name)
    if found is None or found[0].factor == 1:
        return None
    reads = {name for _, term in found[0].terms for name in ex.names(term)}
    return found if reads <= {*variable.inputs} else None


def reads_digits_modulo(variable: FiniteVariable) -> Match | None:
    """The remainder of a number whose digits come in."""
    found = _affine(variable)
    if found is None or variable.start:
        return None
    sum_of, modulus = found
    values = variable.loop.values
    if not matching.reads_digits(sum_of.added, sum_of.factor, variable.inputs, values):
        return None
    return Match({"factor": sum_of.factor, "modulus": modulus})


def multiplies_modulo(variable: FiniteVariable) -> Match | None:
    """A number that is multiplied and added to, modulo another."""
    found = _affine(variable)
    if found is None:
        return None
    sum_of, modulus = found
    steps = {part: "STEP" for part in ex.subexpressions(sum_of.added) if isinstance(part, Lookup)}
    nothing = sum_of.added == Constant(0)
    more = "" if nothing else f" and adds {source(sum_of.added, steps)}"
    return Match({"factor": sum_of.factor, "more": more, "modulus": modulus})


def multiplies_by_inputs(variable: FiniteVariable) -> Match | None:
    """The remainder of the product of all inputs."""
    match variable.update:
        case Operation("%", (product, Constant(modulus))):
            factors = ex.conjuncts("*", (product,))
            names = [Name(name) for name in (variable.name, *variable.inputs)]
            if len(factors) != len(names) or {*factors} != {*names}:
                return None
            begins = f" from {variable.start}" if variable.start != 1 else ""
            answered = variable.rows.answered(variable.name)
            full = f"running product mod {modulus}{begins and ','}{begins}" if answered else ""
            return Match({"modulus": modulus, "begins": begins, "full": full})
    return None


def is_multiplied_by_input(variable: FiniteVariable) -> Match | None:
    """A number that every input multiplies, and adds to, as it says itself."""
    match variable.update:
        case Operation("%", (inner, Constant(modulus))) if modulus > 2:
            terms, _ = ex.terms_of(inner)
            if not any(_multiplies(term, variable.name) for _, term in terms):
                return None
            for read in variable.rows.by_symbol():
                before, after = variable.before[read], variable.after[read]
                if not matching.is_affine(before, after, modulus):
                    return None
            return Match({"modulus": modulus})
    return None


def _multiplies(term: Expression, name: str) -> bool:
    """Whether a term is the variable times something else."""
    factors = ex.conjuncts("*", (term,))
    others = [factor for factor in factors if factor != Name(name)]
    return len(others) == len(factors) - 1 > 0 and all(name not in ex.names(o) for o in others)
