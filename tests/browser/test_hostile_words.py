"""Abuse case 13: a hundred hostile texts in every place where somebody writes, looked at in a real browser.

Nothing of them runs, nothing becomes an element, and the content policy is never even asked. A second round has the
policy switched off: the pages alone hold.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.answers.models import ReplyTemplate
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import SavedView
from feedback_app.intake.codes import code_hash, new_code
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Holiday, PublicService, UnitVersion
from tests import factories as make
from tests.abuse.payloads import PAYLOADS
from tests.browser.opening import open_address
from tests.browser.sites import serving
from tests.conftest import Live
from tests.gates.addresses import addresses, guarded_rules, of_a_case
from tests.gates.hung import hang_everything
from tests.gates.sight import Place
from tests.gates.world import World, new_world

# What none of our pages has: a handler in an attribute, a script or style written into the page, a frame, an address
# that runs or leads elsewhere.
INTRUDERS: Final = """root => [...(root || document).querySelectorAll("*")].filter(e =>
    [...e.attributes].some(a => a.name.toLowerCase().startsWith("on") || a.name === "style" || a.name === "srcdoc"
        || (["href", "src", "action", "formaction", "xlink:href", "data"].includes(a.name)
            && /^(javascript|data:text)|jahat\\.example/i.test(a.value.replace(/\\s/g, ""))))
    || ["IFRAME", "OBJECT", "EMBED", "BASE", "MARQUEE", "STYLE", "MATH", "XSS", "DIALOG", "AUDIO", "VIDEO"]
        .includes(e.tagName.toUpperCase())
    || (e.tagName === "SCRIPT" && !e.src && e.type !== "application/json")
    || (e.tagName === "META" && e.httpEquiv === "refresh")
).map(e => e.outerHTML.slice(0, 160))"""
ANSWER: Final = "form[action$='/tanggapi']"
HOSTILE_QUESTION: Final = "page=2&group=all&q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
WATCH: Final = """
window.violations = [];
document.addEventListener("securitypolicyviolation", e => window.violations.push(e.violatedDirective + " " + e.sample));
"""


@dataclass(frozen=True)
class Written:
    """One case in which every word is hostile; the code opens it for its reporter."""

    case: int
    code: str
    hung: dict[str, int]


@dataclass(frozen=True)
class Site:
    url: str
    live: Live
    accounts: list[str]
    written: list[Written]
    joined: list[Written]
    lists: list[str]
    public: list[str]


@pytest.fixture(scope="module")
def site(standing: Live) -> Iterator[Site]:
    with standing.app.app_context():
        session = db.session()
        world = new_world(session)
        accounts = [account(world), account(world, everywhere=True)]
        key = standing.app.config["TRACKING_KEY"]
        written = [write(session, world, text, key) for text in PAYLOADS]
        # A list shows the beginning of each text, the page of a case all of it: there five stand together.
        joined = [write(session, world, "\n".join(PAYLOADS[at : at + 5]), key) for at in range(0, len(PAYLOADS), 5)]
        named(session, world, accounts[0])
        lists = sorted(
            {one.path for one in addresses(standing.app, world) if one.method == "GET" and one.target.about is None}
        )
        place = f"{world.agency.code}/{world.units[Place.OWN].code}"
        public = [
            "/", f"/instansi/{world.agency.code}", f"/unit/{place}", f"/nilai/{place}", f"/lapor/{place}",
            f"/lapor/{world.agency.code}", f"/kios/{place}",
        ]  # fmt: skip
        session.commit()
        emails = [who.email for who in accounts]
    with serving(standing) as url:
        yield Site(url, standing, emails, written, joined, lists, public)


def account(world: World, *, everywhere: bool = False) -> Any:
    """Make an account that opens every page there is, over the unit and the Inspektorat, or over the whole agency."""
    who = make.user(world.session)
    make.every_role(world.session, who, world.agency, None if everywhere else world.units[Place.ABOVE])
    return who


def write(session: Session, world: World, text: str, key: bytes) -> Written:
    """Make a case that was answered and called unsolved, with one hostile text wherever a word can stand."""
    now, unit, code = clock.utcnow(), world.units[Place.OWN], new_code(os.urandom)
    sent = make.submission(
        session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text=f"Laporan {text}", analysis="done",
        received_at=now, tracking_hash=code_hash(code, key),
    )  # fmt: skip
    make.labels(session, sent, kind="complaint", aspect="delay", urgency="high", sentiment="negative")
    case = make.case(
        session, sent, status=CaseStatus.IN_PROGRESS, reopened_count=1, first_replied_at=now, verified_at=now,
        answered_by=world.answerer.id, opened_at=now, clock=CaseClock.REPLY, due_at=now,
    )  # fmt: skip
    hung = hang_everything(session, case, text, unit=unit, by=world.answerer)
    template = ReplyTemplate(
        agency_id=case.agency_id, unit_id=unit.id, name=f"{text[:70]} {case.id}", text=text,
        written_by=world.answerer.id, written_at=now,
    )  # fmt: skip
    session.add(template)
    session.flush()
    return Written(case.id, code, {"template": template.id, **{name: row.id for name, row in vars(hung).items()}})


def named(session: Session, world: World, who: Any) -> None:
    """Give everything that has a name a hostile one."""
    names = iter(PAYLOADS)
    for version in session.scalars(sa.select(UnitVersion).where(UnitVersion.agency_id == world.agency.id)):
        version.name = next(names)
    for row in session.scalars(sa.select(PublicService).where(PublicService.agency_id == world.agency.id)):
        row.name = next(names)
    world.agency.name = world.answerer.name = who.name = next(names)
    world.things.improvement.text = world.things.anomaly.reason = next(names)
    world.things.counter_key.name = world.things.wall_code.hangs_at = next(names)
    world.things.employee.name = world.things.cycle.name = next(names)
    now = clock.utcnow()
    session.add_all(
        SavedView(user_id=who.id, name=text[:60], asked={"q": text}, saved_at=now) for text in PAYLOADS[20:40]
    )
    session.add(Holiday(agency_id=world.agency.id, on_date=now.date(), name=next(names), source=next(names)))


@dataclass
class Guard:
    """A browser window that notes whatever should not be."""

    page: Page
    url: str
    has_policy: bool
    found: list[str] = field(default_factory=list)
    seen: int = 0

    def __post_init__(self) -> None:
        self.page.set_default_timeout(15_000)
        self.page.on("dialog", self._struck)
        self.page.add_init_script(WATCH)

    def _struck(self, dialog: Any) -> None:
        self.found.append(f"{self.page.url}: a dialog says {dialog.message}")
        dialog.dismiss()

    def stop(self, route: Route) -> None:
        """Note a request for another site, and let it fail."""
        self.found.append(route.request.url)
        route.abort()

    def sign_in(self, email: str) -> None:
        self.page.goto(f"{self.url}/masuk")
        self.page.locator("input[name=email]").fill(email)
        self.page.locator("input[name=password]").fill(make.PASSWORD)
        self.page.locator("main button[type=submit], main input[type=submit]").first.click()
        self.page.wait_for_url("**/petugas**")

    def open_report(self, code: str) -> None:
        self.page.goto(f"{self.url}/lacak")
        self.page.locator("input[name=code]").fill(code)
        self.page.locator("main button[type=submit]").first.click()
        self.page.wait_for_url("**/lacak/status")
        self.check()

    def visit(self, path: str) -> None:
        answer = open_address(self.page, self.url + path)
        if answer.status >= 500:
            self.found.append(f"{path} answered {answer.status}")
        if "text/html" in answer.headers.get("content-type", ""):
            self.check()
        elif answer.headers.get("x-content-type-options") != "nosniff":
            self.found.append(f"{path} may be taken for a page")

    def check(self) -> None:
        """Note what stands on the open page and should not."""
        self.seen += 1
        where = self.page.url.removeprefix(self.url)
        self.found += [f"{where}: {html}" for html in self.page.evaluate(INTRUDERS)]
        self.found += [f"{where}: refused by the policy: {what}" for what in self.page.evaluate("window.violations")]
        if self.page.evaluate("window.struck"):
            self.found.append(f"{where}: a text ran")


@contextmanager
def opened(browser: Browser, site: Site, *, has_policy: bool) -> Iterator[Guard]:
    context = browser.new_context(bypass_csp=not has_policy, reduced_motion="reduce")
    guard = Guard(context.new_page(), site.url, has_policy)
    # Whatever would leave for elsewhere goes nowhere.
    context.route(re.compile("jahat"), guard.stop)
    yield guard
    context.close()


@pytest.fixture(
    params=[pytest.param(True, id="policy on", marks=pytest.mark.exhaustive), pytest.param(False, id="policy off")]
)
def guard(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Guard]:
    with opened(browser, site, has_policy=request.param) as guard:
        yield guard


@pytest.fixture
def guard_with_policy(browser: Browser, site: Site) -> Iterator[Guard]:
    with opened(browser, site, has_policy=True) as guard:
        yield guard


def test_the_guard_would_see_what_it_looks_for(guard: Guard, site: Site) -> None:
    guard.page.goto(f"{site.url}/privasi")
    look = f"html => ({INTRUDERS})(new DOMParser().parseFromString(html, 'text/html'))"
    seen = [bool(guard.page.evaluate(look, text)) for text in PAYLOADS]
    # What is disguised, or breaks out of something that is not there, is plain text where it stands alone.
    assert sum(seen) >= 70


@pytest.mark.timeout(300)
def test_hostile_words_are_text_on_every_case(site: Site, guard: Guard) -> None:
    guard.sign_in(site.accounts[0])
    for written in site.joined:
        guard.visit(f"/petugas/kasus/{written.case}")
    assert len(site.joined) * 5 == 100
    assert guard.found == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_hostile_words_are_text_to_the_reporter(site: Site, guard_with_policy: Guard) -> None:
    for written in site.joined:
        guard_with_policy.open_report(written.code)
    assert guard_with_policy.found == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_hostile_words_are_text_in_every_list(site: Site, guard_with_policy: Guard) -> None:
    for path in site.public:
        guard_with_policy.visit(path)
    for email in site.accounts:
        guard_with_policy.page.context.clear_cookies()
        guard_with_policy.sign_in(email)
        for path in site.lists:
            guard_with_policy.visit(path)
            guard_with_policy.visit(f"{path}{'&' if '?' in path else '?'}{HOSTILE_QUESTION}")
    assert guard_with_policy.seen > 40
    assert len(site.written) == 100
    assert guard_with_policy.found == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_hostile_words_are_text_on_every_page_of_a_case(site: Site, guard_with_policy: Guard) -> None:
    """The further pages of a case, whichever there are, for every fourth of them."""
    guard_with_policy.sign_in(site.accounts[0])
    adapter, answers_files = site.live.app.url_map.bind("localhost"), {"attachment_id", "proof_id"}
    for rule in guarded_rules(site.live.app):
        if not of_a_case(rule) or "GET" not in (rule.methods or set()) or rule.arguments & answers_files:
            continue
        for written in site.joined[::4]:
            values = {"case_id": written.case, **{f"{name}_id": number for name, number in written.hung.items()}}
            guard_with_policy.visit(adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}))
    assert guard_with_policy.seen >= 10
    assert guard_with_policy.found == []


@pytest.mark.slow
def test_what_was_typed_and_refused_is_shown_again_as_text(site: Site, guard: Guard) -> None:
    guard.sign_in(site.accounts[0])
    for text, written in list(zip(PAYLOADS, site.written, strict=True))[::25]:
        page = guard.page
        page.goto(f"{site.url}/petugas/kasus/{written.case}")
        # The answer to a case that waits for a review is folded away.
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        page.locator(f"{ANSWER} textarea[name=text]").fill((text * 400)[:4100])
        page.locator(f"{ANSWER} .btn-send, {ANSWER} button[type=submit]").last.click()
        page.locator(".error-summary").first.wait_for()
        guard.check()
        page.goto(f"{site.url}/petugas/kasus/{written.case}/terbitkan")
        page.locator("textarea[name=text]").first.fill(f"Warga menulis {text} di loket.")
        page.locator("form:has(textarea[name=text]) button[type=submit]").first.click()
        page.wait_for_load_state()
        guard.check()
    assert guard.found == []
