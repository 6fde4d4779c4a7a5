"""Every page of staff before axe-core, on a phone and at a desk, in both languages: nothing to object to.

The pages come from the application's own map, with the objects of a whole world put into their addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from feedback_app.db import db
from tests import factories as make
from tests.browser.axe import SIZES, violations
from tests.browser.opening import open_address
from tests.browser.sites import serving
from tests.conftest import Live
from tests.gates.addresses import Gate, addresses
from tests.gates.sight import Kind
from tests.gates.world import new_world

# Between them they open every page that needs nobody's own case, paper or record.
ACCOUNTS: Final = (
    "unit_head at ABOVE", "administrator at AGENCY", "officer at INSPECTORATE", "evaluator at AGENCY",
    "employee at AGENCY", "reviewer at AGENCY",
)  # fmt: skip
FILES: Final = {"attachment_id", "proof_id"}
TALL: Final = """() => [...document.querySelectorAll("main button, main select, main summary, main .btn")]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 24).map(e => e.outerHTML.slice(0, 120))"""


@dataclass(frozen=True)
class Site:
    url: str
    emails: dict[str, str]
    pages: dict[str, list[str]]


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[Site]:
    with standing.app.app_context():
        world = new_world(db.session())
        holders = {name: world.holder(name) for name in ACCOUNTS}
        db.session().commit()
        pages: dict[str, list[str]] = {name: [] for name in ACCOUNTS}
        seen: set[str] = set()
        for address in addresses(standing.app, world):
            if address.method != "GET":
                continue
            if address.target.values.keys() & FILES or address.target.about not in {None, Kind.PLAIN, Kind.ALLEGATION}:
                continue
            for name, holder in holders.items():
                if address.expected(holder) is Gate.OPEN and address.path not in seen:
                    seen.add(address.path)
                    pages[name].append(address.path)
        emails = {name: holder.user.email for name, holder in holders.items()}
    with serving(standing) as url:
        yield Site(url, emails, pages)


@dataclass
class Reader:
    """A browser in one language, signed in, and what was wrong with the pages it saw."""

    page: Page
    url: str
    found: list[str] = field(default_factory=list)

    def sign_in(self, email: str) -> None:
        self.page.goto(f"{self.url}/masuk")
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(make.PASSWORD)
        self.page.locator("main button[type=submit], main input[type=submit]").first.click()
        self.page.wait_for_url("**/petugas**")

    def look_at(self, path: str) -> None:
        """Note what axe says about a page, and what is too wide or too small."""
        answer = open_address(self.page, self.url + path)
        if "text/html" not in answer.headers.get("content-type", ""):
            return
        # What cannot be done here is refused on a page of its own, which is looked at too.
        if answer.status not in {200, 409}:
            self.found.append(f"{path} answered {answer.status}")
        self.page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        self.found += [f"{path}: {words}" for words in violations(self.page)]
        for size in SIZES:
            self.page.set_viewport_size(size)
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                self.found.append(f"{path}: {wide} px wide in a window of {size['width']}")
        self.found += [f"{path}: too low: {html}" for html in self.page.evaluate(TALL)]


@pytest.fixture(params=["id", pytest.param("en", marks=pytest.mark.exhaustive)])
def reader(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Reader]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site.url)
    if request.param == "en":
        page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == request.param
    opened = Reader(page, site.url)
    yield opened
    context.close()
    assert complaints == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ACCOUNTS)
def test_axe_objects_to_nothing_an_account_of_staff_opens(site: Site, reader: Reader, name: str) -> None:
    reader.sign_in(site.emails[name])
    assert site.pages[name]
    for path in site.pages[name]:
        reader.look_at(path)
    assert not reader.found, "\n".join(reader.found)
