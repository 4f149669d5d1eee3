"""What every page must hold in a real browser, each check a function from a page to its faults.

The browser is Chromium without a window, driven by Selenium. `CHECKS` names the checks; a page
that has no fault gives an empty list for each of them. What is asked of the page by script is in
`browser_checks.js`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

SCRIPT = Path(__file__).with_name("browser_checks.js").read_text(encoding="utf-8")

DESKTOP, PHONE, NARROWEST, PAPER = 1280, 390, 320, 673
"""Widths in CSS pixels: a phone's, the least that WCAG 1.4.10 asks for, A4 within its margins."""

LEGIBLE = 8
"""Size in pixels on the screen below which the text of a picture cannot be read."""


@dataclass(frozen=True)
class Page:
    """A page that is tested.

    Attributes:
        path: of its file.
        shown: CSS selectors, each of something that must be seen.
        copied: what must come to the clipboard, by the id of what a button copies; of an id that
            is not here, the text that is shown.
    """

    path: Path
    shown: tuple[str, ...]
    copied: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Browser:
    """Chromium, with what tests need of its protocol."""

    driver: Chrome

    def open(
        self,
        page: Page,
        width: int = DESKTOP,
        dark: bool = False,
        paper: bool = False,
        first: str = "",
    ) -> None:
        """Show a page as if for the first time.

        Args:
            page: what to show.
            width: of the window, in CSS pixels.
            dark: whether the reader asks for dark colours.
            paper: whether it is laid out for print.
            first: a script that runs before those of the page.
        """
        assert page.path.is_file(), f"there is no page '{page.path}'"
        self.driver.get("about:blank")
        for log in ("browser", "performance"):
            self.driver.get_log(log)
        self.window(width)
        self.media(dark, paper)
        added = self.command("Page.addScriptToEvaluateOnNewDocument", source=first)
        self.driver.get(page.path.as_uri())
        self.command("Page.removeScriptToEvaluateOnNewDocument", **added)
        self.driver.execute_script(SCRIPT + "window.look = look;")

    def window(self, width: int) -> None:
        """A window of this width; up to a phone's, one that is touched."""
        size = {"width": width, "height": 844, "deviceScaleFactor": 1}
        self.command("Emulation.setDeviceMetricsOverride", **size, mobile=width <= PHONE)

    def media(self, dark: bool = False, paper: bool = False) -> None:
        """What the reader asks for. Nothing moves, so that nothing has to be waited for."""
        wanted = {
            "prefers-color-scheme": "dark" if dark else "light",
            "prefers-reduced-motion": "reduce",
        }
        features = [{"name": name, "value": value} for name, value in wanted.items()]
        media = "print" if paper else "screen"
        self.command("Emulation.setEmulatedMedia", media=media, features=features)

    def command(self, name: str, **arguments: Any) -> dict[str, Any]:
        """A command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def look(self, name: str, *arguments: Any) -> Any:
        """A function of `browser_checks.js`."""
        return self.driver.execute_script(f"return look.{name}(...arguments)", *arguments)

    def press(self, key: str) -> None:
        """Press a key, whatever has the focus."""
        ActionChains(self.driver, duration=0).send_keys(key).perform()

    def later(self, script: str, *arguments: Any) -> Any:
        """What a promise gives."""
        wrapped = f"const done = arguments[arguments.length - 1]; ({script}).then(done);"
        return self.driver.execute_async_script(wrapped, *arguments)

    def messages(self) -> list[str]:
        """What the console said since the page was opened; content policy violations are there."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Every address that was asked for since the page was opened."""
        events = (json.loads(entry["message"]) for entry in self.driver.get_log("performance"))
        return [
            event["message"]["params"]["request"]["url"]
            for event in events
            if event["message"]["method"] == "Network.requestWillBeSent"
        ]


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser; a test is skipped where there is none, and fails where there has to be one."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        missing = "Chromium" if chromium is None else "chromedriver"
        reason = f"no {missing} on the PATH; on Debian: apt-get install chromium chromium-driver"
        required = os.environ.get("DISTILL_BROWSER") == "required" or os.environ.get("CI")
        (pytest.fail if required else pytest.skip)(reason)
    options = ChromeOptions()
    options.binary_location = chromium
    for argument in (
        *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"),
        *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"),
        *("--disable-smooth-scrolling", "--hide-scrollbars", "--no-first-run"),
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # the driver that is here, and no other: Selenium neither looks for one nor reports home
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SE_OFFLINE", "true")
        patch.setenv("SE_AVOID_STATS", "true")
        started = Chrome(options=options, service=Service(executable_path=driver))
        try:
            allowed = ["clipboardReadWrite", "clipboardSanitizedWrite"]
            started.execute_cdp_cmd("Browser.grantPermissions", {"permissions": allowed})
            yield Browser(started)
        finally:
            started.quit()


def renders(browser: Browser, page: Page) -> list[str]:
    """The console is silent, and what must be seen is seen."""
    browser.open(page)
    unseen = browser.look("missing", list(page.shown))
    return browser.messages() + [f"'{selector}' is not seen" for selector in unseen]


def loads_nothing(browser: Browser, page: Page) -> list[str]:
    """The page is one file, also when it is used."""
    browser.open(page)
    browser.look("unfold")
    for button in browser.driver.find_elements(By.TAG_NAME, "button"):
        button.click()
    browser.media(dark=True)
    browser.driver.execute_script("scrollTo(0, document.body.scrollHeight)")
    asked = browser.requests()
    itself = page.path.as_uri()
    assert itself in asked, "what is asked for was recorded"
    return [
        f"asks for {url}" for url in asked if url != itself and not re.match("(data|blob):", url)
    ]


CLIPBOARD = "window.clipboard ??= navigator.clipboard;"
WITHOUT = CLIPBOARD + "Object.defineProperty(navigator, 'clipboard', {value: undefined});"


def copies(browser: Browser, page: Page) -> list[str]:
    """Every button copies what it says: by mouse, by keyboard, and where a page may not write."""
    faults = []
    for way in ("mouse", "keyboard", "selection"):
        browser.open(page, first=WITHOUT if way == "selection" else CLIPBOARD)
        expected = {**browser.look("copyable"), **page.copied}
        for name, text in expected.items():
            browser.later("clipboard.writeText('nothing')")
            (button,) = browser.driver.find_elements(By.CSS_SELECTOR, f"[data-copy='{name}']")
            if way == "keyboard":
                browser.driver.execute_script("arguments[0].focus()", button)
                browser.press(Keys.ENTER)
            else:
                button.click()
            found = browser.later(CHANGED)
            if found != text:
                faults.append(f"#{name} by {way} is copied as {found!r} and not {text!r}")
    return faults


CHANGED = """(async () => {
  for (let tries = 0; tries < 120; tries += 1) {
    const text = await clipboard.readText();
    if (text !== 'nothing') return text;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return 'nothing';
})()"""


def follows_the_theme(browser: Browser, page: Page) -> list[str]:
    """Dark where the reader asks for it, and light again."""
    faults = []
    browser.open(page)
    for dark in (False, True, False):
        browser.media(dark)
        theme = browser.look("theme")
        low, high = (theme["ground"], theme["ink"]) if dark else (theme["ink"], theme["ground"])
        if low > 0.1 or high < 0.7:
            faults.append(f"{'dark' if dark else 'light'}: {theme}")
    return faults


def prints(browser: Browser, page: Page) -> list[str]:
    """On paper it is light, nothing is cut off, and nothing stays folded."""
    browser.open(page, width=PAPER, dark=True, paper=True)
    theme = browser.look("theme")
    faults = browser.look("unprinted")
    if theme["ground"] < 0.9 or theme["ink"] > 0.1:
        faults.append(f"not dark on light: {theme}")
    browser.open(page, dark=True)
    pdf = b64decode(browser.command("Page.printToPDF", printBackground=True)["data"])
    if not re.search(rb"/Type\s*/Page\b", pdf):
        faults.append("the PDF has no page")
    return faults


def stands_out(browser: Browser, page: Page) -> list[str]:
    """Text and marks have the contrast of WCAG 1.4.3 and 1.4.11, in light, in dark and on paper."""
    faults = []
    browser.open(page)
    browser.look("unfold")
    for media in ("light", "dark", "paper"):
        browser.media(dark=media != "light", paper=media == "paper")
        texts, marks = browser.look("paleTexts"), browser.look("paleMarks")
        assert texts["count"], "there is text"
        assert marks["colours"] or not marks["pictures"], "the series have colours"
        faults += [f"{media}: {fault}" for fault in (*texts["faults"], *marks["faults"])]
    return faults


def by_keyboard(browser: Browser, page: Page) -> list[str]:
    """Tab reaches everything, visibly; Enter folds and unfolds; arrows scroll; the skip link skips.

    On a phone's width, where most has to be scrolled.
    """
    browser.open(page, width=PHONE)
    browser.look("remember")
    faults = []
    browser.press(Keys.TAB)
    while (here := browser.look("focus")) is not None and not here["again"]:
        faults += here["faults"]
        if here["summary"]:
            faults += _toggles(browser, here)
        if here["scrolls"]:
            browser.press(Keys.ARROW_RIGHT)
            if not browser.later(MOVED):
                faults.append(f"{here['name']} does not scroll by its arrow key")
        browser.press(Keys.TAB)
    return faults + browser.look("unreached") + _skips(browser, page)


MOVED = """(async () => {
  for (let tries = 0; tries < 120; tries += 1) {
    if (look.focus().moved) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
})()"""


def _toggles(browser: Browser, here: dict[str, Any]) -> list[str]:
    """Enter turns what is folded over, and over again; it stays open."""
    states = [here["open"]]
    for _ in range(2 if here["open"] else 3):
        browser.press(Keys.ENTER)
        states.append(browser.look("focus")["open"])
    if all(before != after for before, after in pairwise(states)):
        return []
    return [f"{here['name']} is not turned by Enter"]


def _skips(browser: Browser, page: Page) -> list[str]:
    browser.open(page)
    browser.press(Keys.TAB)
    first = browser.driver.switch_to.active_element
    target = first.get_dom_attribute("href") or ""
    if not (target.startswith("#") and "skip" in first.text.lower()):
        return ["the first stop of Tab is no skip link"]
    browser.press(Keys.ENTER)
    browser.press(Keys.TAB)
    return [] if browser.look("skipped", target) else ["the skip link does not skip"]


def fits(browser: Browser, page: Page) -> list[str]:
    """The page never scrolls sideways, and the text of its pictures can be read."""
    faults = []
    browser.open(page)
    browser.look("unfold")
    for width in (DESKTOP, PHONE, NARROWEST):
        browser.window(width)
        found = browser.look("sideways", width)
        if width >= PHONE:
            found += browser.look("smallTexts", LEGIBLE) + browser.look("crowdedTexts")
        faults += [f"at {width} pixels: {fault}" for fault in found]
    return faults


def is_well_built(browser: Browser, page: Page) -> list[str]:
    """Headings, names, captions and references, as a screen reader meets them."""
    browser.open(page)
    browser.look("unfold")
    faults = browser.look("structure")
    for svg in browser.driver.find_elements(By.TAG_NAME, "svg"):
        if svg.aria_role not in {"img", "image"}:
            faults.append(f"a drawing has the role '{svg.aria_role}'")
        if not svg.accessible_name.strip():
            faults.append("a drawing has no name")
    return faults


AXE = "{resultTypes: ['violations'], rules: {'color-contrast': {enabled: false}}}"
"""All rules but the slowest: `stands_out` looks at contrasts, in every medium and in pictures."""


def passes_axe(browser: Browser, page: Page) -> list[str]:
    """Deque's axe-core finds no violation of WCAG, nor of its own good practices."""
    faults = []
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    browser.open(page)
    browser.look("unfold")
    browser.driver.execute_script(axe)
    found = browser.later(f"axe.run({AXE})")
    assert found["passes"], "axe ran"
    for violation in found["violations"]:
        for node in violation["nodes"]:
            faults.append(f"{violation['id']}: {node['html'][:120]} {node['failureSummary']}")
    return faults


CHECKS: dict[str, Callable[[Browser, Page], list[str]]] = {
    check.__name__: check
    for check in (
        *(renders, loads_nothing, copies, follows_the_theme, prints, stands_out),
        *(by_keyboard, fits, is_well_built, passes_axe),
    )
}
"""Every page passes all of them."""
