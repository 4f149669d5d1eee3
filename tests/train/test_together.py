"""Networks that are trained together are those that are trained alone."""

import torch
from torch.nn.functional import cross_entropy

from distill.train.together import SGD, AdamW, stacked, train_together


def make(generator):
    return {
        "W_in": torch.randn(4, 8, generator=generator) / 2,
        "b": torch.zeros(8),
        "W_out": torch.randn(8, 3, generator=generator) / 3,
    }


inputs = torch.randn(50, 4, generator=torch.Generator().manual_seed(1))
labels = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0).long()


def losses(parameters, step):
    hidden = torch.relu(inputs @ parameters["W_in"] + parameters["b"][:, None])
    logits = hidden @ parameters["W_out"]
    each = cross_entropy(logits.flatten(0, 1), labels.repeat(len(logits)), reduction="none")
    return each.view(len(logits), -1).mean(dim=1)


def test_the_same_seed_gives_the_same_network_in_every_company():
    together = train_together(stacked(make, [3, 4, 5, 6]), losses, AdamW(0.01, 0.1), 200)
    for place, seed in enumerate([3, 4, 5, 6]):
        alone = train_together(stacked(make, [seed]), losses, AdamW(0.01, 0.1), 200)
        for name, weights in alone.items():
            torch.testing.assert_close(weights[0], together[name][place], rtol=1e-4, atol=1e-5)


def test_one_after_another_numbers_are_those_of_a_network_alone_to_the_bit():
    for threads in (1, 2):
        begun = stacked(make, [3, 4, 5])
        together = train_together(begun, losses, AdamW(0.01, 0.1), 50, threads=threads)
        for place, seed in enumerate([3, 4, 5]):
            alone = train_together(stacked(make, [seed]), losses, AdamW(0.01, 0.1), 50)
            for name, weights in alone.items():
                assert torch.equal(weights[0], together[name][place])
                assert not torch.equal(weights[0], begun[name][place])


def test_a_step_is_that_of_torch_with_settings_by_member():
    rates, decays = torch.tensor([0.01, 0.03]), torch.tensor([0.0, 0.5])
    ours = train_together(stacked(make, [0, 1]), losses, AdamW(rates, decays), 50)
    for place in range(2):
        theirs = {
            name: each[place : place + 1].clone().requires_grad_()
            for name, each in stacked(make, [0, 1]).items()
        }
        rule = torch.optim.AdamW(
            theirs.values(), lr=float(rates[place]), weight_decay=float(decays[place])
        )
        for _ in range(50):
            rule.zero_grad()
            losses(theirs, 0).sum().backward()
            rule.step()
        for name, weights in theirs.items():
            torch.testing.assert_close(weights[0], ours[name][place], rtol=1e-3, atol=1e-5)


def test_training_is_observed_before_every_step_and_ends_where_it_is_told_to():
    seen = []

    def observe(step, parameters, last):
        seen.append((step, last is None))
        return step == 3

    begun = stacked(make, [0])
    ended = train_together(begun, losses, SGD(0.1), 10, observe)
    assert seen == [(0, True), (1, False), (2, False), (3, False)]
    assert not torch.equal(begun["W_in"], ended["W_in"])
    train_together(begun, losses, SGD(0.1), 2, observe)
    assert [step for step, _ in seen[4:]] == [0, 1, 2]
