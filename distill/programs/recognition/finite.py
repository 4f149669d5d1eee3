"""What a variable with finitely many values is: a table, each row tested on all steps of the loop.

A row is taken only if it is true of every step that the loop can take, whichever expression the
next value was found as; a variable that no row recognises is a number with rules.
"""

from __future__ import annotations

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.printing import source
from distill.programs.recognition import bounded, modular, resets
from distill.programs.recognition.table import Recogniser, recognise
from distill.programs.recognition.variable import FiniteVariable, Recognition, VariableRole
from distill.programs.recognition.words import EXTREMES, STAGE, function_of
from distill.programs.spoken import is_short


def recognise_finite(variable: FiniteVariable) -> Recognition:
    """What a variable is whose next value is an expression, or no more than rules."""
    return recognise(FINITE, variable) or resets.reset(_named, variable) or rules(variable)


def _named(variable: FiniteVariable) -> Recognition | None:
    """What a variable is if there is a word for it."""
    return recognise(FINITE, variable)


def rules(variable: FiniteVariable) -> Recognition:
    """What is true of every variable; where its next value is short, that is its title."""
    states = len(variable.values)
    told = source(variable.update)
    plain = ex.names(variable.update) <= {variable.name, *variable.inputs}
    goes_on = plain and variable.name in ex.names(variable.update)
    iterated = f"iteration of {told}" if goes_on and is_short(f"iteration of {told}") else ""
    if iterated and not variable.rows.answered(variable.name):
        iterated = function_of([iterated])
    does = "The state is a number with rules for the next one."
    why = (
        "the rules give the right next state and output for every state that can be reached and "
        "every input."
    )
    title, full = (
        f"variable of {states} values",
        f"state machine with {states} state{'' if states == 1 else 's'}",
    )
    if not iterated and plain and _combines_digits(variable.update):
        does = "Every digit of the state, in base 2, becomes the exclusive or of some digits."
        why = "which digits these are does not change, so the state is all that is needed."
        full = f"linear map of {max(variable.values).bit_length()} bits, by exclusive or"
        if not variable.rows.answered(variable.name):
            full = function_of([full])
    return Recognition(VariableRole.RULES, title, does, why, full=iterated or full)


def _combines_digits(update: Expression) -> bool:
    """Whether digits are shifted, chosen by constants and combined by exclusive or, no more."""
    match update:
        case Name() | Constant():
            return True
        case Operation("^", operands):
            return all(map(_combines_digits, operands))
        case Operation("<<" | ">>" | "&", (inner, Constant())):
            return _combines_digits(inner)
    return False


FINITE: tuple[Recogniser[FiniteVariable], ...] = (
    Recogniser(
        VariableRole.ALTERNATION,
        modular.alternates,
        title="counter mod 2",
        does="The bit changes at every step.",
        why="after an even number of changes it is what it was at the start.",
        name="position",
        full="{full}",
    ),
    Recogniser(
        VariableRole.PARITY,
        modular.changes,
        title="counter mod 2",
        does="The bit changes whenever {when}, and else stays.",
        why="after an even number of changes it is what it was at the start.",
        name="parity",
        full="{full}",
    ),
    Recogniser(
        VariableRole.COUNTER,
        modular.adds_inputs_modulo,
        title="counter mod {modulus}",
        does="Adds up the inputs modulo {modulus}{begins}.",
        why="the remainder of a sum follows from the remainders of its terms, so the remainder so "
        "far is all that is needed.",
        name="{called}",
        full="{full}",
    ),
    Recogniser(
        VariableRole.COUNTER,
        modular.counts_modulo,
        title="counter mod {modulus}{counted}",
        does="Counts modulo {modulus}: {told}.",
        why="moves on a circle add up in any order, so the place is all that the inputs so far "
        "have done.",
        name="{called}",
    ),
    Recogniser(
        VariableRole.AFFINE,
        modular.reads_digits_modulo,
        title="affine map mod {modulus}",
        does="Every input multiplies the state by {factor} and adds to it, modulo {modulus}.",
        why="with the digits of a number coming in, the most significant first, the state is the "
        "value of what was read so far, modulo {modulus}.",
        name="remainder",
    ),
    Recogniser(
        VariableRole.AFFINE,
        modular.multiplies_modulo,
        title="affine map mod {modulus}",
        does="Every step multiplies the state by {factor}{more}, modulo {modulus}.",
        why="the remainder of a sum or a product follows from the remainders of its parts, so the "
        "remainder so far is all that is needed.",
        name="remainder",
    ),
    Recogniser(
        VariableRole.AFFINE,
        modular.multiplies_by_inputs,
        title="product mod {modulus}",
        does="Multiplies the inputs modulo {modulus}{begins}.",
        why="the remainder of a product follows from the remainders of its factors, so the "
        "remainder so far is all that is needed.",
        name="product",
        full="{full}",
    ),
    Recogniser(
        VariableRole.AFFINE,
        modular.is_multiplied_by_input,
        title="affine map mod {modulus} chosen by the input",
        does="Every input multiplies the state by a number and adds one to it, modulo {modulus}; "
        "which numbers these are depends on the input alone.",
        why="the remainder of a sum or a product follows from the remainders of its parts, so the "
        "remainder so far is all that is needed.",
        name="remainder",
    ),
    *(
        Recogniser(
            role,
            bounded.extreme(role),
            title="{title}",
            does="{what}",
            why=words.why,
            name=words.called,
            full="{full}",
        )
        for role, words in EXTREMES.items()
    ),
    Recogniser(
        VariableRole.BITWISE,
        bounded.bitwise,
        title="{title}",
        does="Keeps the {how} of {begins}the inputs so far.",
        why="it is that of the latest input and of what all the others gave, digit by digit in "
        "base 2.",
        name="bits",
        full="{full}",
    ),
    Recogniser(
        VariableRole.DELAY,
        bounded.holds_on,
        title="{title}",
        does="Keeps the latest input that is {kind}; any other changes nothing.",
        why="what came before the latest of these no longer matters.",
        name="latest",
        full="{full}",
    ),
    Recogniser(
        VariableRole.LATCH,
        bounded.latch,
        title="latch",
        does="A bit that changes once, and then stays as it is.",
        why="after the change no input makes a difference to it.",
        name="{called}",
    ),
    Recogniser(
        VariableRole.RUN,
        bounded.run,
        title="{title}",
        does="Counts for how many steps in a row {condition} has held{most}{begins}",
        why="an input of the other kind starts a new run, whatever came before.",
        name="{called}",
    ),
    Recogniser(
        VariableRole.WALK,
        bounded.walk,
        title="walk between {low} and {high}",
        does="Goes up and down as long as it is between {low} and {high}, and stays where it is "
        "once it has left.",
        why="whatever is read after that, the bounds have been left, which is all that the output "
        "depends on.",
        name="height",
    ),
    Recogniser(
        VariableRole.STAGE,
        bounded.stages,
        title="stages {low} to {top}",
        does="Goes on by one where {when}, up to {top}, and never back.",
        why="every stage is reached through the one before it, so which one it is says all that "
        "matters of the past.",
        name=STAGE,
    ),
    Recogniser(
        VariableRole.SATURATING,
        bounded.saturates,
        title="saturating counter {low} to {high}",
        does="Counts {how}.",
        why="at a bound a further step does nothing, so it need not be remembered.",
        name="count",
    ),
    Recogniser(
        VariableRole.SATURATING,
        bounded.leaves_out,
        title="counter {low} to {high} that leaves out steps beyond",
        does="Counts up and down; a step that would lead below {low} or above {high} is left out.",
        why="whether a step is left out depends on the count and on the step alone.",
        name="count",
    ),
    Recogniser(
        VariableRole.RULES,
        bounded.follows,
        title="input followed by at most {most} a step",
        does="Goes towards the input, by {most} at most.",
        why="where it goes depends on the input and on where it is, and on nothing before.",
        name="follower",
    ),
    Recogniser(
        VariableRole.SATURATING,
        resets.stays_at_an_end,
        title="{title}",
        does="Counts up and down between {low} and {high}, and stays at {at} for ever.",
        why="what an input adds does not depend on where the count is, and at a bound a further "
        "step does nothing.",
        name="count",
        full="{full}",
    ),
    Recogniser(
        VariableRole.DELAY,
        resets.sampled,
        title="{title}",
        does="Keeps input {read} as it was where {where}; else nothing changes.",
        why="what came before the latest of these no longer matters.",
        name="latest",
        full="{full}",
    ),
    Recogniser(
        VariableRole.SWITCH,
        resets.switched,
        title="{title}",
        does="A bit that is {told}, and else stays.{begins}",
        why="what an input does to the bit depends on that input alone, and on the bit.",
        name="switch",
        full="{full}",
    ),
    Recogniser(
        VariableRole.COUNTER,
        modular.moves_by_rules,
        title="counter mod {modulus}{counted}",
        does="Counts modulo {modulus}: {told}, whichever place that is.",
        why="moves on a circle add up in any order, so the place is all that the inputs so far "
        "have done.",
        name="place",
    ),
)
"""What a variable with finitely many values can be; the first row whose test holds is taken."""
