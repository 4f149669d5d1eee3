"""A curve in a line of characters."""

from distill.terminal.spark import BLOCKS, WIDTH, spark


def test_a_spark_rises_as_its_numbers_do():
    assert spark([float(step) for step in range(8)]) == BLOCKS
    assert spark([3.0, 3.0]) == BLOCKS[0] * 2
    assert spark([0.0, float("-inf"), 1.0]) == f"{BLOCKS[0]} {BLOCKS[-1]}"
    assert len(spark([float(step) for step in range(1000)])) <= WIDTH
    assert spark([float("nan")]) == ""
