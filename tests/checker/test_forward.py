"""The checker's forward passes: their balls hold the real number and every evaluation."""

import mpmath
import numpy as np
import pytest
import torch
from builders.activations import EXACT
from builders.amount import examples
from builders.networks import noisy
from hypothesis import given, settings
from hypothesis import strategies as st

from distill import MLP, Domain, Model, Transformer
from distill.checker.forward import DOUBLE, SINGLE, Arithmetic, Ball, margins
from distill.checker.perceptrons import FORWARD_PASSES
from distill.networks.architecture import FeedForward


@settings(max_examples=examples(25), deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from([1, 2]),
    st.floats(0.1, 3),
    st.sampled_from([1.0, 0.4]),
    st.booleans(),
    st.booleans(),
)
def test_balls_hold_the_real_number_and_both_evaluations(
    seed, n_heads, scale, coefficient, bias, norm
):
    """Against fifty-digit arithmetic, written out independently."""
    shape = Transformer(
        **{"n_inputs": 2, "n_vocab": 4, "n_outputs": 3, "offsets": (0, 0), "suffix": (3,)},
        **{"d_model": 4, "n_heads": n_heads, "d_head": 2, "d_mlp": 5, "biases": bias},
        attention_coefficient=coefficient,
        layer_norm=norm,
    )
    parameters = shape.initialise(torch.Generator().manual_seed(seed))
    parameters = {name: w * scale + 0.01 for name, w in parameters.items()}
    held_by_balls(Model(shape, parameters), fifty_digits)


@settings(max_examples=examples(25), deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.1, 3),
    st.sampled_from(sorted(EXACT)),
    st.sampled_from(["sum", "concat"]),
    st.integers(1, 2),
)
def test_balls_of_a_perceptron_hold_the_real_number_and_both_evaluations(
    seed, scale, activation, combine, layers
):
    """The same for every activation, in one layer and in two."""
    shape = MLP(2, 3, 3, 4, (5,) * layers, combine, activation=activation)
    parameters = shape.initialise(torch.Generator().manual_seed(seed))
    parameters = {name: w * scale + 0.01 for name, w in parameters.items()}
    held_by_balls(Model(shape, parameters), fifty_digits_of_a_perceptron)


@settings(max_examples=examples(25), deadline=None)
@given(
    st.integers(0, 10_000),
    st.lists(
        st.sampled_from(["linear 5", "linear 3", "shift", "layer_norm", *EXACT]),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["sum", "concat"]),
    st.booleans(),
)
def test_balls_of_layers_in_any_order_hold_the_real_number_and_both_evaluations(
    seed, layers, combine, shared
):
    shape = FeedForward(2, 3, 3, tuple(layers), 4, combine, shared)
    held_by_balls(Model(shape, noisy(shape, seed)), fifty_digits_of_layers)


def fifty_digits_of_layers(shape, weights, tokens):
    with mpmath.workdps(50):
        W = {name: in_fifty_digits(value) for name, value in weights.items()}
        rows = []
        for row in tokens:
            first, second = (W[name][t] for name, t in zip(shape.embeddings, row, strict=True))
            x = np.concatenate([first, second]) if shape.combine == "concat" else first + second
            for k, layer in enumerate(shape.layers, start=1):
                if layer.startswith("linear"):
                    x = x @ W[f"W_{k}"] + W[f"b_{k}"]
                elif layer == "shift":
                    x = x + W[f"b_{k}"]
                elif layer == "layer_norm":
                    x = norm_in_fifty_digits(x, W[f"weight_{k}"], W[f"bias_{k}"])
                else:
                    x = np.array([EXACT[layer](h) for h in x], dtype=object)
            rows.append(x @ W["W_U"] + W["b_U"])
        return rows


def held_by_balls(model, written_out):
    """Hold the checker's balls against real arithmetic, float64 and float32."""
    shape, tokens = model.architecture, Domain((range(3), range(3)), range(3)).tokens()[::3]
    weights = {name: w.numpy() for name, w in model.parameters.items()}
    exact = written_out(shape, weights, tokens)
    double = FORWARD_PASSES[shape.kind](vars(shape), weights, DOUBLE)(tokens)
    single = FORWARD_PASSES[shape.kind](vars(shape), weights, SINGLE)(tokens)
    for row in range(len(tokens)):
        for column in range(3):
            off = abs(exact[row][column] - mpmath.mpf(float(double.mid[row, column])))
            assert off <= double.rad[row, column]
    assert (np.abs(model.logits(tokens) - double.mid) <= 2 * double.rad).all()
    assert (np.abs(model.logits(tokens, single=True) - single.mid) <= single.rad).all()
    # dividing by a small spread makes a layer norm's radii larger, not wrong
    normed = getattr(shape, "layer_norm", False) or "layer_norm" in getattr(shape, "layers", ())
    tight = 1e-7 if normed else 1e-8
    assert (double.rad < tight * np.maximum(1, np.abs(double.mid))).all()


def in_fifty_digits(values):
    """Stored numbers as they are, to be reckoned with in real arithmetic."""
    return np.vectorize(lambda v: mpmath.mpf(float(v)), otypes=[object])(values)


def norm_in_fifty_digits(x, weight, bias):
    """Layer norm over the last axis; epsilon is the float64 that stands in the code."""
    rows = []
    for row in np.atleast_2d(x):
        centred = row - mpmath.fsum(row) / len(row)
        variance = mpmath.fsum(centred**2) / len(row)
        rows.append(centred / mpmath.sqrt(variance + mpmath.mpf(1e-5)) * weight + bias)
    return np.array(rows, dtype=object).reshape(x.shape)


def fifty_digits_of_a_perceptron(shape, weights, tokens):
    act = EXACT[shape.activation]
    with mpmath.workdps(50):
        W = {name: in_fifty_digits(value) for name, value in weights.items()}
        rows = []
        for a, b in tokens:
            first, second = W["W_E"][a], W["W_E"][b]
            x = np.concatenate([first, second]) if shape.combine == "concat" else first + second
            for layer in range(1, len(shape.widths) + 1):
                before = x @ W[f"W_{layer}"] + W[f"b_{layer}"]
                x = np.array([act(h) for h in before], dtype=object)
            rows.append(x @ W["W_U"] + W["b_U"])
        return rows


def fifty_digits(shape, weights, tokens):
    with mpmath.workdps(50):
        W = {name: in_fifty_digits(value) for name, value in weights.items()}

        def read(parameters, name, x):
            if not shape.layer_norm:
                return x
            parts = (parameters[f"{name}_{part}"] for part in ("weight", "bias"))
            return norm_in_fifty_digits(x, *parts)

        rows = []
        for pair in tokens:
            x = W["W_E"][[*pair, *shape.suffix]] + W["W_pos"]
            B = {name.removeprefix("blocks.0."): value for name, value in W.items()}
            zero = np.zeros((shape.n_heads, shape.d_head), dtype=object)
            residual, c, x = (
                x[-1] + B.get("b_O", 0),
                mpmath.mpf(shape.attention_coefficient),
                read(B, "ln_1", x),
            )
            for head in range(shape.n_heads):
                q, k, v = (
                    at @ B[f"W_{kind}"][head] + B.get(f"b_{kind}", zero)[head]
                    for kind, at in zip("QKV", (x[-1], x, x), strict=True)
                )
                weighed = [mpmath.exp(s / mpmath.sqrt(shape.d_head)) for s in k @ q]
                total = mpmath.fsum(weighed)
                attention = np.array([w / total * c + 1 - c for w in weighed], dtype=object)
                residual = residual + attention @ v @ B["W_O"][head]
            hidden = read(B, "ln_2", residual) @ B["W_in"] + B["b_in"]
            hidden = np.array([max(h, mpmath.mpf(0)) for h in hidden], dtype=object)
            written = residual + hidden @ B["W_out"] + B["b_out"]
            rows.append(read(W, "ln_final", written) @ W["W_U"] + W.get("b_U", 0))
        return rows


NORM_STEPS = ("mean", "activation", "root", "quotient", "scaled")
"""The operations that a layer norm is made of, as the checker has them."""


def norm_escapes(mid, rad, weight, bias):
    """How many images of points of a ball lie outside the layer norm of the ball."""
    image = Arithmetic(DOUBLE).layer_norm(Ball(mid[None], rad[None]), weight, bias)
    outwards = np.sign(mid - mid.mean())
    drawn = np.random.default_rng(0).choice([-1.0, 0.5, 1.0], (20, len(mid)))
    escaped = 0
    with mpmath.workdps(50):
        for places in (outwards, -outwards, *np.eye(len(mid)), *drawn):
            point = in_fifty_digits(mid) + in_fifty_digits(places) * in_fifty_digits(rad)
            exact = norm_in_fifty_digits(point, in_fifty_digits(weight), in_fifty_digits(bias))
            off = abs(exact - in_fifty_digits(image.mid[0]))
            escaped += bool((off > in_fifty_digits(image.rad[0])).any())
    return escaped


@settings(max_examples=examples(40), deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(1, 6),
    st.floats(-8, 3),
    st.sampled_from([0.0, 1e-12, 1e-6, 1e-2, 0.5, 10.0]),
)
def test_layer_norm_of_a_ball_holds_the_layer_norm_of_every_point(seed, n, exponent, radius):
    """Wide balls too, and balls in which the spread may be no more than epsilon leaves of it."""
    rng = np.random.default_rng(seed)
    mid = rng.standard_normal(n) * 10.0**exponent
    rad = radius * 10.0**exponent * rng.random(n)
    assert norm_escapes(mid, rad, rng.standard_normal(n), rng.standard_normal(n)) == 0


@pytest.mark.parametrize("step", NORM_STEPS)
def test_a_step_of_the_layer_norm_that_forgets_its_radius_is_caught(step, monkeypatch):
    """The test above can fail: without the radius of any one operation, points escape."""
    sound = getattr(Arithmetic, step)

    def forgetful(self, *arguments):
        found = sound(self, *arguments)
        if step == "root":
            return Ball(found[0].mid, np.zeros_like(found[0].rad)), found[1]
        return Ball(found.mid, np.zeros_like(found.rad))

    # The first entry is exact and far out: when the others move apart, its mean stays and the
    # spread grows. The second ball moves as a whole, and with it the mean.
    mid = np.array([3.0, 1.0, -1.0, 1.0, -1.0])
    balls = [(mid, 0.02 * np.array([0.0, 1.0, 1.0, 1.0, 1.0])), (mid, np.full(5, 0.02))]
    one, zero = np.ones(5), np.zeros(5)
    assert not any(norm_escapes(*ball, one, zero) for ball in balls)
    monkeypatch.setattr(Arithmetic, step, forgetful)
    assert any(norm_escapes(*ball, one, zero) for ball in balls)


def test_margins_are_lower_bounds():
    best, lead, lower = margins(Ball(np.array([[1.0, 3.0, 2.5]]), np.array([[0.1, 0.2, 0.2]])))
    assert best.tolist() == [1]
    assert lead[0] == 0.5
    assert lower[0] == pytest.approx(0.1)
