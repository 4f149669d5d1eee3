"""Sequence tasks of families that the package does not list, as a stranger might write them."""

from itertools import accumulate, pairwise
from math import gcd

from distill import SequenceTask, scan, task, windows

BIT = range(2)
DIGIT = range(10)


def sequences(reference, *ranges, length=10, outputs=1):
    """A task over one channel x, or over channels a, b."""
    names = "x" if len(ranges) == 1 else "ab"
    inputs = dict(zip(names, ranges, strict=True))
    return SequenceTask(inputs=inputs, reference=reference, outputs=outputs, length=length)


def told(update, start=0):
    """The reference that answers with its state."""
    return scan(lambda s, x: (update(s, x),) * 2, start)


def over_prefixes(function):
    """The reference that answers with a function of all inputs so far."""
    return lambda xs: [int(function(xs[: t + 1])) for t in range(len(xs))]


def over_window(function, count):
    """The reference that answers with a function of the last inputs, 0 before the start."""
    return lambda xs: [int(function(*window)) for window in windows(xs, count)]


# Linear over the integers


@task
def alternating_sum() -> SequenceTask:
    """x1 - x2 + x3 - ..."""
    return sequences(over_prefixes(lambda p: sum(p[::2]) - sum(p[1::2])), DIGIT)


@task
def newest_minus_rest() -> SequenceTask:
    """a = x - a: the newest input counts, every second sign is reversed."""
    return sequences(told(lambda a, x: x - a), DIGIT)


@task
def weighted_window() -> SequenceTask:
    """3x + 2p + q of the last three."""
    return sequences(over_window(lambda q, p, x: 3 * x + 2 * p + q, 3), DIGIT)


@task
def sum_of_prefix_sums() -> SequenceTask:
    """The sum of all sums so far."""
    return sequences(lambda xs: list(accumulate(accumulate(xs))), DIGIT)


@task
def driven_fibonacci() -> SequenceTask:
    """f = f1 + f2 + x."""

    def step(state, x):
        return (state[1], sum(state) + x), sum(state) + x

    return sequences(scan(step, (0, 0)), range(4), length=8)


@task
def doubling_sum() -> SequenceTask:
    """a = 2a + x."""
    return sequences(told(lambda a, x: 2 * a + x), range(4), length=8)


@task
def weighted_difference_of_sums() -> SequenceTask:
    """2a - b summed."""
    return sequences(told(lambda s, x: s + 2 * x[0] - x[1]), DIGIT, DIGIT)


@task
def complex_rotation() -> SequenceTask:
    """Multiply by i, add the input; both parts."""
    step = lambda z, x: ((x - z[1], z[0]),) * 2  # noqa: E731
    return sequences(scan(step, (0, 0)), DIGIT, outputs=2)


@task
def recent_surplus() -> SequenceTask:
    """Inputs less those of four steps ago, summed twice."""
    return sequences(over_window(lambda *w: w[4] + w[3] - w[1] - w[0], 5), DIGIT)


# Sums with a condition, a rounding or a bound


@task
def sum_at_even_positions() -> SequenceTask:
    """The sum of the first, the third, the fifth, ..."""
    return sequences(over_prefixes(lambda p: sum(p[::2])), DIGIT)


@task
def leaky_sum() -> SequenceTask:
    """Half of what was there, rounded down, and the input."""
    return sequences(told(lambda a, x: a // 2 + x), range(4))


@task
def mean_of_two() -> SequenceTask:
    """floor((x + previous) / 2)."""
    return sequences(over_window(lambda p, x: (p + x) // 2, 2), DIGIT)


@task
def third_of_window() -> SequenceTask:
    """The sum of the last three, divided by 3 and rounded down."""
    return sequences(over_window(lambda q, p, x: (q + p + x) // 3, 3), DIGIT)


@task
def running_mean() -> SequenceTask:
    """floor(sum / t)."""
    return sequences(over_prefixes(lambda p: sum(p) // len(p)), DIGIT)


@task
def sum_to_nine() -> SequenceTask:
    """The sum, at most 9."""
    return sequences(told(lambda a, x: min(a + x, 9)), range(4))


@task
def sum_of_larger() -> SequenceTask:
    """The sum of max(a, b)."""
    return sequences(told(lambda s, x: s + max(x)), DIGIT, DIGIT)


@task
def dot_product() -> SequenceTask:
    """The sum of a · b."""
    return sequences(told(lambda s, x: s + x[0] * x[1]), range(5), range(5))


@task
def gated_sum() -> SequenceTask:
    """The sum of b where a is 1."""
    return sequences(told(lambda s, x: s + x[1] * x[0]), BIT, DIGIT)


@task
def sum_since_zero() -> SequenceTask:
    """The sum since the last 0."""
    return sequences(told(lambda s, x: s + x if x else 0), range(4))


@task
def sum_of_squares() -> SequenceTask:
    """The sum of squares."""
    return sequences(told(lambda s, x: s + x * x), DIGIT)


@task
def clipped_walk() -> SequenceTask:
    """A walk by -2 to 2, kept within -3 to 3."""
    return sequences(told(lambda s, x: max(-3, min(3, s + x))), range(-2, 3))


@task
def absolute_walk() -> SequenceTask:
    """The distance from the start of a walk."""
    return sequences(over_prefixes(lambda p: abs(sum(p))), range(-3, 4))


@task
def positive_part() -> SequenceTask:
    """The sum of inputs above 0 less the count of those below."""
    return sequences(told(lambda s, x: s + x if x > 0 else s - (x < 0)), range(-4, 5))


# Of the current and the last inputs


@task
def square() -> SequenceTask:
    """The square of the input."""
    return sequences(lambda xs: [x * x for x in xs], range(-9, 10))


@task
def clamp() -> SequenceTask:
    """The input, kept within -3 to 5."""
    return sequences(lambda xs: [max(-3, min(5, x)) for x in xs], range(-9, 10))


@task
def times_previous() -> SequenceTask:
    """x · previous."""
    return sequences(over_window(lambda p, x: p * x, 2), range(6))


@task
def larger_of_two() -> SequenceTask:
    """x where it is above the previous, else the previous."""
    return sequences(over_window(max, 2), DIGIT)


@task
def largest_of_three() -> SequenceTask:
    """The largest of the last three."""
    return sequences(over_window(max, 3), range(6))


@task
def median_of_three() -> SequenceTask:
    """The median of the last three."""
    return sequences(over_window(lambda *w: sorted(w)[1], 3), range(6))


@task
def majority_of_five() -> SequenceTask:
    """Whether three of the last five bits are 1."""
    return sequences(over_window(lambda *w: sum(w) >= 3, 5), BIT)


@task
def rising_edge() -> SequenceTask:
    """Whether a 1 follows a 0."""
    return sequences(over_window(lambda p, x: x > p, 2), BIT)


@task
def local_peak() -> SequenceTask:
    """Whether the previous input was above both its neighbours."""
    return sequences(over_window(lambda q, p, x: q < p > x, 3), range(5))


@task
def direction() -> SequenceTask:
    """1 up, -1 down, 0 level."""
    return sequences(over_window(lambda p, x: (x > p) - (x < p), 2), DIGIT)


# Counts


@task
def sign_changes() -> SequenceTask:
    """How often neighbours had different signs; 0 has none."""
    return sequences(
        over_prefixes(lambda p: sum(a * b < 0 for a, b in pairwise(p))),
        range(-3, 4),
    )


@task
def count_of_larger() -> SequenceTask:
    """How often a was above b."""
    return sequences(told(lambda s, x: s + (x[0] > x[1])), range(5), range(5))


@task
def difference_of_counts() -> SequenceTask:
    """Twos less zeros."""
    return sequences(told(lambda s, x: s + (x == 2) - (x == 0)), range(3))


@task
def who_leads() -> SequenceTask:
    """1 where more ones than zeros were seen, -1 where fewer, 0 where as many."""

    def sign(n):
        return (n > 0) - (n < 0)

    return sequences(over_prefixes(lambda p: sign(2 * sum(p) - len(p))), BIT)


@task
def run_length() -> SequenceTask:
    """How long the input has been what it is."""

    def step(state, x):
        now = state[1] + 1 if x == state[0] else 1
        return (x, now), now

    return sequences(scan(step, (None, 0)), range(3))


@task
def longest_run() -> SequenceTask:
    """The longest run of ones so far."""

    def step(state, x):
        run = state[0] + 1 if x else 0
        return (run, max(run, state[1])), max(run, state[1])

    return sequences(scan(step, (0, 0)), BIT)


@task
def distinct_values() -> SequenceTask:
    """How many different values so far."""
    return sequences(over_prefixes(lambda p: len(set(p))), range(5))


@task
def since_last_one() -> SequenceTask:
    """Steps since the last 1."""
    return sequences(told(lambda s, x: 0 if x == 1 else s + 1), range(3))


@task
def occurrences_of_01() -> SequenceTask:
    """How often 01 was seen."""
    return sequences(over_prefixes(lambda p: sum(a < b for a, b in pairwise(p))), BIT)


@task
def records() -> SequenceTask:
    """How often an input was above all before it."""
    return sequences(
        over_prefixes(lambda p: sum(x > max(p[:t], default=-1) for t, x in enumerate(p))),
        range(8),
    )


# Extremes


@task
def spread() -> SequenceTask:
    """Largest less smallest so far."""
    return sequences(over_prefixes(lambda p: max(p) - min(p)), DIGIT)


@task
def second_largest() -> SequenceTask:
    """The second largest so far, with repeats; 0 at first."""
    return sequences(over_prefixes(lambda p: sorted([0, *p])[-2]), range(6))


@task
def place_of_largest() -> SequenceTask:
    """The step at which the largest was first seen."""
    return sequences(over_prefixes(lambda p: p.index(max(p))), range(8))


@task
def largest_sum() -> SequenceTask:
    """The highest point of a walk, or 0."""
    return sequences(over_prefixes(lambda p: max(0, *accumulate(p))), range(-3, 4))


@task
def best_stretch() -> SequenceTask:
    """The largest sum of neighbours that end here, or 0."""
    return sequences(told(lambda s, x: max(0, s + x)), range(-4, 5))


@task
def below_best() -> SequenceTask:
    """How far the input is below the largest so far."""
    return sequences(over_prefixes(lambda p: max(p) - p[-1]), DIGIT)


# Memory and switches


@task
def first_input() -> SequenceTask:
    """The first input, for ever."""
    return sequences(over_prefixes(lambda p: p[0]), range(6))


@task
def latch() -> SequenceTask:
    """Set by a, reset by b; reset wins."""
    return sequences(told(lambda s, x: int((s or x[0]) and not x[1])), BIT, BIT)


@task
def two_toggles() -> SequenceTask:
    """Two flip-flops, toggled by a and b: 2q + p."""
    return sequences(told(lambda s, x: s ^ (2 * x[0] + x[1])), BIT, BIT)


@task
def sample_and_hold() -> SequenceTask:
    """b where a is 1, else what was last held."""
    return sequences(told(lambda s, x: x[1] if x[0] else s), BIT, range(6))


@task
def multiplexer() -> SequenceTask:
    """The previous b where a is 0, the current where it is 1."""
    return sequences(scan(lambda s, x: (x[1], x[1] if x[0] else s), 0), BIT, range(6))


@task
def traffic_light() -> SequenceTask:
    """0 green, 1 yellow, 2 red: goes on at 1, stays at 0; 2 resets to red."""
    return sequences(told(lambda s, x: (s, (s + 1) % 3, 2)[x]), range(3))


@task
def vending_machine() -> SequenceTask:
    """Coins of 0, 5 or 10 (0, 1, 2); 1 where 20 are reached, and the rest is lost."""

    def step(paid, coin):
        paid += coin
        return (0, 1) if paid >= 4 else (paid, 0)

    return sequences(scan(step, 0), range(3))


@task
def debounce() -> SequenceTask:
    """Follows the input after two equal ones."""

    def step(state, x):
        last, out = state
        out = x if x == last else out
        return (x, out), out

    return sequences(scan(step, (0, 0)), BIT)


@task
def thermostat() -> SequenceTask:
    """1 from 6 on, 0 below 3, else as before."""
    return sequences(told(lambda s, x: 1 if x >= 6 else 0 if x < 3 else s), range(9))


@task
def clamped_depth() -> SequenceTask:
    """Depth of brackets, 0 opens, 1 closes, 2 is nothing; within 0 to 4."""
    return sequences(told(lambda s, x: max(0, min(4, s + (1, -1, 0)[x]))), range(3))


@task
def counter_with_reset() -> SequenceTask:
    """Counts ones, starts again at a 2."""
    return sequences(told(lambda s, x: (s, s + 1, 0)[x]), range(3))


@task
def running_gcd() -> SequenceTask:
    """The greatest common divisor so far."""
    return sequences(told(lambda s, x: gcd(s, x)), range(13))


@task
def running_xor() -> SequenceTask:
    """Bitwise xor of all so far."""
    return sequences(told(lambda s, x: s ^ x), range(8))


@task
def running_or() -> SequenceTask:
    """Bitwise or of all so far."""
    return sequences(told(lambda s, x: s | x), range(8))


@task
def hash_mod_7() -> SequenceTask:
    """a = 3a + x mod 7."""
    return sequences(told(lambda a, x: (3 * a + x) % 7), range(3))


@task
def count_mod_5() -> SequenceTask:
    """Twos, modulo 5."""
    return sequences(over_prefixes(lambda p: p.count(2) % 5), range(4))


@task
def is_sorted() -> SequenceTask:
    """Whether no input was below the one before it."""
    return sequences(over_prefixes(lambda p: list(p) == sorted(p)), range(5))


# Words and numbers digit by digit


@task
def contains_101() -> SequenceTask:
    """Whether 101 was seen."""
    return sequences(over_prefixes(lambda p: "101" in "".join(map(str, p))), BIT)


@task
def ends_with_0110() -> SequenceTask:
    """Whether the last four are 0110."""
    return sequences(over_prefixes(lambda p: p[-4:] == [0, 1, 1, 0]), BIT)


@task
def no_two_ones() -> SequenceTask:
    """Whether no two ones were neighbours."""
    return sequences(over_prefixes(lambda p: "11" not in "".join(map(str, p))), BIT)


@task
def divisible_by_3_lsb_first() -> SequenceTask:
    """Whether the number, least significant bit first, is divisible by 3."""
    return sequences(over_prefixes(lambda p: sum(b << i for i, b in enumerate(p)) % 3 == 0), BIT)


@task
def negation() -> SequenceTask:
    """Two's complement of a number, least significant bit first."""

    def step(seen, bit):
        return seen | bit, bit ^ seen

    return sequences(scan(step, 0), BIT)


@task
def subtraction() -> SequenceTask:
    """a - b, least significant bit first."""

    def step(borrow, x):
        left = x[0] - x[1] - borrow
        return int(left < 0), left % 2

    return sequences(scan(step, 0), BIT, BIT)


@task
def comparator() -> SequenceTask:
    """Which of two numbers is larger, most significant bit first: 1, -1 or 0."""
    return sequences(told(lambda s, x: s or x[0] - x[1]), BIT, BIT)


@task
def times_three() -> SequenceTask:
    """Three times a number, least significant bit first."""

    def step(carry, bit):
        return divmod(3 * bit + carry, 2)

    return sequences(scan(step, 0), BIT)


@task
def times_seven_decimal() -> SequenceTask:
    """Seven times a number, least significant digit first."""

    def step(carry, digit):
        return divmod(7 * digit + carry, 10)

    return sequences(scan(step, 0), DIGIT)


@task
def gray_code() -> SequenceTask:
    """From Gray code to binary, most significant bit first."""
    return sequences(told(lambda s, x: s ^ x), BIT)


@task
def manchester() -> SequenceTask:
    """x xor the parity of the position."""
    return sequences(lambda xs: [x ^ t % 2 for t, x in enumerate(xs)], BIT)


# Hard: what ought to be refused, or at least not to be claimed wrongly


@task
def scrambled() -> SequenceTask:
    """A hash of all inputs without a short machine."""
    return sequences(told(lambda s, x: (s * 75 + 74 * x + 11) % 65537 % 256, 1), range(600))


@task
def distinct_sums() -> SequenceTask:
    """How many different sums there were."""
    return sequences(over_prefixes(lambda p: len(set(accumulate(p)))), range(-2, 3))


@task
def is_prime_sum() -> SequenceTask:
    """Whether the sum so far is a prime."""
    return sequences(
        over_prefixes(lambda p: sum(p) > 1 and all(sum(p) % d for d in range(2, sum(p)))),
        range(6),
    )
