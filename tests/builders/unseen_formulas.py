"""Formulas over boxes that the package does not list, as others might write them.

Two lots, each drawn up before the search was tried on any of it: `FIRST`, and after what that lot
showed was mended `SECOND`, by somebody who had not seen the search.
"""

import math
from collections.abc import Callable

from distill import RealTask, task

Box = dict[str, tuple[float, float]]

P = (1.0, 3.0)
Q = (0.5, 3.0)


def bessel(z: float) -> float:
    """The Bessel function of order 0, by its integral."""
    return sum(math.cos(z * math.sin(math.pi * (k + 0.5) / 64)) for k in range(64)) / 64


def heron(a: float, b: float, c: float) -> float:
    """The area of a triangle from its sides."""
    s = (a + b + c) / 2
    return math.sqrt(s * (s - a) * (s - b) * (s - c))


def einstein_heat(n: float, q: float, t: float) -> float:
    """The heat capacity of a crystal of oscillators."""
    x = q / t
    return 3 * n * x * x * math.exp(x) / (math.exp(x) - 1) ** 2


def allele(p: float, u: float, v: float, w: float) -> float:
    """The frequency of an allele after a generation of selection."""
    both = p * (1 - p) * v
    return (p * p * u + both) / (p * p * u + 2 * both + (1 - p) ** 2 * w)


def lambert(z: float) -> float:
    """The w for which w exp(w) is z, by Newton's steps."""
    w = math.log1p(z)
    for _ in range(50):
        w -= (w * math.exp(w) - z) / (math.exp(w) * (1 + w))
    return w


def ellipse(a: float, b: float) -> float:
    """The perimeter of an ellipse, by its integral."""
    angles = [2 * math.pi * k / 128 for k in range(128)]
    parts = [math.hypot(a * math.sin(t), b * math.cos(t)) for t in angles]
    return math.pi / 64 * sum(parts)


RIDGES = (
    (0.83, 0.71, -0.32, 0.11),
    (-1.07, 0.49, 0.93, -0.4),
    (0.62, -1.21, 0.27, 0.9),
    (0.44, 0.3, 1.3, -0.77),
    (-0.58, -0.66, -0.9, 0.35),
    (1.31, 0.2, -0.55, -0.05),
    (0.37, 1.4, 1.1, 0.6),
)


FIRST: dict[str, tuple[Box, Callable[..., float]]] = {
    "lorentz_force": (
        {"q": P, "f": P, "b": P, "v": P, "a": (0.2, 1.4)},
        lambda q, f, b, v, a: q * (f + b * v * math.sin(a)),
    ),
    "potential": ({"m": P, "n": P, "r": P, "s": P}, lambda m, n, r, s: m * n * (1 / s - 1 / r)),
    "boosted": (
        {"x": P, "u": (0.1, 0.6), "t": P},
        lambda x, u, t: (x - u * t) / math.sqrt(1 - u * u),
    ),
    "grating": (
        {"i": P, "d": (0.3, 1.2)},
        lambda i, d: i * math.sin(3 * d / 2) ** 2 / math.sin(d / 2) ** 2,
    ),
    "diffraction": ({"w": P, "n": (4.0, 6.0), "d": P}, lambda w, n, d: math.asin(w / (n * d))),
    "red_shift": (
        {"f": P, "v": (0.1, 0.8)},
        lambda f, v: f * (1 + v) / math.sqrt(1 - v * v),
    ),
    "radiation": ({"w": P, "t": P}, lambda w, t: w**3 / (math.pi**2 * (math.exp(w / t) - 1))),
    "anharmonic": (
        {"x": P, "w": P, "t": (0.3, 1.0), "a": P},
        lambda x, w, t, a: x * (math.cos(w * t) + a * math.cos(w * t) ** 2),
    ),
    "dipole": (
        {"p": P, "z": P, "x": P, "y": P},
        lambda p, z, x, y: (
            3 * p * z * math.sqrt(x * x + y * y) / (4 * math.pi * (x * x + y * y + z * z) ** 2.5)
        ),
    ),
    "clausius": (
        {"n": (0.2, 1.0), "a": (0.2, 1.0)},
        lambda n, a: 1 + n * a / (1 - n * a / 3),
    ),
    "guide": (
        {"w": (4.0, 6.0), "d": P},
        lambda w, d: math.sqrt(w * w - math.pi**2 / d**2),
    ),
    "two_level": (
        {"n": P, "m": P, "t": P},
        lambda n, m, t: n / (math.exp(m / t) + math.exp(-m / t)),
    ),
    "band": ({"u": P, "k": P, "d": P}, lambda u, k, d: 2 * u * (1 - math.cos(k * d))),
    "emission": (
        {"b": P, "a": (0.1, 0.9), "t": (0.0, 3.0)},
        lambda b, a, t: b * (1 + a * math.cos(t)),
    ),
    "norm_and_one": (
        {"x": (-2.0, 2.0), "y": (-2.0, 2.0)},
        lambda x, y: math.sqrt(1 + x * x + y * y),
    ),
    "softplus": ({"x": (-4.0, 4.0)}, lambda x: math.log(1 + math.exp(x))),
    "sigmoid_gate": (
        {"x": (-4.0, 4.0), "b": (0.5, 2.0)},
        lambda x, b: x / (1 + math.exp(-b * x)),
    ),
    "angle": ({"x": P, "y": (-2.0, 2.0)}, lambda x, y: math.atan(y / x)),
    "hill": ({"x": (0.2, 3.0), "k": (0.5, 2.0)}, lambda x, k: x**3 / (k**3 + x**3)),
    "beats": (
        {"t": (0.0, 2.0), "w": P},
        lambda t, w: math.sin(w * t) + math.sin(2 * w * t) / 2,
    ),
    "morse": (
        {"d": P, "r": Q, "a": (0.5, 1.5)},
        lambda d, r, a: d * (1 - math.exp(-a * (r - 1))) ** 2,
    ),
    "control_log_gamma": ({"x": (1.0, 4.0)}, math.lgamma),
    "control_error_function": (
        {"x": (-2.0, 2.0), "s": (0.5, 2.0)},
        lambda x, s: math.erf(x / s),
    ),
}
"""Mostly of the Feynman lectures; the last two are controls without an elementary closed form."""

SECOND: dict[str, tuple[Box, Callable[..., float]]] = {
    "nernst": (
        {"e0": (-1.0, 1.0), "t": (0.5, 2.0), "a": Q, "b": Q},
        lambda e0, t, a, b: e0 + t * math.log(a / b),
    ),
    "stokes_settling": (
        {"r": (0.5, 1.5), "p": Q, "f": (0.8, 1.2), "mu": (0.7, 2.0)},
        lambda r, p, f, mu: 2 * (p - f) * 9.81 * r**2 / (9 * mu),
    ),
    "ces_output": (
        {"A": (0.5, 2.0), "K": Q, "L": Q},
        lambda A, K, L: A / (0.3 / K + 0.7 / L),
    ),
    "annuity": (
        {"P": P, "r": (0.05, 0.5), "n": (1.0, 8.0)},
        lambda P, r, n: P * r / (1 - (1 + r) ** (-n)),
    ),
    "heron": ({"a": (2.0, 3.0), "b": (2.0, 3.0), "c": (1.5, 3.0)}, heron),
    "frustum": (
        {"R": (1.0, 2.0), "r": (0.2, 1.5), "h": (0.5, 2.0)},
        lambda R, r, h: math.pi * h * (R * R + R * r + r * r) / 3,
    ),
    "beam_radius": (
        {"w": (0.5, 1.5), "l": (0.5, 2.0), "z": (-2.0, 2.0)},
        lambda w, l, z: w * math.sqrt(1 + (l * z / (math.pi * w * w)) ** 2),  # noqa: E741
    ),
    "impedance": (
        {"R": (0.5, 2.0), "w": (0.5, 2.0), "L": (0.5, 2.0), "C": (0.5, 2.0)},
        lambda R, w, L, C: math.sqrt(R * R + (w * L - 1 / (w * C)) ** 2),
    ),
    "compton": (
        {"E": (0.2, 2.0), "th": (-3.0, 3.0)},
        lambda E, th: E / (1 + E * (1 - math.cos(th)) / 0.511),
    ),
    "breit_wigner": (
        {"E": Q, "e0": (1.0, 2.0), "g": (0.8, 2.0)},
        lambda E, e0, g: (g * g / 4) / ((E - e0) ** 2 + g * g / 4),
    ),
    "van_der_waals": (
        {"T": P, "V": P, "a": (0.5, 2.0), "b": (0.1, 0.5)},
        lambda T, V, a, b: T / (V - b) - a / V**2,
    ),
    "spherical_cosine": (
        {"p": (-1.5, 1.5), "d": (-1.0, 1.0), "h": (-3.0, 3.0)},
        lambda p, d, h: math.sin(p) * math.sin(d) + math.cos(p) * math.cos(d) * math.cos(h),
    ),
    "eyring": (
        {"T": (0.5, 2.0), "s": (-1.0, 1.0), "h": (0.5, 2.0)},
        lambda T, s, h: T * math.exp(s - h / T),
    ),
    "haldane": (
        {"v": (0.5, 2.0), "s": (0.2, 4.0), "k": (0.5, 1.5), "i": Q},
        lambda v, s, k, i: v * s / (k + s + s * s / i),
    ),
    "rocket_in_gravity": (
        {"u": P, "m": (2.0, 4.0), "q": (0.2, 0.8), "t": (0.2, 2.0)},
        lambda u, m, q, t: u * math.log(m / (m - q * t)) - 0.981 * t,
    ),
    "two_waves": (
        {"a": Q, "b": Q, "ph": (-3.0, 3.0)},
        lambda a, b, ph: a + b + 2 * math.sqrt(a * b) * math.cos(ph),
    ),
    "catenary": ({"a": (0.8, 2.0), "x": (-2.0, 2.0)}, lambda a, x: a * math.cosh(x / a)),
    "banked_curve": (
        {"g": (0.5, 2.0), "r": Q, "th": (0.0, 0.6), "mu": (0.1, 0.8)},
        lambda g, r, th, mu: math.sqrt(
            g * r * (math.tan(th) + mu) / (1 - mu * math.tan(th)),
        ),
    ),
    "einstein_heat": ({"n": (0.5, 2.0), "q": Q, "T": (0.5, 2.0)}, einstein_heat),
    "allele": ({"p": (0.1, 0.9), "u": (0.5, 1.5), "v": (0.5, 1.5), "w": (0.5, 1.5)}, allele),
    "control_bessel": ({"a": (0.5, 2.0), "x": (0.5, 6.0)}, lambda a, x: a * bessel(x)),
    "control_lambert": ({"x": Q, "y": Q}, lambda x, y: lambert(x * y)),
    "control_ellipse": ({"a": (0.5, 2.0), "b": Q}, ellipse),
    "control_ridges": (
        {"x": (-1.5, 1.5), "y": (-1.5, 1.5)},
        lambda x, y: sum(c * math.tanh(a * x + b * y + d) for c, a, b, d in RIDGES),
    ),
}
"""Of textbooks of physics, chemistry, biology and economics; the last four are controls."""


def _task(name: str, inputs: Box, reference: Callable[..., float]) -> Callable[[], RealTask]:
    def build() -> RealTask:
        return RealTask(inputs=inputs, reference=reference)

    build.__name__ = name
    build.__doc__ = f"{name.replace('_', ' ').capitalize()}."
    return task(build)


globals().update({name: _task(name, *told) for name, told in (FIRST | SECOND).items()})
