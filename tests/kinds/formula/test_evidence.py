"""What a hidden layer holds of a formula: a mixture of its parts is unmixed, others are not."""

from dataclasses import replace

import numpy as np
import pytest
from builders.formulas import Noisy

from distill.kinds.formula.evidence import behaviour
from distill.kinds.formula.exhibits import formula_exhibits
from distill.kinds.formula.expression import Call, Product, Sum, Variable
from distill.kinds.formula.mechanism import FormulaMechanism, Input, TradeOff
from distill.kinds.formula.pictures import formula_pictures

BOX = {"x": (1.0, 3.0), "y": (1.0, 3.0), "z": (0.0, 2.0)}
X, Y, Z = map(Variable, range(3))
MECHANISM = FormulaMechanism(
    Sum((Product((X, Y)), Call("cos", Z))),
    tuple(Input(name, *ends) for name, ends in BOX.items()),
    *(1e-6, 3e-6, 1e-6, 50.0, "own"),
    trade_offs=(
        TradeOff(1, 1.0, "3.5", False),
        TradeOff(3, 0.2, "1.01 * x * y", False),
        TradeOff(6, 0.9e-6, "x * y + cos(z)", False),
        TradeOff(6, 1e-6, "x * y + cos(z)", True),
    ),
)


class Bottleneck(Noisy):
    """A network whose last hidden layer is two units; what they hold is given."""

    held = staticmethod(lambda x, y, z: (x * y, np.cos(z)))

    def units(self, points, /):
        first, second = self.held(*points.T)
        return np.stack([2 * first + second, first - 3 * second], axis=1)


class Others(Bottleneck):
    held = staticmethod(lambda x, y, z: (x * z, np.cos(y)))


def figures(network):
    made = network(lambda x, y, z: x * y + np.cos(z), BOX, off=0.0)
    return behaviour(MECHANISM, made)


def test_a_bottleneck_that_holds_a_mixture_of_two_quantities_is_unmixed():
    found = figures(Bottleneck)
    assert {name for name in found if name.startswith("part")} == {"part: x * y", "part: cos(z)"}
    for name in ("part: x * y", "part: cos(z)"):
        assert found[name].value > 1 - 1e-12
        assert found[name].decoy < 0.9


def test_a_bottleneck_that_holds_other_quantities_holds_none_of_the_parts():
    found = figures(Others)
    assert found["part: x * y"].value < 0.9
    assert found["part: cos(z)"].value < 0.9
    # and what it answers is the formula all the same
    assert found["gradient_r2"].value == pytest.approx(1)


def test_expressions_by_size_are_a_picture_and_a_table_with_the_one_that_was_taken():
    (drawn,) = formula_pictures(formula_exhibits(MECHANISM))
    assert drawn.table.rows[drawn.table.marked] == ("6", "1e-06", "x * y + cos(z)")
    assert [row[0] for row in drawn.table.rows] == ["1", "3", "6", "6"]  # a row for every dot
    assert drawn.table.rows[2] == ("6", "9e-07", "x * y + cos(z), its numbers fitted")
    assert "has 6 parts" in drawn.alternative
    assert "; 3 parts: " in drawn.alternative
    assert "1 part: " in drawn.alternative


def test_the_expression_that_was_taken_is_the_program_where_a_longer_exact_one_was_met():
    longer = TradeOff(9, 1e-6, "y * x + cos(z) * 1", True)
    met = formula_exhibits(replace(MECHANISM, trade_offs=(*MECHANISM.trade_offs, longer)))
    assert met.chosen == 3
    assert met.texts[met.chosen] == "x * y + cos(z)"
