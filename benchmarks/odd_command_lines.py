"""Command lines that no user would type: odd options, in odd places, with odd values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

COMMANDS = (
    *("run", "verify", "show", "report", "compare", "runs", "tasks", "bench", "gallery", "doctor"),
    *("", "fly", "RUN", "--help"),
)


FLAGS = (
    *("--json", "--quiet", "--open", "--latex", "--sympy", "--dot", "--markdown", "--retry"),
    *("--fresh", "--again", "--check", "--help", "--version", "-h", "-x", "--", "-"),
)


VALUED = (
    *("--seed", "--set", "--arch", "--out", "--model", "--layout", "--accept", "--jobs", "--only"),
    *("--timeout", "--to", "--output"),
)


TASKS = (
    *("mod_add", "parity_all", "prev3", "binary_addition", "sums", "MOD_ADD", "mod_ad"),
    *("good.py", "good.py:good", "good.py:other", "empty.py", "broken.py", "leaves.py", "odd.py"),
    *(
        "missing.py",
        "folder",
        "folder.py",
        "folder/x.py",
        "file",
        "fifo.py",
        "./good.py",
        "link.py",
    ),
)


PLAIN = ("good.py", "mod_add", "parity_all")


SETTINGS = (
    *("p=59", "p=2", "p=1", "p=0", "p=-1", "p=5", "p=113.0", "p=1e3", "p=nan", "p=inf", "p=1_1"),
    *("p=٣", "p=" + "9" * 20, "p=" + "9" * 5000, "p= 5", "p", "=", "=5", "p=", "p==5", "p=a=b"),
    *("fraction=nan", "fraction=-inf", "fraction=1e-400", "fraction=0.5", "fraction=1", "self=1"),
    *("cls=1", "build=x", "name=x", "settings=1", "__class__=1", "seed=3", "out=x", "task=1"),
    *("length=0", "length=1000", "length=1000000", "length=-5", "k=1000000", "k=0", "k=3"),
    *("length=true", "1p=3", "p-q=3", "ünï=1", "p=" + "a" * 300, "lambda=1", "[/b]=1"),
)


ARCHITECTURES = (
    *("mlp", "transformer", "transformer-norm", "mlp-concat", "rnn", "mlp,", ",", "mlp,,", "mlp,x"),
    *("mlp,widths=0", "mlp,widths=--", "mlp,widths=65536-65536-65536", "mlp,combine=product"),
    *("transformer,n_heads=3", "transformer,n_heads=0", "transformer,attention_coefficient=nan"),
    *("transformer,kind=mlp", "transformer,n_inputs=1", "mlp,widths=4,widths=4", "mlp,widths=²"),
)


TEXTS = (
    *("", " ", "a", "0", "-1", "1", "1.5", "nan", "inf", "-inf", "1e400", "9" * 20, "9" * 5000),
    *(
        "a" * 300,
        "a" * 5000,
        "a/" * 3000,
        "é" * 200,
        "文" * 100,
        "🙂",
        "\u202e",
        "\u200b",
        "\ufeff",
    ),
    *("\0", "a\0b", "a\nb", "a\n\nb", "\t", "\x1b[31m", "\udcff", "a\udcffb", "\u2028", "\x85"),
    *("..", ".", "/", "//", "~", "../..", "/dev/null", "/dev/null/x", "/proc/self/mem", "%s", "{}"),
    *(
        "{0}",
        "[/b]",
        "[bold]",
        "\\",
        "'",
        '"',
        "$HOME",
        "`id`",
        "a b",
        "*",
        "?",
        "[",
        "a:b",
        ":",
        ".py",
    ),
    *(
        "x.py:",
        ".py:x",
        "a.py:b.py:c",
        "fifo.py",
        "file",
        "folder",
        "link.py",
        "mips",
        "tomita",
        "own.toml",
    ),
    *("bad.toml", "damaged", "outputs", "parity_*", "nested/out", "file/out"),
)


def odd_options(seed: int, count: int) -> Iterator[list[str]]:
    """Arguments of `distill`, odd in every way that a shell lets through, and in some others."""
    rng = np.random.default_rng(seed)

    def any_of(texts: tuple[str, ...]) -> str:
        return texts[rng.integers(len(texts))]

    def value(option: str) -> str:
        of_option = {"--set": SETTINGS, "--arch": ARCHITECTURES}.get(option)
        return any_of(of_option if of_option and rng.random() < 0.8 else TEXTS)

    for _ in range(count):
        command = "run" if rng.random() < 0.4 else any_of(COMMANDS)
        arguments = [command] if command else []
        if rng.random() < 0.85:
            plain = rng.random() < 0.4
            task = PLAIN if plain else TASKS if rng.random() < 0.7 else TEXTS
            arguments.append(any_of(task))
        for _ in range(rng.integers(4)):
            if rng.random() < 0.25:
                arguments.append(any_of(FLAGS))
            elif rng.random() < 0.1:
                arguments.append(any_of(TEXTS))
            else:
                option = any_of(VALUED)
                both = [option, value(option)]
                arguments += both if rng.random() < 0.9 else ["=".join(both)]
        if rng.random() < 0.03:
            arguments.append(any_of(VALUED))  # whose value is missing
        yield arguments
