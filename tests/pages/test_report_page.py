"""The page of a run: one file that loads nothing, and is the same whenever it is drawn."""

import hashlib
import re
import time
from base64 import b64encode
from dataclasses import replace
from itertools import pairwise

import pytest
from builders.html_page import Page, page_of

import distill
from distill.pages.report_page import report_page, snippet


@pytest.fixture(scope="module", params=["planted", "refused", "counter", "trained"])
def run(request):
    found = request.getfixturevalue(request.param)
    return found[0] if isinstance(found, tuple) else found


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
