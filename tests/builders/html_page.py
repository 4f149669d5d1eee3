"""A page as a reader's program sees it: elements, their attributes and the text that they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "path", "use", "image", "rect", "circle", "wbr"}


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


def page_of(run) -> str:
    """A page as it lies in its folder: drawn again it is the same (`test_report_page`)."""
    return (run.folder / "report.html").read_text()


def page_in_words(run) -> str:
    """The page of a run that something was changed in, with the pictures of the one in its folder:
    for what is said in words. Drawing takes a second.
    """
    from distill.pages.report_page import report_page

    return report_page(run, _pictures_in(run.folder))


@cache
def _pictures_in(folder):
    import distill
    from distill.pages.pictures.every import pictures_of

    return pictures_of(distill.load_run(folder))
