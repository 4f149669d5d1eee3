"""What is drawn of a group stands in the order of its elements, whatever numbers values have."""

import numpy as np
from builders.groups import one_hot, scrambled, square_domain

import distill
from distill.drawing.heat import cells_of
from distill.groups.families import products
from distill.groups.named import group_named
from distill.kinds.group.pictures import by_elements, group_pictures


def test_answers_of_values_in_any_order_are_drawn_in_the_order_of_their_elements():
    table, _ = scrambled(products(group_named("Q8")))
    run = distill.distill(one_hot(table), square_domain(8))
    law, answers = run.mechanism.law, run.exhibits.answers
    assert law.lists
    assert (cells_of(answers.rows) == table).all()  # as values are numbered
    shown = cells_of(by_elements(law, answers).rows)
    assert (shown == products(law.group)).all()
    turned = shown[:4, :4]
    assert set(np.unique(turned)) == {0, 1, 2, 3}  # rotations, a subgroup, are a block
    drawn = next(
        each for each in group_pictures(run.mechanism, run.exhibits) if each.name == "answers"
    )
    assert "in the order of their elements" in drawn.caption
    assert "r^i s^j" in drawn.caption
    assert "element of a" in drawn.svg


def test_answers_in_the_group_s_own_order_are_drawn_as_they_are():
    run = distill.distill(one_hot(products(group_named("Q8"))), square_domain(8))
    assert not run.mechanism.law.lists
    drawn = next(
        each for each in group_pictures(run.mechanism, run.exhibits) if each.name == "answers"
    )
    assert "order" not in drawn.caption
