"""The page of a run: one file that loads nothing, and shows what the run's files hold."""

import hashlib
import json
import re
import shutil
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from builders.commands import distill_here
from PIL import Image
from planted import planted_model, square
from planted_machine import planted_network

import distill
from distill.errors import RunFolderError
from distill.kinds.automaton.machine import Machine
from distill.pages.card import commands
from distill.pages.drawn_again import write_report
from distill.pages.report_page import report_page, snippet
from distill.records.phases import phases_of
from distill.runs.certificate import Split
from distill.runs.store import RunRecord

TEMPLATES = Path(distill.__file__).parent / "pages" / "templates"
VOID = {"meta", "link", "br", "hr", "img", "input", "path", "use", "image", "rect", "circle"}


@dataclass
class Page(HTMLParser):
    """What a page holds, element by element."""

    text: str
    elements: list[tuple[str, dict[str, str], list[str]]] = field(default_factory=list)

    def __post_init__(self):
        super().__init__()
        self.open: list[list[str]] = []
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        held: list[str] = []
        self.elements.append((tag, {name: value or "" for name, value in attrs}, held))
        if tag not in VOID:
            self.open.append(held)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}, []))

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data):
        for held in self.open:
            held.append(data)

    def all(self, tag, **attributes):
        return [
            (found, " ".join("".join(held).split()))
            for name, found, held in self.elements
            if name == tag and all(found.get(key) == value for key, value in attributes.items())
        ]


@pytest.fixture(scope="module")
def planted(planted_run):
    return distill.load_run(planted_run)


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """A network that remembers a table without a rule, and one logit a little more."""
    table = np.random.default_rng(0).integers(0, 7, (7, 7))

    def remembers(tokens):
        logits = torch.zeros(len(tokens), 7, dtype=torch.float64)
        rows = torch.arange(len(tokens))
        logits[rows, torch.from_numpy(table)[tokens[:, 0], tokens[:, 1]]] = 9.0
        return logits

    run = distill.distill(remembers, square(7), name="noise", out=tmp_path_factory.mktemp("noise"))
    assert run.report.verdict == "refused"
    return distill.load_run(run.folder), table


@pytest.fixture(scope="module")
def counter(tmp_path_factory):
    """A network that is a counter modulo 3."""
    machine = Machine(((0, 1), (1, 2), (2, 0)), ((0, 1), (1, 2), (2, 0)), symbols=((0,), (1,)))
    channels = distill.Channels((range(2),))
    out = tmp_path_factory.mktemp("counter")
    run = distill.distill(planted_network(machine), channels, length=6, name="counter", out=out)
    return distill.load_run(run.folder)


@pytest.fixture(scope="module")
def trained(small_run):
    return distill.load_run(small_run)


@pytest.fixture(scope="module", params=["planted", "refused", "counter", "trained"])
def run(request):
    found = request.getfixturevalue(request.param)
    return found[0] if isinstance(found, tuple) else found


def page_of(run):
    """A page as it lies in its folder: drawn again it is the same, as the next test shows."""
    return (run.folder / "report.html").read_text()


@pytest.mark.part(2)
def test_the_same_run_gives_the_same_bytes(run):
    page = report_page(run)
    assert page == report_page(distill.load_run(run.folder))
    assert page.encode() == (run.folder / "report.html").read_bytes()


def test_it_loads_nothing_and_forbids_it(run):
    page = page_of(run)
    read = Page(page)
    for tag, attributes, _ in read.elements:
        for name in ("src", "href", "xlink:href", "srcset", "action", "data"):
            assert attributes.get(name, "#").startswith(("#", "data:")), (tag, attributes)
    assert set(re.findall(r"url\(([^)]?)", page)) <= {"#"}
    assert "@import" not in page
    ((policy, _),) = read.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert "default-src 'none'" in policy["content"]
    (script,) = re.findall(r"<script>(.*?)</script>", page, flags=re.S)
    digest = b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy["content"]
    assert "onclick" not in page


def test_every_name_is_given_once_and_every_reference_leads_somewhere(run):
    read = Page(page_of(run))
    names = [attributes["id"] for _, attributes, _ in read.elements if "id" in attributes]
    assert len(names) == len(set(names))
    for _, attributes, _ in read.elements:
        said = " ".join(
            attributes.get(name, "")
            for name in ("aria-labelledby", "aria-describedby", "aria-controls", "data-copy")
        )
        said += "".join(
            f" {attributes[name][1:]}"
            for name in ("href", "xlink:href")
            if attributes.get(name, "").startswith("#")
        )
        said += " " + " ".join(re.findall(r"url\(#([^)]+)\)", " ".join(attributes.values())))
        assert set(said.split()) <= set(names), attributes


def test_every_picture_has_a_title_a_caption_and_words(run):
    page = page_of(run)
    figures = re.findall(r"<figure.*?</figure>", page, flags=re.S)
    assert len(figures) == page.count("<figure") >= 1
    for figure in figures:
        read = Page(figure)
        ((_, title),) = [*read.all("h2"), *read.all("h3")]
        assert title
        ((_, caption),) = read.all("figcaption")
        words = read.all("details")[0][1].removeprefix(f"In words: {title}").strip()
        assert len(words) > 20, title
        assert len(caption.split("In words")[0]) > 20, title
        pictures = [attributes for tag, attributes, _ in read.elements if tag == "svg"]
        assert pictures
        for attributes in pictures:
            assert attributes["role"] == "img"
            name = attributes["aria-labelledby"]
            assert re.search(rf'<title id="{name}">[^<]+</title>', figure)
            assert "width" not in attributes


def test_headings_do_not_skip_a_level(run):
    levels = [int(level) for level in re.findall(r"<h([1-6])", page_of(run))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_it_is_small_and_soon_made(run):
    page_of(run)  # matplotlib is loaded once
    start = time.process_time()
    page = page_of(run)
    assert time.process_time() - start < 3
    assert len(page.encode()) < 2_000_000


def test_neither_versions_nor_seconds_stand_on_it(run):
    page = page_of(run)
    moved = replace(
        run.record,
        versions={"torch": "0.0.0", "distill": "99"},
        platform="elsewhere",
        threads=7,
        seconds={"train": 1234.5},
    )
    assert report_page(replace(run, record=moved)) == page


@pytest.mark.parametrize(
    ("verdict", "says"),
    [
        ("proved", "no rounding"),
        ("exhaustive", "on all 529 inputs"),
        ("tested", "drawn at random"),
        ("approximate", "they differ on less than"),
    ],
)
def test_every_verdict_has_its_sentence(planted, verdict, says):
    counted = planted.report.program_vs_model
    if verdict in {"tested", "approximate"}:
        counted = replace(counted, exhaustive=False, upper_bound_99=0.01)
    report = replace(planted.report, verdict=verdict, program_vs_model=counted)
    page = report_page(replace(planted, report=report))
    read = Page(page)
    badges = [text for found, text in read.all("li") if found.get("class", "").startswith("badge")]
    assert badges == [verdict, "located", "right for the task: not known"]
    ((_, sentence),) = read.all("p", **{"class": "sentence"})
    assert says in sentence
    assert "located: " in page.lower()


def test_a_refusal_says_why_and_shows_what_was_seen(refused):
    run, _ = refused
    page = page_of(run)
    read = Page(page)
    assert "Why it was refused" in page
    for reason in run.report.reasons:
        assert reason in " ".join(text for _, text in read.all("li"))
    assert "What the network answers" in page
    assert "The program" not in [text for _, text in read.all("h2")]
    assert "No program was written" in page


def images(page, name):
    """The images of a figure, as the places of their pixels in the palette, and the palette."""
    (figure,) = re.findall(rf'<figure id="picture-{name}".*?</figure>', page, flags=re.S)
    found = []
    for data in re.findall(r'<image[^>]*href="data:image/png;base64,([^"]*)"', figure):
        image = Image.open(BytesIO(b64decode(data)))
        image.load()
        assert image.mode == "P"
        found.append(np.array(image))
    return found


def test_the_heat_maps_are_the_networks_logits(planted):
    drawn = [cells.astype(int) for cells in images(page_of(planted), "logits")]
    network, _, program, _, left, _ = drawn
    logits = planted.model.logits(square(23).tokens())
    first = (logits[:, 0] - logits.mean(axis=1)).reshape(23, 23)
    scale = planted.exhibits.logits.maps[0].scale
    assert scale == pytest.approx(np.abs(first).max(), rel=1e-2)
    for a, b in ((0, 0), (3, 20), (22, 1), (11, 7)):
        level = network[22 - b, a]  # the first input to the right, the second up
        assert (level - 128) / 127 * scale == pytest.approx(first[a, b], abs=scale / 200)
    assert np.abs(network - program - (left - 128)).max() <= 1


def test_the_answers_of_a_refused_network_are_drawn_as_they_are(refused):
    run, table = refused
    answers, bar = images(page_of(run), "answers")
    assert (answers == table.T[::-1]).all()
    assert bar[:, 0].tolist() == list(range(7))[::-1]


def test_the_circles_are_circles_where_the_network_holds_them(planted):
    (embedded,) = planted.exhibits.embedding
    assert embedded.names == ("a", "b")
    assert [circle.frequency for circle in embedded.circles] == [2, 7, 9]
    for circle in embedded.circles:
        turns = np.array(circle.places) / 23
        assert circle.places == tuple(circle.frequency * n % 23 for n in range(23))
        seen = np.array(circle.x) + 1j * np.array(circle.y)
        assert np.allclose(np.angle(seen * np.exp(-2j * np.pi * turns)), 0, atol=0.05)
        assert circle.r2 > 0.99
    keys = [embedded.shares[k - 1] for k in (2, 7, 9)]
    assert sum(keys) == pytest.approx(1, abs=0.02)
    assert max(share for k, share in enumerate(embedded.shares, 1) if k not in (2, 7, 9)) < 0.01


def test_a_network_without_circles_shows_none():
    """Its values lie anywhere, and the picture says so."""
    model = planted_model(23, {2: 5.0, 7: 4.0, 9: 3.0})
    rows = model.parameters["W_E"].clone()
    rows[:23] = torch.from_numpy(np.random.default_rng(0).standard_normal((23, rows.shape[1])))
    from distill.kinds.fourier.coordinate import Coordinate
    from distill.kinds.fourier.embedding_exhibits import embedded_inputs

    shown = embedded_inputs(
        model.with_parameters(W_E=rows), square(23), Coordinate((1, 1), 0, 23), (2, 7)
    )
    assert len(shown) == 1  # both inputs have the same rows
    assert all(circle.r2 < 0.9 for circle in shown[0].circles)


def test_amplitudes_are_those_that_were_planted(planted):
    sizes = planted.exhibits.amplitudes
    assert [round(sizes[k - 1], 1) for k in (2, 7, 9)] == [5.0, 4.0, 3.0]
    assert planted.exhibits.network_profile[0] == pytest.approx(12, rel=0.01)


def test_exceptions_are_listed_and_counted(planted):
    rows = (*((a, 0, 5) for a in range(23)), (7, 7, 7), (8, 8, 8))
    mechanism = replace(planted.mechanism, exceptions=rows)
    page = report_page(replace(planted, mechanism=mechanism))
    assert "25 in all, of which the first 20 are shown" in page
    assert "Exceptions that the program lists" in page
    assert "Exceptions that the program lists" not in page_of(planted)


def test_discarded_attempts_stand_beside_the_one_that_was_used(trained):
    *_, attempt = trained.record.attempts
    both = (replace(attempt, discarded=True), replace(attempt, number=2))
    page = report_page(replace(trained, record=replace(trained.record, attempts=both)))
    assert "the discarded ones too (2)" in page
    assert page.count("<td>discarded</td>") == page.count("<td>used</td>") == 1


def test_the_commands_make_the_run_again(trained, planted):
    lines = [command.line for command in commands(trained)]
    assert lines[0] == (
        "distill run mod_add --seed 0 --set p=59 --set fraction=0.4 --arch transformer"
    )
    assert lines[1] == "distill verify outputs/mod_add/seed0-p59-fraction0.4"
    assert commands(planted)[0].line.startswith("distill verify")
    record = RunRecord(
        *("mod_add", None, "transformer", None),
        settings={"model": "grok king.pth", "layout": "nanda_transformer"},
        **{"attempts": (), "versions": {}, "platform": "", "threads": 1},
        seconds={},
    )
    assert commands(replace(planted, record=record))[0].line == (
        "distill run mod_add --model 'grok king.pth' --layout nanda_transformer"
    )


def test_what_is_left_open_is_said(planted, trained, counter):
    page = page_of(planted)
    assert "there was no task to hold them against" in page
    assert "there was no task to hold them against" not in page_of(trained)
    proof = planted.report.proof
    weaker = replace(proof, float_bound=replace(proof.float_bound, covered=False))
    assert "The network evaluated in" not in page
    assert "The network evaluated in" in report_page(
        replace(planted, report=replace(planted.report, proof=weaker))
    )
    unstored = replace(planted.certificate, architecture=None)
    assert "not stored" in report_page(replace(planted, certificate=unstored, model=None))
    split = replace(trained.certificate, split=Split(1392, 0))
    assert "1,392 of 3,481 inputs (40%)" in report_page(replace(trained, certificate=split))
    assert "length 12" in page_of(counter)


def test_the_phases_of_a_training_go_with_its_accuracies(trained):
    """The rule looks at losses alone; accuracies were not used to find the phases."""
    memorised, formed, cleaned = phases_of(trained.curve).found
    at = {found.step: found for found in trained.curve.points}
    assert at[memorised.end].train_accuracy > 0.95
    assert at[memorised.end].heldout_accuracy < 0.5
    assert at[cleaned.end].heldout_accuracy > 0.95
    assert formed.start == memorised.end < formed.end == cleaned.start
    page = page_of(trained)
    assert "1 memorisation, 2 circuit formation, 3 clean-up" in page


def test_where_nothing_was_held_out_the_page_says_so_once_and_nothing_of_such_inputs(trained):
    """A mechanism that has no waves is a mechanism all the same."""
    every = 59 * 59
    counted = replace(trained.report.program_vs_model, heldout_agree=0, heldout_total=0)
    figures = tuple(row for row in trained.report.figures if "heldout" not in row.name)
    said = ("every input was trained on: nothing was held out",)
    points = tuple(
        replace(point, heldout_loss=None, heldout_accuracy=None, excluded_loss=None)
        for point in trained.curve.points
    )
    curve = replace(trained.curve, sampled_heldout=0, key_frequencies=None, points=points)
    attempts = tuple(replace(each, right=None) for each in trained.record.attempts)
    page = report_page(
        replace(
            trained,
            report=replace(trained.report, program_vs_model=counted, figures=figures, remarks=said),
            certificate=replace(trained.certificate, split=Split(every, 0)),
            curve=curve,
            record=replace(trained.record, attempts=attempts),
        )
    )
    text = unescape(re.sub(r"<[^>]+>", "", page))
    shown = text[: text.index("Words on this page")]
    assert "All 3,481 inputs, with the task's answers." in shown
    for untrue in ("not trained on", "no mechanism was found", "No phases", "held-out"):
        assert untrue not in shown
    assert "nothing was held out" in shown.lower()
    assert phases_of(replace(trained.curve, key_frequencies=None)).why_none.startswith("no program")


def test_a_page_is_drawn_again_where_the_pictures_numbers_are_missing(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "run")
    before = (folder / "report.html").read_bytes()
    (folder / "exhibits.json").unlink()
    (folder / "report.html").unlink()
    finished = distill_here("report", str(folder), cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout == f"{folder / 'report.html'}\n"
    assert (folder / "report.html").read_bytes() == before
    finished = distill_here("report", str(folder), "--output", "talk.html", cwd=tmp_path)
    assert (tmp_path / "talk.html").read_bytes() == before
    (folder / "report.html").write_text("of an earlier version")
    distill_here("report", str(folder), cwd=tmp_path)
    assert (folder / "report.html").read_text() == "of an earlier version"
    distill_here("report", str(folder), "--again", cwd=tmp_path)
    assert (folder / "report.html").read_bytes() == before


def test_pictures_numbers_that_cannot_be_read_are_told(planted_run, tmp_path):
    folder = shutil.copytree(planted_run, tmp_path / "run")
    (folder / "exhibits.json").write_text('{"format_version": 1, "kind": "fourier"}')
    with pytest.raises(RunFolderError, match="delete it, and `distill report --again`"):
        distill.load_run(folder)


def test_a_page_that_cannot_be_written_is_told(planted, tmp_path):
    with pytest.raises(RunFolderError, match="choose another file with --output FILE"):
        write_report(planted, tmp_path / "missing" / "page.html")


def test_in_a_notebook_a_run_keeps_its_style_to_itself(planted):
    shown = planted._repr_html_()
    assert shown == snippet(planted)
    (style,) = re.findall(r"<style>(.*?)</style>", shown, flags=re.S)
    inside = re.sub(r":is\([^)]*\)", "", style)
    selectors = [part.strip() for part in re.findall(r"([^{}]+)\{", inside)]
    assert selectors
    for selector in ",".join(selectors).split(","):
        assert selector.strip().startswith(".distill-run"), selector
    assert "@media" not in style  # a notebook's theme is not the system's
    assert style.count("--ink:") == 2
    assert shown.count("<figure") == 2
    assert "def " in Page(shown).all("div", **{"class": "highlight"})[0][1]


def test_exhibits_are_numbers_that_can_be_read_without_this_package(planted_run):
    stored = json.loads((planted_run / "exhibits.json").read_text())
    rows = stored["logits"]["maps"][0]["rows"]
    assert len(rows) == 23
    assert all(1 <= int(level) <= 255 for row in rows for level in row.split())


def test_a_task_of_a_file_is_run_again_from_its_file(planted):
    own = replace(planted, record=replace(planted.record, task="hours", seed=0, settings={"h": 24}))
    made = commands(own)[0].line
    assert made.startswith("distill run FILE.py:hours --seed 0 --set h=24")
