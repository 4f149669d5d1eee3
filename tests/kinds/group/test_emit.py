"""A program whose body is one short expression is called by it; others by their group."""

import pytest

from distill.groups.families import Abelian, Symmetric
from distill.kinds.group.emit import emit_group
from distill.kinds.group.mechanism import GroupMechanism, Law
from distill.programs.program import Program


def program_of(law: Law, first: int = 0, **more) -> Program:
    last = first + law.order - 1
    return emit_group(GroupMechanism(law, ((first, last),) * 2, (first, last), **more))


@pytest.mark.parametrize(
    ("law", "first", "name", "begins"),
    [
        (Law(Abelian((2, 2, 2))), 0, "a_xor_b", "The answer is a ^ b: the element a * b in"),
        (Law(Abelian((5,))), 0, "a_plus_b_mod_5", "The answer is (a + b) % 5: the element"),
        (Law(Abelian((4, 3))), 0, "product_in_z4_x_z3", "The element a * b in"),
        (Law(Symmetric(3)), 0, "product_in_s3", "The element a * b in the symmetric group S3"),
        (
            Law(Abelian((2, 2)), (0, 2, 1, 3), (0, 2, 1, 3), (0, 2, 1, 3)),
            0,
            "product_in_z2_2",
            "The element a * b in",
        ),
    ],
)
def test_a_program_is_called_by_all_that_it_does(law, first, name, begins):
    program = program_of(law, first)
    assert program.source.startswith(f'"""{begins}')
    assert f"def {name}(a: int, b: int)" in program.source
    table = law.table()
    values = range(law.order)
    assert all(program(a, b) == table[a, b] for a in values for b in values)


def test_a_name_says_from_where_values_are_counted():
    law = Law(Abelian((2, 2, 2)))
    program = program_of(law, first=1)
    source, table = program.source, law.table()
    assert all(program(a + 1, b + 1) == 1 + table[a, b] for a in range(8) for b in range(8))
    body = source.split("return ")[1].splitlines()[0]
    assert body == "1 + ((a - 1) ^ (b - 1))"
    assert "def one_plus_a_minus_1_xor_b_minus_1(" in source


def test_exceptions_are_told_beside_the_expression():
    source = program_of(Law(Abelian((2, 2))), exceptions=((0, 1, 3),)).source
    assert source.startswith('"""The answer is a ^ b: the element a * b in the abelian group Z2^2,')
    assert "def a_xor_b(" in source
