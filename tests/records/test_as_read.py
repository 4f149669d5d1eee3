"""How a network was read is no reason why no more is claimed of it, and no limit."""

from dataclasses import replace

from builders.html_page import Page, page_in_words
from rich.console import Console

from distill.pages.card import failures
from distill.records.as_read import as_read
from distill.runs.store import load_run
from distill.terminal.run import show_verdict

NOTES = ("by the tensors: 2 outputs, float32", "left out: optimizer.* (21 tensors: its state)")
BLACK_BOX = "the network is a black box: its module has no layers"


def test_how_a_network_was_read_stands_by_itself_and_once(planted_run):
    run = load_run(planted_run)
    remarks = (*as_read(NOTES), "nothing was held out")
    run = replace(run, report=replace(run.report, remarks=remarks))
    assert run.report.explanations == (*run.report.reasons, "nothing was held out")
    assert run.report.as_read == NOTES
    assert not [said for said in failures(run) if "tensors" in said]
    page = page_in_words(run)
    assert page.count("21 tensors") == 1
    assert "How the network was read" in [text for _, text in Page(page).all("h2")]
    console = Console(record=True, width=200)
    show_verdict(console, run.report, None)
    shown = console.export_text()
    assert shown.index("nothing was held out") < shown.index("how the network was read:")
    assert shown.count("by the tensors") == 1


def test_that_a_network_is_a_black_box_is_a_reason():
    assert as_read([BLACK_BOX]) == (BLACK_BOX,)
