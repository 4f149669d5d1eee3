"""What a report says of heads holds of heads that weigh tokens, and of several counts."""

from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.told import how_heads_do


def counting(own, *names):
    """Counts of a head that looks at its own position so much, beside 1 for another."""
    spread = ((1.0, 1.0, own, *[1.0] * 6),)
    heads = {"head": (0, 0), "spread": spread, "exchanged": True}
    steps = [
        step
        for value, name in enumerate(names)
        for step in (
            Step(name, "select", (), ("tokens",), f"y == {value}", **heads),
            Step(f"count_{name}", "width", chosen=name),
        )
    ]
    return AttentionMechanism((0, 1), 3, tuple(steps), none=-1)


def test_a_head_that_does_not_look_at_itself_is_not_said_to_look_at_everything():
    first, *more = how_heads_do(counting(0.02, "zeros"))
    assert "everything" not in first
    assert "looks at what is not chosen as at what is" in first
    assert any("and a query's own position, by 5 numbers" in it for it in more)


def test_of_counts_that_are_exchanged_together_none_is_said_to_be_by_itself():
    said = "counts of the same head (zeros, ones) are exchanged together, and none by itself"
    assert said in [*how_heads_do(counting(1.0, "zeros", "ones"))]
    assert not any("exchanged together" in it for it in how_heads_do(counting(1.0, "zeros")))
