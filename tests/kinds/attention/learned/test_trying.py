"""Of many candidates only those are written that may be worth most."""

import numpy as np

from distill.kinds.attention.learned import trying
from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.candidate import Candidate
from distill.kinds.attention.learned.terms import AT, TOKEN, Variable
from distill.kinds.attention.learned.trying import try_all, worth
from distill.kinds.attention.learned.values import Values

RNG = np.random.default_rng(0)
TOKENS = RNG.integers(0, 6, (80, 5))
NOISE = Variable("map", "other", 3.0, "{0}", (TOKEN,), function=lambda a: (a * a * 7) % 5 % 3)
MADE = [
    Candidate(None, reads, 1.0, 1.0 + sum(each.own for each in reads))
    for reads in ((TOKEN, AT), (TOKEN,), (AT,), (NOISE,), (NOISE, AT))
]


def asked(answers):
    there = np.ones_like(TOKENS, dtype=bool)
    return Values(Asked(TOKENS, there, answers.astype(float), there))


def written(monkeypatch, answers, best=None):
    seen = []
    fit = trying.fit
    monkeypatch.setattr(trying, "fit", lambda *given: seen.append(given) or fit(*given))
    found = try_all(asked(answers), MADE, best=best)
    monkeypatch.setattr(trying, "fit", fit)
    return found, len(seen)


def test_tables_that_cannot_be_worth_most_are_not_written(monkeypatch):
    found, many = written(monkeypatch, TOKENS + 1)
    best = max(found, key=worth)
    assert best.table.text == "v0 + 1"
    assert many == len(found) == 2, "what answers as many alike is one of those to choose from"
    assert {each.reads for each in found} == {(TOKEN,), (TOKEN, AT)}


def test_what_is_known_is_beaten_or_nothing_is_written(monkeypatch):
    (best, *_), _ = written(monkeypatch, TOKENS + 1)
    found, many = written(monkeypatch, np.zeros_like(TOKENS) + 2 * TOKENS % 5, best)
    assert {each.reads for each in found} == {(TOKEN,), (TOKEN, AT)}
    assert many == 2
    noise = RNG.integers(0, 6, TOKENS.shape)
    assert written(monkeypatch, noise, best) == ([], 0)
