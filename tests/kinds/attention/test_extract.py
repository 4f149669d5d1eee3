"""Programs of selections from weights whose basis is not known."""

import numpy as np
import pytest
from builders.compiled_texts import at_the_end, histogram, rotated, shifted

from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.extract import extract_attention
from distill.kinds.attention.learned import read as read_module
from distill.kinds.attention.learned.found import read_learned
from distill.kinds.attention.mechanism import AttentionMechanism
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
    assert (
        body(mechanism) == "ys = xs\nsame = [[x == y for y in ys] for x in xs]\nreturn width(same)"
    )
    assert mechanism.cells == 0
    assert emit_attention(mechanism).function([1, 0, 1]) == [2, 1, 2]


def test_a_shift_copies_the_position_before_and_says_where_there_is_none():
    mechanism = read(shifted())
    assert emit_attention(mechanism).function([2, 0, 1]) == [-1, 2, 0]
    assert "copy(previous, ys, -1)" in body(mechanism)
    assert "copy(" in body(read(shifted(by=2)))


@pytest.mark.parametrize("reader", [read, lambda network: read_learned(network)[1]])
@pytest.mark.parametrize(
    ("network", "title"),
    [
        (histogram(), "the number of positions with the same token, at the end of the text"),
        (shifted(), "the token before, -1 where there is none, at the end of the text"),
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
