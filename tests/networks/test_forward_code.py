"""What a module may do on sequences that nobody tried: its forward code is looked at."""

import pytest
import torch
from builders.library_networks import parity, planted

import distill
from distill.networks.forward_code import other_ways

LATE = 35
"""Steps beyond all that a module of length 10 is held against its layers on."""


class Plain(torch.nn.Module):
    """Made of what people write around a recurrent layer."""

    def __init__(self, at_the_end=False):
        super().__init__()
        self.embedding = torch.nn.Embedding(2, 2)
        self.layer = torch.nn.GRU(2, 3, batch_first=True)
        self.cell = torch.nn.GRUCell(2, 3)
        self.output = torch.nn.Linear(3, 2)
        self.at_the_end, self.limit, self.told = at_the_end, LATE, object()

    def said(self, tokens):
        h = torch.zeros(1, len(tokens), 3)
        h = self.layer(self.embedding(tokens), h)[0]
        return self.output(h[:, -1] if self.at_the_end else h)

    def forward(self, tokens):
        return self.said(tokens)


class Loop(Plain):
    """A cell that is called step by step."""

    def step(self, t, h, x):
        h = self.cell(x, h)
        return h, self.output(h)

    def forward(self, tokens, h=None):
        if h is None:
            h = torch.zeros(tokens.size(0), 3)
        said = []
        for t in range(tokens.shape[1]):
            h, y = self.step(t, h, self.embedding(tokens[:, t]))
            said.append(y)
        kind = self.at_the_end
        return said[-1] if kind else torch.stack(said, 1)


class Longer(Plain):
    def forward(self, tokens):
        return -self.said(tokens) if tokens.shape[1] > LATE else self.said(tokens)


class Turning(Plain):
    """Followed with stand-ins, it takes one way: which one is a matter of earlier calls."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, tokens):
        self.seen.append(1)
        return self.said(tokens) if len(self.seen) < LATE else -self.said(tokens)


class Sum(Plain):
    def forward(self, tokens):
        return self.said(tokens) * (1 if tokens.sum() < LATE * len(tokens) else -1)


class Cut(Plain):
    def forward(self, tokens):
        y = self.said(tokens)
        return torch.cat([y[:, : self.limit], -y[:, self.limit :]], 1)


class Numbered(Plain):
    def forward(self, tokens):
        y = self.said(tokens)
        return y * torch.sign(LATE + 0.5 - torch.arange(y.shape[1]))[None, :, None]


class Counted(Plain):
    def forward(self, tokens):
        late = torch.ones_like(tokens).cumsum(1) > LATE
        return torch.where(late[..., None], -self.said(tokens), self.said(tokens))


class LateStep(Loop):
    def step(self, t, h, x):
        late = t // LATE
        h = self.cell(x, h)
        return h, -self.output(h) if late else self.output(h)


class Remembers(Loop):
    def step(self, t, h, x):
        self.seen = h
        return super().step(t, h, x)


@pytest.mark.parametrize("module", [Plain(), Plain(True), Loop(), Loop(True), planted(parity())])
def test_code_that_hangs_on_symbols_and_states_alone_takes_no_other_way(module):
    assert other_ways(module) is None


@pytest.mark.parametrize(
    "kind", [Longer, Sum, Cut, Numbered, Counted, LateStep, Remembers, Turning]
)
def test_code_that_may_do_otherwise_later_is_told(kind):
    why = other_ways(kind())
    assert why is not None
    assert why.startswith("its forward code")


@pytest.mark.filterwarnings("ignore:.*torch.jit.trace:DeprecationWarning")
def test_a_scripted_module_and_one_with_hooks_cannot_be_looked_at():
    assert "scripted" in other_ways(torch.jit.trace(torch.nn.Tanh(), torch.zeros(2)))
    hooked = planted(parity())
    hooked.output.register_forward_hook(lambda module, given, said: said)
    assert other_ways(hooked) == "it has hooks"


def test_a_module_that_parts_from_its_layers_beyond_all_that_is_tried_is_a_black_box():
    class Late(type(planted(parity()))):
        def forward(self, tokens):
            said = super().forward(tokens)
            return said if tokens.shape[1] <= LATE else -said

    module = planted(parity())
    module.__class__ = Late
    run = distill.distill(module, [range(2)], length=6)
    assert run.model is None
    assert run.report.verdict == "tested"
    assert any("what it does on longer sequences" in it for it in run.report.remarks)


def test_code_that_was_executed_from_a_text_is_looked_at_too():
    """Its functions have no module that they are of, as in a notebook that runs itself."""
    source = """
def turned(y): return -y if len(y) > 35 else y
class Given(Plain):
    def forward(self, tokens): return BODY
"""
    for body, seen in (("self.said(tokens)", True), ("turned(self.said(tokens))", False)):
        names = {"Plain": Plain, "__builtins__": __builtins__}
        exec(source.replace("BODY", body), names)
        names["turned"].__module__ = None
        assert (other_ways(names["Given"]()) is None) == seen
