"""What a first visit costs an old phone on a slow line, measured on the wire behind the server of production."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from feedback_app.db import db
from tests import factories
from tests.browser.conftest import in_production
from tests.conftest import Live

FIRST_VIEW_BYTES = 60 * 1024
HTML_BYTES = 15 * 1024
UNIT = "dinas-dukcapil"


@dataclass
class Weight:
    """Bytes on the wire, heads included, by address; and how long the page itself is once unpacked."""

    wire: dict[str, int] = field(default_factory=dict)
    html: int = 0

    @property
    def total(self) -> int:
        return sum(self.wire.values())


@dataclass(frozen=True)
class Site:
    url: str
    agency: str


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[Site]:
    """A unit with as many services as a large office has."""
    with standing.app.app_context():
        session = db.session()
        agency = factories.agency(session, name="Pemerintah Kota Kupang")
        factories.agency(session, name="Pemerintah Kota Mataram")
        unit = factories.unit(session, agency, name="Dinas Kependudukan dan Pencatatan Sipil", code=UNIT)
        for number in range(20):
            factories.service(session, unit, name=f"Penerbitan dokumen kependudukan jenis {number}")
        session.commit()
        code = agency.code
    with in_production(standing) as url:
        yield Site(url, code)


def weigh(browser: Browser, url: str, cookies: list[Any] | None = None) -> Weight:
    """Open an address with an empty cache; return what came over the wire."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    if cookies:
        context.add_cookies(cookies)
    page = context.new_page()
    weight, names = Weight(), {}
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.responseReceived", lambda said: names.update({said["requestId"]: said["response"]["url"]}))
    wire.on(
        "Network.loadingFinished",
        lambda said: weight.wire.update({names[said["requestId"]]: int(said["encodedDataLength"])}),
    )
    answer = page.goto(url, wait_until="networkidle")
    assert answer is not None
    assert answer.status == 200
    assert answer.url == url
    weight.html = len(answer.body())
    context.close()
    print(f"{url}: {weight.total} B on the wire in {len(weight.wire)} answers, {weight.html} B of HTML")
    return weight


def sent_rating(page: Page, site: Site) -> list[Any]:
    """Send a rating that asks for a reply; return the cookies that open its status."""
    page.goto(f"{site.url}/nilai/{site.agency}/{UNIT}")
    page.get_by_label("Kurang baik", exact=True).check()
    page.get_by_label("Saya butuh balasan").check()
    page.get_by_label("Ceritakan lebih lanjut").fill("Antre empat jam di loket tanpa kabar apa pun.")
    page.get_by_role("button", name="Kirim penilaian").click()
    page.wait_for_url("**/diterima")
    return list(page.context.cookies())


@pytest.mark.parametrize("path", ["/nilai/{agency}/{unit}", "/lapor/{agency}/{unit}", "/unit/{agency}/{unit}"])
def test_first_view_of_a_page_is_light(site: Site, browser: Browser, path: str) -> None:
    weight = weigh(browser, site.url + path.format(agency=site.agency, unit=UNIT))
    assert len(weight.wire) >= 3, "the page came without its style sheets"
    assert weight.total <= FIRST_VIEW_BYTES, weight
    assert weight.html <= HTML_BYTES, weight


@pytest.mark.slow
def test_first_view_of_the_status_of_a_report_is_light(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    cookies = sent_rating(page, site)
    page.context.close()
    weight = weigh(browser, f"{site.url}/lacak/status", cookies)
    assert weight.total <= FIRST_VIEW_BYTES, weight
    assert weight.html <= HTML_BYTES, weight


def test_a_second_page_brings_only_itself(site: Site, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{site.url}/nilai/{site.agency}/{UNIT}")
    page.goto(f"{site.url}/privasi", wait_until="networkidle")
    from_wire = page.evaluate("performance.getEntriesByType('resource').filter(e => e.transferSize).map(e => e.name)")
    # A browser without a window fetches the icon for each page.
    assert [address for address in from_wire if "icon.svg" not in address] == []
    page.context.close()
