"""A browser window in which somebody of staff is signed in, which keeps pictures and objects to what is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests import factories as make
from tests.browser.axe import violations

SCREENSHOTS = Path(__file__).resolve().parents[2] / "screenshots"
A4_WIDTH_PX = 700  # at 96 px to the inch, margins off
SMALLEST_TARGET_PX = 24  # WCAG 2.2, 2.5.8; what stands alone has 44


@dataclass
class Window:
    """A page, the width it has, and whatever the browser complained about."""

    page: Page
    width: int
    complaints: list[str]

    def sign_in(self, url: str, email: str) -> None:
        self.page.goto(f"{url}/masuk")
        self.page.get_by_label("Surel").fill(email)
        self.page.get_by_label("Kata sandi").fill(make.PASSWORD)
        self.page.get_by_role("button", name="Masuk").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Selamat datang")

    def print(self, step: str) -> None:
        """Take a picture of what a printer gets on A4."""
        self.page.emulate_media(media="print")
        self.page.set_viewport_size({"width": A4_WIDTH_PX, "height": 1100})
        assert self.page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH_PX, step
        self.page.screenshot(path=SCREENSHOTS / f"staff-print-{step}.png", full_page=True)

    def keep(self, step: str) -> None:
        """Take a picture; nothing is wider than the window, every control has a name and size, ids are unique."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"staff-{self.width}-{step}.png", full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, step
        assert self.page.evaluate(_TOO_SMALL, SMALLEST_TARGET_PX) == [], step
        assert self.page.evaluate(_NAMELESS) == [], step
        assert self.page.evaluate(_SKIPPED_HEADINGS) == [], step
        assert self.complaints == [], step

    def examine(self, step: str) -> None:
        """Keep a picture, and ask axe about the page in either size."""
        self.keep(step)
        assert violations(self.page) == [], step
        self.page.set_viewport_size({"width": self.width, "height": 800})


@contextmanager
def open_window(browser: Browser, width: int) -> Iterator[Window]:
    """Open a window of a width; close it with what the browser complained about still in it."""
    context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=True)
    opened = Window(context.new_page(), width, [])
    opened.page.on(
        "console",
        # A refused form answers 422 or 409, which the browser notes as a resource that failed to load.
        lambda said: (
            opened.complaints.append(said.text)
            if said.type in {"error", "warning"} and "422" not in said.text and "409" not in said.text
            else None
        ),
    )
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    context.close()


SignIn = Callable[[str], Window]


@contextmanager
def signing_in(browser: Browser, width: int, url: str, emails: Mapping[str, str]) -> Iterator[SignIn]:
    """Give a function that signs in whoever goes by a name, in a window of their own."""
    with ExitStack() as windows:

        def opened(name: str) -> Window:
            window = windows.enter_context(open_window(browser, width))
            window.sign_in(url, emails[name])
            return window

        yield opened


_TOO_SMALL = """least => [
    ...document.querySelectorAll("main a, main button, main select, main input:not([type=hidden])")
].filter(e => e.offsetParent && e.getBoundingClientRect().height < least).map(e => e.outerHTML)"""
_NAMELESS = """[
    ...[...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")]
        .filter(e => !e.labels.length).map(e => e.outerHTML),
    ...[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, at, all) => all.indexOf(id) !== at),
    ...[...document.querySelectorAll("[aria-labelledby], [aria-describedby]")]
        .flatMap(e => (e.getAttribute("aria-labelledby") || e.getAttribute("aria-describedby")).trim().split(/\\s+/))
        .filter(id => !document.getElementById(id)),
]"""
_SKIPPED_HEADINGS = """[...document.querySelectorAll("h1, h2:not(.error-summary *), h3, h4")]
    .map(e => Number(e.tagName[1])).filter((level, at, all) => at === 0 ? level !== 1 : level > all[at - 1] + 1)"""
