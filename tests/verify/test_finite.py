"""The report: decoys fail where the program passes, and the verdict never says too much."""

import io
import json

import jsonschema
import pytest
import torch
from builders.paths import SCHEMA
from planted import planted_logits, planted_model, square
from rich.console import Console

import distill
from distill.checker.count import upper_bound
from distill.checker.told import told
from distill.networks import trace as trace_module
from distill.records.counts import Agreement, Disagreement
from distill.records.report import Report
from distill.search.folder import check_run
from distill.serialise import schema, to_json
from distill.tasks.finite import Task
from distill.terminal.run import show_checkup
from distill.verify import agreement as agreement_module
from distill.verify.finite import DomainChecks

pytestmark = pytest.mark.usefixtures("page_undrawn")

AMPLITUDES = {2: 5.0, 7: 4.0, 9: 3.0}


@pytest.fixture(scope="module")
def planted():
    return distill.distill(planted_model(23, AMPLITUDES), square(23))


def test_a_planted_network_is_proved_and_located(planted):
    report = planted.report
    assert report.verdict == "proved"
    assert report.located
    assert report.program_vs_model.agree == report.program_vs_model.total == 529
    assert report.value("logit_r2") > 0.99
    assert report.value("kept_only_accuracy") == report.value("interchange_accuracy") == 1
    assert report.value("removed_accuracy") < 0.1
    assert report.proof.smallest_lead > 0
    assert report.model_vs_task is None


def test_arg_max_agreement_is_vacuous_and_the_decoys_show_it(planted):
    loud = "these with the true amplitudes"
    # it answers everything right
    assert planted.report.value(f"decoy_agrees: {loud}") == 1
    assert planted.report.value(f"decoy: {loud}") < 0  # and is not what the network computes
    assert planted.report.figure("logit_r2").decoy < 0.5


def test_a_network_that_looks_its_logits_up_is_not_located():
    """The logits of a network of circles from one that has none: every test of the inside fails."""
    p = 11
    domain, one_hot = square(p), torch.eye(p)
    tokens = torch.as_tensor(domain.tokens())
    parameters = {
        "W_E": one_hot,
        "W_1": torch.cat([one_hot[tokens[:, 0]].T, one_hot[tokens[:, 1]].T]),  # a unit an input
        "b_1": -torch.ones(p * p),
        "W_U": torch.as_tensor(planted_model(p, {2: 5.0, 3: 4.0}).logits(domain.tokens())).float(),
        "b_U": torch.zeros(p),
    }
    table = distill.Model(distill.MLP(2, p, p, p, (p * p,), "concat"), parameters)
    report = distill.distill(table, domain).report
    assert report.verdict == "proved"
    assert not report.located
    assert report.value("kept_only_accuracy") < 0.2
    assert report.value("removed_accuracy") == 1
    assert report.value("decode_r2") < 0.1
    assert sum("not located" in reason for reason in report.reasons) == 4


def test_a_black_box_is_not_located():
    run = distill.distill(planted_logits(23, AMPLITUDES), square(23))
    assert run.report.verdict == "tested"
    assert not run.report.located
    assert "black box" in run.report.reasons[0]
    assert run.report.value("kept_only_accuracy") is None


def test_a_module_in_training_mode_is_evaluated_and_left_as_it_was():
    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.drop = torch.nn.Dropout(0.5)
            self.waves = planted_logits(23, AMPLITUDES)

        def forward(self, tokens):
            return self.drop(self.waves(tokens))

    net = Net()
    run = distill.distill(net, [range(23), range(23)], range(23))
    assert run.report.value("logit_r2") > 1 - 1e-6
    assert net.training


def test_waves_decode_from_a_module_where_hooks_reach_them():
    class Net(torch.nn.Module):
        """Cosines and sines of a + b at the last of three positions, read out by a linear layer."""

        def __init__(self):
            super().__init__()
            angles = 2 * torch.pi * torch.outer(torch.tensor([2, 5]), torch.arange(23)) / 23
            self.readout = torch.nn.Linear(4, 23)
            self.readout.weight.data = 5 * torch.cat([angles.cos(), angles.sin()]).T

        def forward(self, tokens):
            angles = 2 * torch.pi * tokens.sum(dim=1)[:, None] * torch.tensor([2, 5]) / 23
            waves = torch.cat([angles.cos(), angles.sin()], dim=1)
            return self.readout(torch.stack([0 * waves, waves.flip(1), waves], dim=1))[:, -1]

    net = Net()
    decoded = distill.distill(net, square(23)).report.figure("decode_r2")
    assert decoded.value > 0.999
    assert decoded.decoy < 0.1
    assert not net.readout._forward_pre_hooks


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (lambda tokens: torch.zeros(len(tokens), 5), r"shape \(2, 5\).*expected \(2, 23\)"),
        (lambda tokens: torch.full((len(tokens), 23), float("nan")), "not finite"),
        (lambda tokens: tokens.nothing, "the network failed on tokens"),
    ],
)
def test_networks_that_do_not_fit_are_refused_before_anything_runs(network, message):
    with pytest.raises(distill.DistillError, match=message):
        distill.distill(network, square(23))


def test_an_untrained_network_ends_refused_without_a_program():
    shape = distill.Transformer.for_domain(square(23))
    model = distill.Model(shape, shape.initialise(torch.Generator().manual_seed(0)))
    run = distill.distill(model, square(23))
    assert run.report.verdict == "refused"
    assert run.program is None
    assert run.report.numbers["strongest_wave"] < 0.5


def test_exceptions_are_counted_and_the_verdict_is_about_all_inputs():
    waves = planted_logits(31, {2: 10.0, 5: 8.0})

    def mistaken(tokens):
        wrong = (tokens == 3).all(dim=1)
        return torch.where(wrong[:, None], waves((tokens + 1) % 31), waves(tokens))

    run = distill.distill(mistaken, square(31))
    assert run.report.program.exceptions == 1
    assert run.program(3, 3) == 8
    assert run.mechanism.agreement == pytest.approx(1 - 1 / 961)
    assert run.report.program_vs_model.agree == 961


LARGE = 79
WAVES = {11: 9.0, 23: 7.0, 37: 8.0}


@pytest.fixture
def little_is_large(monkeypatch):
    """Of 6,241 inputs not all are gone through, as of 250 million logits elsewhere."""
    monkeypatch.setattr(agreement_module, "ENUMERATION_LIMIT", 100_000)
    monkeypatch.setattr(trace_module, "TRACE_LIMIT", LARGE * 2000)


def assert_sampled(run, count, bound):
    counted = run.report.program_vs_model
    assert run.report.verdict == "tested"
    assert not counted.exhaustive
    assert counted.agree == counted.total == count
    assert counted.upper_bound_99 == upper_bound(0, count) == pytest.approx(bound, rel=1e-2)
    assert counted.searched > 100
    assert counted.search_disagreements == 0
    assert "uniformly" in run.report.holds_for.sampling


def test_a_domain_too_large_to_go_through_is_sampled_with_its_exact_bound(
    little_is_large, monkeypatch
):
    monkeypatch.setattr(agreement_module, "SAMPLE_COUNT", 5000)
    run = distill.distill(planted_logits_streamed(LARGE, WAVES), square(LARGE))
    assert_sampled(run, 5000, 9.2e-4)


@pytest.mark.claim
def test_a_million_inputs_are_sampled():
    waves = {100: 9.0, 211: 7.0, 350: 8.0}
    run = distill.distill(planted_logits_streamed(1009, waves), square(1009))
    assert_sampled(run, 20_000, 2.3e-4)


def test_the_search_finds_a_fault_that_a_sample_misses(little_is_large, monkeypatch):
    """A wrong answer at one corner of many inputs, where the margin tells of it."""
    monkeypatch.setattr(agreement_module, "SAMPLE_COUNT", 50)
    right = planted_logits_streamed(LARGE, WAVES)

    def faulty(tokens):
        logits = right(tokens)
        distance = (tokens - torch.tensor([73, 3])).abs().sum(dim=1)
        logits = logits / (1 + 10 / (1 + distance[:, None]))
        return torch.where((distance == 0)[:, None], -logits, logits)

    run = distill.distill(faulty, square(LARGE))
    assert run.report.program_vs_model.agree == run.report.program_vs_model.total
    assert run.report.program_vs_model.search_disagreements == 1
    assert run.report.verdict == "approximate"


def planted_logits_streamed(p, waves):
    def logits(tokens):
        turns = tokens.sum(dim=1)[:, None] - torch.arange(p)[None]
        return sum(
            size * torch.cos(2 * torch.pi * (k * turns % p).double() / p)
            for k, size in waves.items()
        )

    return logits


def test_every_report_fits_the_published_schema(planted):
    assert schema(Report) == SCHEMA
    untrained = distill.distill(lambda t: torch.zeros(len(t), 5), square(5)).report
    for report in (planted.report, untrained):
        jsonschema.validate(json.loads(to_json(report)), SCHEMA)


def test_the_contracts_fields_are_all_there(planted):
    """The names of the design, as the JSON nests them."""
    written = json.loads(to_json(planted.report))
    for name, inner in {
        "mechanism": "kind name description_length",
        "program_vs_model": "agree total heldout_agree heldout_total exhaustive upper_bound_99 "
        "disagreement",
        "program": "lines ast_nodes data_literals exceptions",
        "meaning": "statement gcd margin terminates",
        "proof": "statement method float_bound",
    }.items():
        assert set(inner.split()) <= set(written[name]), name
    assert {"model_vs_task", "program_vs_task", "longer", "diverges_at", "holds_for"} <= set(
        written
    )
    assert written["located"] is True
    assert written["format_version"] == 2
    row = {"name", "value", "decoy", "needs", "at_least", "derived", "note"}
    assert all(set(figure) == row for figure in written["figures"])
    assert {
        *("logit_r2", "kept_only_accuracy", "removed_accuracy", "decode_r2"),
        *("interchange_accuracy", "smallest_margin"),
    } <= {figure["name"] for figure in written["figures"]}


def test_a_report_shows_itself_in_a_notebook(planted):
    assert "<b>proved</b>" in planted._repr_html_()
    assert "529 of 529" in planted.report._repr_html_()
    printed = str(planted.report).splitlines()
    assert printed[0].startswith("proved and located: The program answers")
    assert "  program = network: 529 of 529" in printed


def test_a_black_box_is_checked_again_without_its_network(tmp_path):
    run = distill.distill(planted_logits(23, AMPLITUDES), square(23), out=tmp_path)
    checkup = check_run(run.folder)
    assert checkup.ok, [finding for finding in checkup.findings if not finding.ok]
    assert checkup.verdict == "tested"
    (network,) = (finding for finding in checkup.findings if "not run again" in finding.detail)
    assert network.taken, "it has no tick, as what was checked has"
    shown = {finding.name for finding in told(checkup.findings, run.report.tree)}
    assert "program = recorded answers" in shown
    assert "program = network" not in shown
    console = Console(file=io.StringIO(), width=100)
    show_checkup(console, checkup)
    said = console.file.getvalue()
    assert "✓  network" not in said
    assert "verified against recorded answers, not the network: tested" in said
    assert "verified: tested" not in said


@pytest.mark.claim
def test_a_sampled_run_of_a_stored_network_is_derived_again(tmp_path, monkeypatch):
    """A small domain that is declared too large: sample, trace and search are all drawn anew."""
    monkeypatch.setattr(agreement_module, "ENUMERATION_LIMIT", 1000)
    monkeypatch.setattr(agreement_module, "SAMPLE_COUNT", 200)
    monkeypatch.setattr(trace_module, "TRACE_LIMIT", 23 * 300)
    run = distill.distill(planted_model(23, AMPLITUDES), square(23), out=tmp_path)
    assert run.report.verdict == "tested"
    assert run.report.program_vs_model.total == 200
    assert run.mechanism.fit.inputs == 300
    checkup = check_run(run.folder)
    assert checkup.ok, [finding for finding in checkup.findings if not finding.ok]
    certificate = json.loads((run.folder / "certificate.json").read_text())
    certificate["sample"]["seed"] += 1
    (run.folder / "certificate.json").write_text(json.dumps(certificate))
    assert not check_run(run.folder).ok


def test_the_first_input_that_they_differ_on_is_reported():
    traced = trace_module.trace(planted_model(11, {2: 5.0, 3: 4.0}), square(11))
    text = "__all__ = ['f']\n\ndef f(a: int, b: int) -> int:\n    return (a + b) % 11{}\n"
    wrong = DomainChecks(text.format(" if a != 3 or b < 7 else 5"), traced, None, None).counted([])
    assert wrong.program_vs_model.agree == 121 - 4
    assert wrong.program_vs_model.disagreement == Disagreement((3, 7), 5, 10)
    right = DomainChecks(text.format(""), traced, None, None).counted([])
    assert right.program_vs_model.disagreement is None


def test_what_is_wrong_for_the_task_is_counted_of_network_and_program():
    traced = trace_module.trace(planted_model(11, {2: 5.0, 3: 4.0}), square(11))
    text = "__all__ = ['f']\n\ndef f(a: int, b: int) -> int:\n    return (a + b) % 11{}\n"
    ranges = {"a": range(11), "b": range(11)}
    # the task is another one than what the network does wherever a is 3
    asked = Task(ranges, range(11), lambda a, b: 0 if a == 3 else (a + b) % 11)
    counted = DomainChecks(text.format(" if a != 5 else 0"), traced, asked, None).counted([])
    assert counted.model_vs_task == Agreement(121 - 10, 121)
    assert counted.program_vs_task == Agreement(121 - 20, 121)
    assert (counted.program_vs_model.agree, counted.program_vs_model.total) == (121 - 10, 121)
