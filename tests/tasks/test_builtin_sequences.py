"""Built-in sequence tasks: what every one of them computes, and on which sequences."""

import hashlib
import importlib.util
import json
import re
import sys
from functools import cache
from itertools import permutations, product

import numpy as np
import pytest
from builders.amount import examples, some
from builders.paths import GOLDEN, SHARED
from hypothesis import given, settings
from hypothesis import strategies as st

from distill import SequenceTask
from distill.checker.draws import stress, uniform
from distill.tasks.files import builtin_folder, builtin_tasks, load_task, read_task_file

DIGESTS = GOLDEN / "answers_of_the_62.json"
SPECIFICATION = SHARED / "prototypes" / "sequences" / "mips62.py"

MIPS = {  # values, channels, training length: the 62 tasks of arXiv 2402.05110
    (range(2), 2, 10): "binary_addition bitwise_xor bitwise_or bitwise_and bit_dot_prod_mod2",
    (range(3), 2, 10): "base_3_addition",
    (range(4), 2, 10): "base_4_addition",
    (range(5), 2, 10): "base_5_addition",
    (range(6), 2, 10): "base_6_addition",
    (range(7), 2, 10): "base_7_addition",
    (range(2), 1, 10): "bitwise_not parity_last2 parity_last3 parity_last4 parity_all parity_zeros "
    "majority_0_1 bit_palindrome balanced_parenthesis parity_bits_mod2 alternating_last3 "
    "alternating_last4 bit_shift_right div_3 div_5 div_7",
    (range(3), 1, 10): "majority_0_2 add_mod_3",
    (range(4), 1, 10): "majority_0_3 add_mod_4",
    (range(5), 1, 10): "add_mod_5",
    (range(6), 1, 10): "add_mod_6",
    (range(7), 1, 10): "add_mod_7",
    (range(8), 1, 10): "add_mod_8 previous_equals_current",
    (range(10), 1, 10): "evens_counter min_seen evens_detector",
    (range(16), 1, 10): "dithering",
    (range(20), 1, 10): "perfect_square_detector",
    (range(100), 1, 10): "sum_all sum_last2 sum_last3 sum_last4 current_number prev1 prev2 prev3 "
    "prev4 max_seen",
    (range(100), 1, 20): "sum_last5 sum_last6 sum_last7 prev5",
    (range(-100, 100), 1, 10): "diff_last2 abs_diff abs_current diff_abs_values",
    (range(-10, 11), 1, 10): "newton_freebody newton_gravity newton_spring",
    (range(-10, 11), 2, 10): "newton_magnetic",
}
MIPS_NAMES = [name for names in MIPS.values() for name in names.split()]


@cache
def built(name, **given):
    return load_task(name, given)


@cache
def sequence_names():
    return [name for name in builtin_tasks() if isinstance(built(name), SequenceTask)]


def answers(task, sequence):
    """The labels of one sequence of symbols, as the reference would write them."""
    rows = [symbol if isinstance(symbol, tuple) else (symbol,) for symbol in sequence]
    labels = task.labels(np.array([rows]))[0].tolist()
    return [label[0] if task.outputs == 1 else tuple(label) for label in labels]


def digits(text):
    return [int(character) for character in text]


def pairs(first, second):
    return list(zip(digits(first), digits(second), strict=True))


def test_there_are_62_and_each_runs_by_its_name():
    assert len(set(MIPS_NAMES)) == 62
    for (values, channels, length), names in MIPS.items():
        for name in some(names.split(), 3):
            task = built(name)
            assert list(task.inputs.values()) == [values] * channels, name
            assert task.length == length, name
            assert task.outputs == (2 if name == "newton_magnetic" else 1), name


def test_no_two_files_give_the_same_name():
    found = [
        name for path in sorted(builtin_folder().glob("*.py")) for name in read_task_file(path)
    ]
    assert sorted(found) == sorted(builtin_tasks())


GOLDEN = {  # worked by hand
    "binary_addition": (pairs("01100", "11100"), digits("10110")),  # 6 + 7 = 13
    "base_3_addition": (pairs("2220", "1000"), digits("0001")),
    "base_7_addition": (pairs("660", "116"), digits("010")),
    "bitwise_xor": (pairs("0011", "0101"), digits("0110")),
    "bitwise_or": (pairs("0011", "0101"), digits("0111")),
    "bitwise_and": (pairs("0011", "0101"), digits("0001")),
    "bitwise_not": (digits("0110"), digits("1001")),
    "bit_shift_right": (digits("1101"), digits("0110")),
    "bit_dot_prod_mod2": (pairs("1101", "1111"), digits("1001")),
    "parity_last2": (digits("11101"), digits("10011")),
    "parity_last4": (digits("111110"), digits("101001")),
    "parity_all": (digits("11101"), digits("10110")),
    "parity_zeros": (digits("01001"), digits("11011")),
    "parity_bits_mod2": (digits("11011"), digits("01010")),
    "alternating_last3": (digits("0101100"), digits("0011000")),
    "alternating_last4": (digits("10101"), digits("00111")),
    "sum_all": ([99, 1, 0, 5], [99, 100, 100, 105]),
    "sum_last2": ([3, 4, 5, 6], [3, 7, 9, 11]),
    "sum_last7": ([1] * 9, [1, 2, 3, 4, 5, 6, 7, 7, 7]),
    "current_number": ([7, 99, 0], [7, 99, 0]),
    "prev1": ([7, 8, 9], [0, 7, 8]),
    "prev5": ([1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 1, 2]),
    "previous_equals_current": ([0, 0, 3, 3], [1, 1, 0, 1]),
    "diff_last2": ([5, -3, 4], [5, -8, 7]),
    "abs_diff": ([-5, -3, 4], [5, 2, 7]),
    "abs_current": ([-5, 0, 4], [5, 0, 4]),
    "diff_abs_values": ([-5, 3, -4], [5, -2, 1]),
    "min_seen": ([5, 7, 3, 4], [5, 5, 3, 3]),
    "max_seen": ([5, 3, 7, 4], [5, 5, 7, 7]),
    "majority_0_1": (digits("10011"), digits("10001")),
    "majority_0_3": (digits("3213300"), digits("3213333")),
    "evens_detector": (digits("01289"), digits("10110")),
    "evens_counter": (digits("01289"), digits("11233")),
    "perfect_square_detector": ([0, 1, 2, 4, 8, 9, 15, 16, 19], digits("110101010")),
    "bit_palindrome": (digits("011010110"), digits("100100001")),
    "balanced_parenthesis": (digits("011001"), digits("010000")),
    "div_3": (digits("1000010"), digits("0010110")),  # 66 / 3 = 22
    "div_5": (digits("1101110"), digits("0010110")),  # 110 / 5 = 22
    "div_7": (digits("111000"), digits("001000")),  # 56 / 7 = 8
    "add_mod_3": (digits("12202"), digits("10221")),
    "add_mod_8": (digits("77717"), digits("76565")),
    "dithering": ([7, 7, 7, 15, 15, 1, 8], [0, 0, 1, 1, 1, 0, 1]),
    "newton_freebody": ([1, 0, 0, -2], [1, 2, 3, 2]),
    "newton_gravity": ([0, 0, 1, 1], [-1, -3, -5, -7]),
    "newton_spring": ([1, 0, 0, 0, 0, 0, 0], [1, 1, 0, -1, -1, 0, 1]),
    "newton_magnetic": ([(5, -8), (-6, 9), (8, 7)], [(5, -8), (12, -2), (21, 18)]),
    "tomita1": (digits("1101"), digits("1100")),
    "tomita2": (digits("101011"), digits("010100")),
    "tomita3": (digits("0111001101"), digits("1111011100")),
    "tomita4": (digits("00100011"), digits("11111000")),
    "tomita5": (digits("0011010110"), digits("0101000100")),
    "tomita6": (digits("0101110"), digits("0101000")),
    "tomita7": (digits("0110010"), digits("1111110")),
    "counter_saturating": (digits("011111001000"), digits("012333212100")),
    "counter_mod": (digits("1101111"), digits("1223401")),
    "ends_with": (digits("1010110"), digits("0010100")),
    "contains_pattern": (digits("1001010"), digits("0000011")),
    "dyck": (digits("0011010000"), digits("1111111110")),
    "word_cyclic": (digits("0010111"), digits("1212104")),
    "word_dihedral": (digits("0010011"), [1, 2, 7, 6, 5, 0, 5]),
    "word_permutation": (digits("0101"), [2, 1, 4, 0]),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_sequences(name):
    inputs, outputs = GOLDEN[name]
    assert answers(built(name), inputs) == outputs


@pytest.mark.parametrize("name", MIPS_NAMES)
def test_answers_of_the_62_are_those_of_an_independent_specification(name):
    """Their digests, written down as its answers were compared, as the next test does."""
    assert digest(built(name), built(name).labels) == json.loads(DIGESTS.read_text())[name]


def digest(task, answer):
    """A hash of the answers to sequences of the training length and of forty steps."""
    found = hashlib.sha256()
    for length, count in ((task.length, 200), (40, 60)):
        for draw in (uniform, stress):
            inputs = draw(task.channels.inputs, count, length, 1)
            found.update(np.asarray(answer(inputs), dtype="<i8").tobytes())
    return found.hexdigest()


@pytest.mark.skipif(
    not SPECIFICATION.is_file(), reason="the independent specification is not beside this checkout"
)
@pytest.mark.parametrize("name", MIPS_NAMES)
def test_each_of_the_62_agrees_with_an_independent_specification(name):
    specification = load_specification()
    theirs = {title.lower(): task for title, task in specification.TASKS.items()}[name]
    ours = built(name)
    assert len(specification.TASKS) == 62
    assert (theirs.in_dim, theirs.out_dim) == (len(ours.inputs), ours.outputs)
    assert theirs.length == ours.length
    assert digest(ours, theirs.reference) == json.loads(DIGESTS.read_text())[name]
    rng = np.random.default_rng(1)
    for length, count in ((ours.length, 200), (40, 60)):
        for draw in (
            lambda: ours.sample(rng, count, length),  # noqa: B023  called at once
            lambda: stress(ours.channels.inputs, count, length, 1),  # noqa: B023
            lambda: theirs.sample(count, length, rng),  # noqa: B023
            lambda: theirs.stress(count, length, rng),  # noqa: B023
        ):
            inputs = draw()
            np.testing.assert_array_equal(ours.labels(inputs), theirs.reference(inputs))


@cache
def load_specification():
    spec = importlib.util.spec_from_file_location("mips62", SPECIFICATION)
    module = importlib.util.module_from_spec(spec)
    sys.modules["mips62"] = module  # its dataclasses look for their module
    spec.loader.exec_module(module)
    return module


LANGUAGES = {
    "tomita1": lambda word: re.fullmatch("1*", word),
    "tomita2": lambda word: re.fullmatch("(10)*", word),
    "tomita3": lambda word: not re.search("(?<!1)1(11)*(?!1).*(?<!0)0(00)*(?!0)", word),
    "tomita4": lambda word: "000" not in word,
    "tomita5": lambda word: word.count("0") % 2 == 0 == word.count("1") % 2,
    "tomita6": lambda word: (word.count("0") - word.count("1")) % 3 == 0,
    "tomita7": lambda word: re.fullmatch("0*1*0*1*", word),
    "ends_with": lambda word: re.search("101$", word),
    "contains_pattern": lambda word: re.search("101", word),
    "bit_palindrome": lambda word: word == word[::-1],
    "balanced_parenthesis": lambda word: cancelled(word) == "",
    "dyck": lambda word: all(
        set(cancelled(word[:t])) <= {"0"} and len(cancelled(word[:t])) <= 3
        for t in range(len(word) + 1)
    ),
}


def cancelled(word):
    """What is left of brackets when neighbours that match are taken out."""
    while "01" in word:
        word = word.replace("01", "")
    return word


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_output_is_membership_of_the_bits_so_far(name):
    words = list(product(range(2), repeat=9))
    labels = built(name).labels(np.array(words)[:, :, None])[:, :, 0]
    for word, outputs in zip(words, labels.tolist(), strict=True):
        text = "".join(map(str, word))
        assert outputs == [bool(LANGUAGES[name](text[: t + 1])) for t in range(9)], text


@pytest.mark.parametrize("name", [*(f"tomita{n}" for n in range(1, 8)), "dyck"])
def test_training_strings_hold_both_answers_at_every_length(name):
    task = built(name)
    rates = task.labels(task.sample(np.random.default_rng(0), 2000, 20)).mean(axis=(0, 2))
    for length, rate in enumerate(rates.tolist(), 1):
        none_of_odd_length = name in {"tomita2", "tomita5"} and length % 2 == 1
        no_words = none_of_odd_length or (name == "tomita6" and length == 1)
        all_words = length < {"tomita3": 2, "tomita4": 3, "tomita7": 4}.get(name, 1)
        if no_words or all_words:
            assert rate == float(all_words)
        else:
            assert 0.05 < rate < 0.98, length


def test_palindromes_are_as_frequent_late_as_their_sampler_says():
    task = built("bit_palindrome")
    rates = task.labels(task.sample(np.random.default_rng(0), 2000)).mean(axis=(0, 2))
    assert (rates > 1 / 9 - 0.03).all()


def composed(first, second):
    return tuple(first[i] for i in second)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_words_are_products_in_their_groups(n):
    forward = tuple((i + 1) % n for i in range(n))
    back = tuple((i - 1) % n for i in range(n))
    flip = tuple(-i % n for i in range(n))
    swap = (1, 0, *range(2, n))
    symmetric = list(permutations(range(n)))
    turns = [tuple((i + k) % n for i in range(n)) for k in range(n)]
    # a polygon of two corners has no faithful flip: its symmetries act on signed corners
    groups = {
        "word_cyclic": ((forward, back), turns),
        "word_permutation": ((swap, forward), symmetric),
    }
    if n > 2:
        flips = [composed(turn, flip) for turn in turns]
        groups["word_dihedral"] = ((forward, flip), turns + flips)
    for name, (generators, elements) in groups.items():
        task = load_task(name, {"n": n, "length": 30})
        words = task.sample(np.random.default_rng(0), 20)
        labels = task.labels(words)
        for word, numbers in zip(words[:, :, 0].tolist(), labels[:, :, 0].tolist(), strict=True):
            reached = tuple(range(n))
            for x, number in zip(word, numbers, strict=True):
                reached = composed(reached, generators[x])
                assert elements[number] == reached
        assert set(labels.ravel().tolist()) == set(range(len(elements)))


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2**32), st.integers(1, 25), st.integers(1, 25))
def test_no_task_looks_ahead(which, seed, length, cut):
    """The start of a sequence has the same answers, whatever comes after it and if nothing does."""
    task = built(sequence_names()[which % len(sequence_names())])
    rng = np.random.default_rng(seed)
    inputs = np.concatenate(
        [task.sample(rng, 3, length), stress(task.channels.inputs, 4, length, 5)]
    )
    changed = inputs.copy()
    changed[:, cut:] = task.sample(rng, 7, length)[:, cut:]
    whole = task.labels(inputs)
    np.testing.assert_array_equal(task.labels(changed)[:, :cut], whole[:, :cut])
    np.testing.assert_array_equal(task.labels(inputs[:, :cut]), whole[:, :cut])


@settings(max_examples=examples(60), deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2**32), st.integers(0, 9), st.integers(1, 30))
def test_sequences_are_of_the_ranges_and_of_the_generator(which, seed, count, length):
    task = built(sequence_names()[which % len(sequence_names())])
    drawn = task.sample(np.random.default_rng(seed), count, length)
    assert drawn.shape == (count, length, len(task.inputs))
    assert drawn.dtype == np.int64
    for channel, values in enumerate(task.inputs.values()):
        assert set(drawn[:, :, channel].ravel().tolist()) <= set(values)
    again = task.sample(np.random.default_rng(seed), count, length)
    np.testing.assert_array_equal(drawn, again)
    assert task.labels(drawn).shape == (count, length, task.outputs)
