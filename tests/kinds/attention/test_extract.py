"""Programs of selections from weights whose basis is not known."""

import numpy as np
import pytest
from builders.compiled_texts import (
    at_the_end,
    decided_by_little,
    histogram,
    leaning,
    padded,
    rotated,
    shifted,
)

from distill.bench.compiled import noisy
from distill.kinds.attention import extract as extract_module
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.extract import extract_attention
from distill.kinds.attention.learned import read as read_module
from distill.kinds.attention.learned.found import read_learned
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.reading import Reader
from distill.kinds.attention.sample import sampled
from distill.networks.trace import TextTrace
from distill.records.refusal import Refusal


def read(network):
    return extract_attention(TextTrace(network))


def body(mechanism):
    """The lines of a program between its function's docstring and its end."""
    text = emit_attention(mechanism).source
    return text.split('of the text."""\n')[1].split("\n\n\n")[0].replace("    ", "")


def test_a_histogram_is_the_width_of_a_selection():
    mechanism = read(histogram())
    assert body(mechanism) == "same = [[x == y for y in xs] for x in xs]\nreturn width(same)"
    assert mechanism.cells == 0
    assert emit_attention(mechanism).function([1, 0, 1]) == [2, 1, 2]


def test_a_shift_copies_the_position_before_and_says_where_there_is_none():
    mechanism = read(shifted())
    assert emit_attention(mechanism).function([2, 0, 1]) == [-1, 2, 0]
    assert "copy(previous, xs, -1)" in body(mechanism)
    assert "copy(" in body(read(shifted(by=2)))


@pytest.mark.parametrize("reader", [read, lambda network: read_learned(network)[1]])
@pytest.mark.parametrize(
    ("network", "title"),
    [
        (histogram(), "the number of positions with the same token as the last"),
        (shifted(), "the token before the last, -1 where there is none"),
    ],
)
def test_what_is_answered_at_the_end_alone_is_one_answer_in_a_list(reader, network, title):
    last = at_the_end(network)
    mechanism = reader(last)
    program = emit_attention(mechanism)
    assert mechanism.name == title
    assert "return found[-1:]" in program.source
    for rows in sampled(last.texts):
        said = [program.function(text) for text in rows.tolist()]
        assert said == last.run(rows).tolist()


@pytest.mark.parametrize("network", [histogram(), shifted()])
def test_a_rotated_stream_gives_the_same_program(network):
    plain = emit_attention(read(network)).source
    for seed in range(3):
        assert emit_attention(read(rotated(network, seed))).source == plain


def test_a_selection_that_is_off_at_one_position_alone_is_read_as_it_is():
    """It answers otherwise on few texts; the scores say so whatever the texts are."""
    network = shifted(tokens=3, longest=4, only=(3, 2))
    program = emit_attention(read(network))
    assert program.function([0, 1, 2, 0]) == [-1, 0, 1, 1]
    assert emit_attention(read(shifted())).source != program.source


def test_noise_that_changes_no_answer_changes_no_program():
    network = shifted()
    rng = np.random.default_rng(0)
    noisy = {}
    for name, value in network.model.parameters.items():
        size = float((value**2).mean() ** 0.5)
        noise = rng.standard_normal(tuple(value.shape)) * size * 1e-2
        noisy[name] = value + value.new_tensor(noise)
    from dataclasses import replace

    changed = replace(network, model=replace(network.model, parameters=noisy))
    found = read(changed)
    assert isinstance(found, AttentionMechanism)
    assert body(found) == body(read(network))


def agreed(network, mechanism):
    """The part of sampled texts that a program answers as its network does."""
    program, alike = emit_attention(mechanism).function, []
    for rows in sampled(network.texts):
        said = np.array([program(text) for text in rows.tolist()], dtype=float)
        alike += network.same(said, network.run(rows)).all(axis=1).tolist()
    return np.mean(alike)


def test_hidden_units_of_zeros_say_nothing_when_noise_is_added():
    """With noise they read everything, and what they write is told apart by nobody."""
    network = histogram(tokens=3, longest=4)
    texts = sampled(network.texts)
    for grain in extract_module.GRAINS[:2]:
        nodes = Reader(network, texts, grain).graph().nodes
        wide = Reader(noisy(padded(network), size=1e-5), texts, grain).graph().nodes
        assert [type(node) for node in wide] == [type(node) for node in nodes]


@pytest.mark.parametrize("by", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("size", [0.0, 1e-3])
def test_scores_that_differ_by_little_are_no_tie_where_answers_hang_on_it(by, size, monkeypatch):
    """Read as a tie, the two are worth the same, and the program would have no answer."""
    searched = Refusal(("nothing was searched",), {})
    monkeypatch.setattr(extract_module, "read_learned", lambda network: (0.0, searched))
    network = noisy(leaning(by), size=size)
    found = read(network)
    assert isinstance(found, Refusal) or agreed(network, found) == 1.0
    tied = read(leaning(0.0))  # the decoy: where they are a tie, that is the program
    assert isinstance(tied, AttentionMechanism)
    assert agreed(leaning(0.0), tied) == 1.0
    assert agreed(network, tied) < 0.9


@pytest.mark.parametrize("coarsest", [False, True])
def test_a_hidden_unit_that_moves_little_counts_where_answers_hang_on_it(coarsest, monkeypatch):
    searched = Refusal(("nothing was searched",), {})
    monkeypatch.setattr(extract_module, "read_learned", lambda network: (0.0, searched))
    network = decided_by_little()
    if coarsest:  # it is lost there, and no program without it is handed on
        monkeypatch.setattr(extract_module, "GRAINS", extract_module.GRAINS[-1:])
        assert isinstance(read(network), Refusal)
    else:
        assert agreed(network, read(network)) == 1.0


def test_attention_that_is_spread_is_refused(monkeypatch):
    monkeypatch.setattr(read_module, "MOST_LEVELS", 1)  # else most of a minute
    network = shifted()
    soft = {
        name: value / 40 if "W_Q" in name else value
        for name, value in network.model.parameters.items()
    }
    from dataclasses import replace

    found = read(replace(network, model=replace(network.model, parameters=soft)))
    assert isinstance(found, Refusal)
    assert "attention" in found.reasons[0] or "looks at" in found.reasons[0]


def test_the_best_program_is_shown_where_it_is_refused(monkeypatch):
    """A program that answers too few texts stands in the refusal, with what it gets of them."""
    right = extract_module._tried
    monkeypatch.setattr(extract_module, "_tried", lambda *of: (0.756, right(*of)[1]))
    part, said = extract_module._exact(TextTrace(histogram()))
    assert part == 0
    assert "answers 75.6% of texts as the network does, less than 90%: same = " in said.reasons[0]
    assert said.reasons[0].endswith("return width(same)")
