"""Whatever is read in a stored network that looks its answers up, `verify` derives the same."""

import numpy as np
import pytest
from builders.groups import looked_up, random_latin

import distill
from distill.checker.check import check_run
from distill.domains.finite import Domain
from distill.groups.families import Metacyclic, Symmetric, products

pytestmark = pytest.mark.usefixtures("page_undrawn")

NINE = np.arange(9)
TABLES = {
    "sum modulo 9": (NINE[:, None] + NINE) % 9,
    "product modulo 7": np.outer(NINE[:7], NINE[:7]) % 7,
    "greatest": np.maximum.outer(NINE, NINE),
    "less than": (NINE[:, None] < NINE).astype(int),
    "distance": np.abs(NINE[:, None] - NINE),
    "exclusive or": NINE[:8, None] ^ NINE[:8],
    "dihedral": products(Metacyclic(5, 2, 4)),
    "permutations": products(Symmetric(3)),
    "constant": np.full((5, 5), 2),
    "copy": np.tile(NINE[:6, None], (1, 6)),
    "no group": random_latin(8),
    "random": np.random.default_rng(4).integers(0, 8, (8, 8)),
}


@pytest.mark.parametrize("name", TABLES)
def test_an_honest_run_is_verified(name, tmp_path):
    table = TABLES[name]
    n, outputs = len(table), int(table.max()) + 1
    domain = Domain((range(n), range(n)), range(max(2, outputs)))
    network = looked_up(table, max(2, outputs))
    run = distill.distill(network, domain, name="looked_up", out=tmp_path)
    assert (run.report.verdict == "refused") == (name in ("no group", "random"))
    checkup = check_run(run.folder)
    assert checkup.ok, [finding for finding in checkup.findings if not finding.ok]
    assert checkup.verdict == run.report.verdict
