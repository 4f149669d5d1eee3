"""Formulas of physics and biology over boxes, and three functions without a closed form.

Most are of the kind that symbolic regression is tried on since the AI Feynman benchmark
(arXiv 1905.11481, 2006.10782): two to five inputs, products, quotients, roots, exponentials,
trigonometric functions and sums of them. Units are chosen so that constants of nature are 1.
"""

from collections.abc import Callable
from math import cos, exp, log, pi, sin, sqrt, tanh

from distill import RealTask, task


@task
def pendulum() -> RealTask:
    """Period of a pendulum under gravity g, for small swings."""
    return RealTask(
        {"length": (0.1, 2.0), "g": (1.0, 25.0)}, lambda length, g: 2 * pi * sqrt(length / g)
    )


@task
def kepler() -> RealTask:
    """Period of an orbit with semi-major axis a around a mass m."""
    return RealTask({"a": (0.5, 3.0), "m": (0.5, 4.0)}, lambda a, m: 2 * pi * sqrt(a**3 / m))


@task
def lorentz_factor() -> RealTask:
    """How much slower a clock is that moves at speed v, where light moves at c."""
    return RealTask({"v": (0.0, 0.9), "c": (1.0, 2.0)}, lambda v, c: 1 / sqrt(1 - (v / c) ** 2))


@task
def logistic_growth() -> RealTask:
    """A population after a time t that began with p and can grow to k, at the rate r."""
    return RealTask(
        {"t": (0.0, 4.0), "r": (0.5, 1.5), "p": (0.5, 2.0), "k": (3.0, 6.0)},
        lambda t, r, p, k: k / (1 + (k / p - 1) * exp(-r * t)),
    )


@task
def relativistic_sum() -> RealTask:
    """Speed of what moves at u in something that moves at v, where light moves at c."""
    return RealTask(
        {"u": (0.0, 0.9), "v": (0.0, 0.9), "c": (1.0, 2.0)},
        lambda u, v, c: (u + v) / (1 + u * v / c**2),
    )


@task
def bell_curve() -> RealTask:
    """Density of the normal distribution with mean m and standard deviation s at x."""
    return RealTask(
        {"x": (-1.0, 3.0), "m": (0.0, 2.0), "s": (1.0, 2.0)},
        lambda x, m, s: exp(-(((x - m) / s) ** 2) / 2) / (s * sqrt(2 * pi)),
    )


@task
def distance() -> RealTask:
    """Distance of two points of the plane."""
    return RealTask(
        {"a": (0.0, 2.0), "b": (3.0, 5.0), "c": (0.0, 2.0), "d": (3.0, 5.0)},
        lambda a, b, c, d: sqrt((b - a) ** 2 + (d - c) ** 2),
    )


@task
def gravity() -> RealTask:
    """Force between the masses m and n at a distance r."""
    return RealTask(
        {"m": (1.0, 5.0), "n": (1.0, 5.0), "r": (1.0, 3.0)}, lambda m, n, r: m * n / r**2
    )


@task
def coulomb() -> RealTask:
    """Force between the charges q and s at a distance r in vacuum of permittivity 1."""
    return RealTask(
        {"q": (1.0, 5.0), "s": (1.0, 5.0), "r": (1.0, 3.0)},
        lambda q, s, r: q * s / (4 * pi * r**2),
    )


@task
def kinetic_energy() -> RealTask:
    """Kinetic energy of a mass m with velocity (u, v, w)."""
    return RealTask(
        {"m": (1.0, 5.0), "u": (1.0, 5.0), "v": (1.0, 5.0), "w": (1.0, 5.0)},
        lambda m, u, v, w: m * (u**2 + v**2 + w**2) / 2,
    )


@task
def oscillator_energy() -> RealTask:
    """Energy of a mass m that swings with frequency w and amplitude x."""
    return RealTask(
        {"m": (1.0, 3.0), "w": (1.0, 3.0), "x": (1.0, 3.0)},
        lambda m, w, x: m * w**2 * x**2 / 4,
    )


@task
def thin_lens() -> RealTask:
    """Focal length of two lenses of focal lengths a and b in a row, b in glass of index n."""
    return RealTask(
        {"a": (1.0, 5.0), "b": (1.0, 5.0), "n": (1.0, 3.0)},
        lambda a, b, n: 1 / (1 / a + n / b),
    )


@task
def law_of_cosines() -> RealTask:
    """Third side of a triangle with the sides a and b and the angle t between them."""
    return RealTask(
        {"a": (1.0, 3.0), "b": (1.0, 3.0), "t": (0.5, 3.0)},
        lambda a, b, t: sqrt(a**2 + b**2 - 2 * a * b * cos(t)),
    )


@task
def snell() -> RealTask:
    """Sine of the angle of a ray behind a surface that it meets at the angle t."""
    return RealTask(
        {"n": (0.2, 0.9), "t": (0.1, 1.4)},
        lambda n, t: n * sin(t),
    )


@task
def doppler() -> RealTask:
    """Frequency f as heard from a source that comes at speed v, where sound moves at c."""
    return RealTask(
        {"f": (1.0, 5.0), "v": (0.1, 1.0), "c": (2.0, 4.0)},
        lambda f, v, c: f / (1 - v / c),
    )


@task
def relativistic_momentum() -> RealTask:
    """Momentum of a mass m that moves at speed v, where light moves at c."""
    return RealTask(
        {"m": (1.0, 5.0), "v": (0.1, 1.0), "c": (1.5, 3.0)},
        lambda m, v, c: m * v / sqrt(1 - (v / c) ** 2),
    )


@task
def interference() -> RealTask:
    """Intensity of two waves of intensities i and j with a phase d between them."""
    return RealTask(
        {"i": (1.0, 4.0), "j": (1.0, 4.0), "d": (0.0, 3.0)},
        lambda i, j, d: i + j + 2 * sqrt(i * j) * cos(d),
    )


@task
def ideal_gas() -> RealTask:
    """Pressure of n moles at the temperature t in a volume v, where the gas constant is 1."""
    return RealTask({"n": (1.0, 5.0), "t": (1.0, 5.0), "v": (1.0, 5.0)}, lambda n, t, v: n * t / v)


@task
def barometer() -> RealTask:
    """Density at a height h of an atmosphere of molecules m under gravity g at temperature t."""
    return RealTask(
        {"n": (1.0, 3.0), "m": (0.5, 1.5), "g": (0.5, 1.5), "h": (0.5, 1.5), "t": (1.0, 3.0)},
        lambda n, m, g, h, t: n * exp(-m * g * h / t),
    )


@task
def planck() -> RealTask:
    """Mean energy of an oscillator of frequency w at the temperature t."""
    return RealTask({"w": (1.0, 5.0), "t": (1.0, 5.0)}, lambda w, t: w / (exp(w / t) - 1))


@task
def diffusion() -> RealTask:
    """Diffusion of a particle of mobility u at the temperature t, as seen after a time s."""
    return RealTask(
        {"u": (1.0, 3.0), "t": (1.0, 3.0), "s": (0.1, 2.0)},
        lambda u, t, s: u * t * (1 - exp(-s / u)),
    )


@task
def diode() -> RealTask:
    """Current of a diode that lets i through, at the voltage v and the temperature t."""
    return RealTask(
        {"i": (1.0, 5.0), "v": (0.5, 2.0), "t": (1.0, 2.0)},
        lambda i, v, t: i * (exp(v / t) - 1),
    )


@task
def entropy_of_gas() -> RealTask:
    """Work of n moles of a gas at the temperature t that goes from a volume v to a volume w."""
    return RealTask(
        {"n": (1.0, 5.0), "t": (1.0, 5.0), "v": (1.0, 3.0), "w": (4.0, 6.0)},
        lambda n, t, v, w: n * t * log(w / v),
    )


@task
def paramagnet() -> RealTask:
    """Magnetisation of n spins of moment m in a field b at the temperature t."""
    return RealTask(
        {"n": (1.0, 3.0), "m": (0.5, 1.5), "b": (0.5, 1.5), "t": (1.0, 3.0)},
        lambda n, m, b, t: n * m * tanh(m * b / t),
    )


@task
def damped_swing() -> RealTask:
    """A swing of frequency w that is damped at the rate k, at a time t."""
    return RealTask(
        {"t": (0.0, 2.0), "k": (0.2, 1.0), "w": (1.0, 3.0)},
        lambda t, k, w: exp(-k * t) * cos(w * t),
    )


@task
def projectile() -> RealTask:
    """Range of a ball that is thrown at speed v and angle a, under gravity g."""
    return RealTask(
        {"v": (1.0, 3.0), "a": (0.2, 1.3), "g": (1.0, 3.0)},
        lambda v, a, g: v**2 * sin(2 * a) / g,
    )


@task
def michaelis_menten() -> RealTask:
    """Rate of an enzyme that is at most v, half of it at k, for a concentration s."""
    return RealTask(
        {"v": (1.0, 5.0), "s": (0.1, 3.0), "k": (0.5, 2.0)}, lambda v, s, k: v * s / (k + s)
    )


@task
def reduced_mass() -> RealTask:
    """Reduced mass of the masses m and n."""
    return RealTask({"m": (1.0, 5.0), "n": (1.0, 5.0)}, lambda m, n: m * n / (m + n))


@task
def center_of_mass() -> RealTask:
    """Centre of the masses m at x and n at y."""
    return RealTask(
        {"m": (1.0, 5.0), "n": (1.0, 5.0), "x": (1.0, 5.0), "y": (1.0, 5.0)},
        lambda m, n, x, y: (m * x + n * y) / (m + n),
    )


def _integral(
    function: Callable[[float], float], low: float, high: float, parts: int = 64
) -> float:
    """Simpson's rule, more than enough for what is smooth."""
    step = (high - low) / parts
    inner = sum((4 if place % 2 else 2) * function(low + place * step) for place in range(1, parts))
    return step / 3 * (function(low) + inner + function(high))


@task
def bessel() -> RealTask:
    """Bessel's function J0 of the product of x and k, which has no closed form: a control."""
    return RealTask(
        {"x": (0.5, 3.0), "k": (0.5, 2.0)},
        lambda x, k: _integral(lambda s: cos(x * k * sin(s)), 0.0, pi) / pi,
    )


@task
def large_pendulum() -> RealTask:
    """Period of a pendulum that swings to the angle a, an elliptic integral: a control.

    The arithmetic-geometric mean gives it.
    """

    def reference(length: float, a: float) -> float:
        one, other = 1.0, cos(a / 2)
        for _ in range(8):
            one, other = (one + other) / 2, sqrt(one * other)
        return 2 * pi * sqrt(length) / one

    return RealTask({"length": (0.2, 2.0), "a": (0.2, 2.5)}, reference)


@task
def kepler_equation() -> RealTask:
    """Eccentric anomaly at the mean anomaly m of an orbit of eccentricity ecc: a control.

    Kepler's equation m = x - e sin x has no solution in closed form.
    """

    def reference(m: float, ecc: float) -> float:
        x = m
        for _ in range(30):
            x -= (x - ecc * sin(x) - m) / (1 - ecc * cos(x))
        return x

    return RealTask({"m": (0.3, 3.0), "ecc": (0.1, 0.7)}, reference)


CONTROLS = ("bessel", "large_pendulum", "kepler_equation")
"""Tasks that no formula is known for: what is found there is wrong."""
