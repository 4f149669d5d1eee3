"""Networks of PyTorch's own recurrent layers that are machines by construction."""

import torch

from distill.kinds.automaton.machine import Machine

GAIN = 6.0
"""Of every unit: what it answers is far from 0 on all inputs, so that nothing fades."""

FAR = 40.0
"""Of the biases of gates that are open or closed."""


class Module(torch.nn.Module):
    """An embedding, a recurrent layer, a linear readout at every step or at the end."""

    def __init__(self, embedding, layer, output, at_the_end=False):
        super().__init__()
        self.embedding, self.layer, self.output = embedding, layer, output
        self.at_the_end = at_the_end

    def forward(self, tokens):
        hidden = self.layer(self.embedding(tokens))[0]
        return self.output(hidden[:, -1] if self.at_the_end else hidden)


def parity(states=2):
    """The running sum of bits modulo a number of states."""
    step = tuple((q, (q + 1) % states) for q in range(states))
    return Machine(step, step, ((0,), (1,)))


def ends_in(word):
    """Whether the last bits are those of a word."""
    states = ["".join(word[:k]) for k in range(len(word) + 1)]

    def after(state, bit):
        seen = state + bit
        return next(k for k in range(len(word), -1, -1) if seen.endswith(states[k]))

    rows = tuple(tuple(after(state, bit) for bit in "01") for state in states)
    answers = tuple(tuple(int(q == len(word)) for q in row) for row in rows)
    return Machine(rows, answers, ((0,), (1,)))


def planted(machine, cell="gru", at_the_end=False):
    """A module with a unit for every state and symbol: 1 where it was in that state and read that.

    One unit is on after every step, so that which state it is in is a linear function of all of
    them. Gates are open or closed for ever, which makes a GRU and an LSTM Elman networks.
    """
    states, symbols = machine.states, len(machine.symbols)
    d, on = states * symbols, 1.0 if cell != "lstm" else float(torch.tanh(torch.tensor(1.0)))
    W_x, W_h, b = torch.zeros(d, symbols), torch.zeros(d, d), torch.zeros(d)
    answers = sorted({answer for row in machine.outputs for answer in row})
    W_out = torch.zeros(len(answers), d)
    for p in range(states):
        for x in range(symbols):
            unit = p * symbols + x
            W_x[unit, x] = 2 * GAIN
            into = [
                q * symbols + y
                for q in range(states)
                for y in range(symbols)
                if machine.transitions[q][y] == p
            ]
            W_h[unit, into] = GAIN / on
            b[unit] = GAIN * len(into) - 3 * GAIN
            W_out[answers.index(machine.outputs[p][x]), unit] = 2.0
    make = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
    layer = make(symbols, d, batch_first=True)
    place = {"rnn": 0, "gru": 2, "lstm": 2}[cell]
    # the first state, as if it had been reached: every unit that leads to it counts as one
    with torch.no_grad():
        for name, weights in layer.named_parameters():
            weights.zero_()
            part = weights[place * d : (place + 1) * d]
            if name == "weight_ih_l0":
                part.copy_(W_x)
            elif name == "weight_hh_l0":
                part.copy_(W_h)
            elif name == "bias_ih_l0":
                part.copy_(b)
                if cell == "gru":
                    weights[:d], weights[d : 2 * d] = FAR, -FAR  # r open, z takes the new state
                if cell == "lstm":
                    weights[:d], weights[d : 2 * d], weights[3 * d :] = FAR, -FAR, FAR
    embedding = torch.nn.Embedding(symbols, symbols)
    output = torch.nn.Linear(d, len(answers))
    with torch.no_grad():
        embedding.weight.copy_(torch.eye(symbols))
        output.weight.copy_(W_out)
        output.bias.copy_(on * W_out.sum(1))  # units are -1 where they are off
    return _Started(embedding, layer, output, at_the_end, _start(machine, d, symbols, on))


def _start(machine, d, symbols, on):
    """A hidden state from which the machine is in state 0."""
    start = torch.full((d,), -on)
    into = next(
        q * symbols + y
        for q in range(machine.states)
        for y in range(symbols)
        if machine.transitions[q][y] == 0
    )
    start[into] = on
    return start


class _Started(Module):
    """With a start of its own."""

    def __init__(self, embedding, layer, output, at_the_end, start):
        super().__init__(embedding, layer, output, at_the_end)
        self.start = torch.nn.Parameter(start)

    def forward(self, tokens):
        h = self.start.expand(1, len(tokens), -1).contiguous()
        start = (h, torch.zeros_like(h)) if isinstance(self.layer, torch.nn.LSTM) else h
        hidden = self.layer(self.embedding(tokens), start)[0]
        return self.output(hidden[:, -1] if self.at_the_end else hidden)
