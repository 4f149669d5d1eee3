"""Every page in a real browser: what a reader sees, hears, presses, copies and prints."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.browser_checks import CHECKS, PHONE, Page, browsing
from planted import planted_model, square
from planted_linear import linear_network, planted, system
from planted_machine import planted_network

import distill
from distill.compare import compare, gather
from distill.compare.html import census_page
from distill.gallery.collect import collect, draw
from distill.kinds.automaton.machine import Machine
from distill.pages.report_page import report_page
from distill.programs.program import Program
from distill.records.attempts import Attempt
from distill.records.curve import CurvePoint, TrainingCurve

FRAME = (
    *("h1", ".task", "#verdict .badge", "#verdict .sentence", ".hero figure svg", "nav a"),
    *("#checked li", "#card dd", "#reproduce pre", "#words dt"),
)
"""What every report shows."""

PROGRAM = ("#program pre",)
PICTURE = ("figure svg", "figure figcaption")


@pytest.fixture(scope="module")
def browser():
    with browsing() as found:
        yield found


def report(run, *shown):
    """The page of a stored run, as it lies in its folder."""
    copied = {} if run.program is None else {"source": run.program.source}
    return Page(run.folder / "report.html", (*FRAME, *shown), copied)


def fourier(planted_run, out):
    """With everything that the page of a run over a finite domain may hold: a training with its
    phases, attempts, settings, and more exceptions than are shown."""
    run = distill.load_run(planted_run)
    losses = np.array([[4, 4, 4, 4], [0.01, 9, 3, 1], [0.01, 8, 1, 3], [0.01, 4, 0.5, 5]])
    losses = [*losses.tolist(), [0.01, 0.01, 0.01, 6.0]]
    points = (
        CurvePoint(100 * place, train, 0.5, heldout, 0.5, 9.0, restricted, excluded, (1.0,) * 11)
        for place, (train, heldout, restricted, excluded) in enumerate(losses)
    )
    recipe = {"learning_rate": 0.01, "weight_decay": 1.0}
    attempt = Attempt(
        *(0, "transformer", {"d_model": 128}, "cross-entropy", "held-out inputs", "AdamW", recipe)
    )
    record = replace(
        run.record,
        seed=0,
        architecture="transformer",
        settings={"p": 23, "fraction": 0.4},
        attempts=(
            replace(attempt, number=1, steps=900, right=0.1, structure=0.2),
            replace(attempt, number=2, steps=500, right=1.0, structure=0.9, reached_at=400),
        ),
    )
    assert run.program is not None
    full = replace(
        run,
        record=record,
        curve=TrainingCurve(10, 10, (2, 7, 9), tuple(points)),
        mechanism=replace(run.mechanism, exceptions=tuple((a, 0, 5) for a in range(23))),
    )
    (out / "report.html").write_text(report_page(full), encoding="utf-8")
    return report(replace(full, folder=out), *PROGRAM, *PICTURE)


def machine(planted_run, out):
    counter = Machine(((0, 1), (1, 2), (2, 0)), ((0, 1), (1, 2), (2, 0)), symbols=((0,), (1,)))
    channels = distill.Channels((range(2),))
    run = distill.distill(planted_network(counter), channels, length=6, name="counter", out=out)
    return report(run, *PROGRAM, *PICTURE)


def recurrence(planted_run, out):
    network = planted(system([[1, 1], [1, 0]], [[1], [0]], [[1, 0]]), np.random.default_rng(0), 0)
    run = distill.distill(network, distill.Channels((range(-3, 4),)), length=8, out=out)
    return report(run, *PROGRAM, *PICTURE)


def refused(planted_run, out):
    """A network that remembers a table without a rule."""
    table = torch.from_numpy(np.random.default_rng(0).integers(0, 7, (7, 7)))

    def remembers(tokens):
        return 9.0 * torch.nn.functional.one_hot(table[tokens[:, 0], tokens[:, 1]], 7).double()

    run = distill.distill(remembers, square(7), name="noise", out=out)
    assert run.program is None
    return report(run, ".reasons li", *PICTURE)


def refused_sequences(planted_run, out):
    """A linear network whose responses are no integers."""
    A, b = np.diag([0.7, 0.6]), [0.0, 0.0]
    network = linear_network(A, [[1.0], [1.0]], b, b, [[0.3, 0.4]], [0.0])
    run = distill.distill(network, distill.Channels((range(-3, 4),)), length=8, out=out)
    assert run.program is None
    return report(run, ".reasons li", *PICTURE)


def gallery_index(planted_run, out):
    """A gallery with a card of each kind."""
    runs = {"waves": planted_run}
    for make in (machine, recurrence, refused):
        runs[make.__name__] = make(planted_run, out / make.__name__).path.parent
    collect(runs, out / "gallery")
    draw(out / "gallery")
    shown = ("h1", ".sentence", ".card h3 a", ".card .badge", ".card svg", ".card summary")
    return Page(out / "gallery" / "index.html", shown)


COMPARED = ("h1", ".sentence", ".scroll td", ".facts dd")
"""What every comparison shows."""


def two_networks(planted_run, out):
    """With waves, the second at twice the frequencies of the first."""
    shutil.copytree(planted_run, out / "planted" / "first")
    model = planted_model(23, {4: 5.0, 9: 4.0, 5: 3.0})
    distill.distill(model, square(23), name="planted", out=out)
    page = out / "networks.html"
    page.write_text(census_page(compare(gather(["planted"], out), by_task=True)), encoding="utf-8")
    return Page(page, (*COMPARED, *PICTURE, ".lines td"))


def several_tasks(planted_run, out):
    """One in which all networks found the same, and one with machines that differ."""
    two_networks(planted_run, out)
    parity = Machine(((0, 1), (1, 0)), ((0, 1), (1, 0)), ((0,), (1,)))
    seen = replace(parity, transitions=((0, 1), (1, 1)), outputs=((0, 1), (1, 1)))
    programs = []
    for found in (parity, seen):
        channels = distill.Channels((range(2),))
        run = distill.distill(planted_network(found), channels, length=8, name="bits", out=out)
        assert run.program is not None
        programs.append(run.program.source)
    page = out / "tasks.html"
    page.write_text(census_page(compare(gather([str(out)], out), by_task=True)), encoding="utf-8")
    shown = (*COMPARED, "summary", ".lines td", ".class pre")
    return Page(page, shown, dict(zip(("part-0-A", "part-0-B"), programs, strict=True)))


PAGES = {
    make.__name__: make
    for make in (
        *(fourier, machine, recurrence, refused, refused_sequences),
        *(two_networks, several_tasks, gallery_index),
    )
}
"""A page is one more line here: a function from a stored run and an empty folder."""


OFTEN = {"fourier", "machine", "refused"}
"""Pages that every change is looked at on; the others are long claims."""


def looked_at(name):
    return name if name in OFTEN else pytest.param(name, marks=pytest.mark.claim)


@pytest.fixture(scope="module", params=map(looked_at, PAGES))
def page(request, browser, planted_run, tmp_path_factory):
    return PAGES[request.param](planted_run, tmp_path_factory.mktemp(request.param))


@pytest.mark.parametrize("check", CHECKS)
def test_pages_are_without_fault(browser, page, check):
    faults = CHECKS[check](browser, page)
    assert not faults, "\n".join(faults)


FIRST = (".task", ".badges", ".sentence", "#heart pre", ".hero svg", "nav a:last-of-type")
"""What a reader sees before scrolling."""


@pytest.mark.parametrize("dark", [False, True])
def test_the_first_screen_answers(browser, planted_run, dark):
    run = distill.load_run(planted_run)
    browser.open(report(run), dark=dark)
    ends = {
        each: browser.driver.execute_script(
            "return Math.max(...[...document.querySelectorAll(arguments[0])]"
            ".map((found) => found.getBoundingClientRect().bottom))",
            each,
        )
        for each in FIRST
    }
    assert max(ends.values()) <= 800, ends


FAULTY = """<html><head><meta http-equiv="Content-Security-Policy" content="object-src 'none'">
<style>
body { background: #fff; color: #111; }
@media (prefers-color-scheme: dark) { a, body { color: #555; } }
:root { --series-0: #e8e800; }
#pale { color: #999; }
#large { color: #949494; font-size: 30px; }
#flat:focus { outline: none; }
#long { width: 300px; overflow-x: auto; }
#wide { width: 500px; }
</style></head><body>
<h2>Second level first</h2><h4>And a level left out</h4>
<p id="pale">Pale <b id="large">but large enough</b></p>
<p id="twice">One</p><p id="twice" aria-labelledby="nobody">Two</p>
<a href="#nowhere" id="flat">A link without a goal</a>
<span onclick="0" tabindex="-1"><button tabindex="-1">Not reached</button></span>
<pre id="long">A long line of code that has to be scrolled to the right, without a tabindex</pre>
<div id="wide">As wide as it wants</div>
<details id="folded"><summary onkeydown="event.preventDefault()">Folded</summary>
<p>More</p></details><object data="plugin"></object>
<figure><svg viewBox="0 0 400 100" width="200">
<rect width="400" height="100" fill="#222"/><text x="9" y="50" font-size="12">On dark</text>
<text x="20" y="50" font-size="20">On that</text><text x="380" y="50">At the edge</text>
<path d="M0 0H9" stroke="#e8e800" stroke-width="2"/></svg></figure>
<button id="copy" data-copy="pale"
onclick="navigator.clipboard.writeText('x = 1\\n\\n')">Copy</button>
<img alt="" src="picture.png"><img alt="" src="http://distill.invalid/picture.png">
</body></html>"""


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ("renders", ["ERR_FILE_NOT_FOUND", "Content Security Policy", "'#verdict' is not seen"]),
        ("loads_nothing", ["/picture.png", "asks for http://distill.invalid/picture.png"]),
        ("copies", ["by mouse is copied as 'x = 1\\n\\n'", "by selection is copied as 'nothing'"]),
        ("follows_the_theme", ["dark: "]),
        ("prints", ["'A long line of code", "'More'", "'Copy' in #copy is of no use"]),
        ("stands_out", ["light: <p> 'Pale", "'On dark'", "light: a mark in", "paper: "]),
        (
            "by_keyboard",
            [
                "in #flat looks the same",
                "'Not reached'",
                "in #long scrolls",
                "'Folded' in #folded is not turned",
                "no skip link",
            ],
        ),
        (
            "fits",
            [
                "at 390 pixels: the page is",
                "at 320 pixels",
                "'On dark' is 6.0 pixels high",
                "'On dark' lies on <text> 'On that'",
                "'At the edge' is cut off",
            ],
        ),
        (
            "is_well_built",
            [
                *("no language", "no title", "'twice' is given twice", "not an h1"),
                *("heading 2 skips", "'nobody'", "leads nowhere", "no caption", "in words"),
                *("a drawing has no name", "has the role"),
            ],
        ),
        ("passes_axe", ["html-has-lang", "document-title", "scrollable-region"]),
    ],
)
def test_a_faulty_page_is_told_what_is_wrong(browser, tmp_path, check, told):
    (tmp_path / "page.html").write_text(FAULTY, encoding="utf-8")
    page = Page(tmp_path / "page.html", ("#verdict",), {"pale": "x = 1\n"})
    faults = "\n".join(CHECKS[check](browser, page))
    assert [each for each in told if each not in faults] == [], faults
    assert "<b> 'but large enough'" not in faults


@pytest.mark.parametrize("variable", ["DISTILL_BROWSER", "CI", None])
def test_where_a_browser_is_required_its_absence_is_a_failure(monkeypatch, tmp_path, variable):
    monkeypatch.setenv("PATH", str(tmp_path))
    for each in ("DISTILL_BROWSER", "CI"):
        monkeypatch.delenv(each, raising=False)
    if variable:
        monkeypatch.setenv(variable, "required")
    outcome = pytest.fail.Exception if variable else pytest.skip.Exception
    with pytest.raises(outcome, match="apt-get install chromium chromium-driver"), browsing():
        pass


LONG = "whether_the_largest_of_the_latest_four_measurements_is_repeated_more_than_twice"
BROKEN = """
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), faults = [];
const top = (node, at) => {
  const range = document.createRange();
  range.setStart(node, at); range.setEnd(node, at + 1);
  return range.getClientRects()[0]?.top;
};
for (let node; (node = walker.nextNode()); ) {
  if (node.parentElement.closest("script, style, .scroll, pre:not(.hero pre), svg")) continue;
  const letters = /[A-Za-z](?=[A-Za-z])/g;
  for (let found; (found = letters.exec(node.data)); ) {
    const [here, there] = [top(node, found.index), top(node, found.index + 1)];
    if (here !== undefined && Math.abs(here - there) > 3) faults.push(node.data.slice(0, 60));
  }
}
return faults;
"""
"""Texts a line of which ends inside a part of a name."""


def test_long_names_break_between_their_parts(browser, planted_run, tmp_path):
    """At a phone's width, in titles, sentences, settings and the heart of the program."""
    run = distill.load_run(planted_run)
    assert run.program is not None
    mechanism = replace(run.report.mechanism, name=f"the function {LONG} of a and b")
    long = replace(
        run,
        record=replace(run.record, task=LONG, seed=0, settings={f"{LONG}_or_more": 3}),
        report=replace(run.report, mechanism=mechanism, task=LONG),
        program=Program(run.program.source.replace(run.program.name, LONG)),
    )
    assert long.program is not None
    (tmp_path / "report.html").write_text(report_page(long), encoding="utf-8")
    page = Page(tmp_path / "report.html", (), {"source": long.program.source})
    browser.open(page, PHONE)
    assert browser.driver.execute_script(BROKEN) == []
    for check in ("fits", "copies"):
        assert CHECKS[check](browser, page) == []
