"""Abuse 30: what is secret or personal reaches no log, no Redis, no leftover file and no copy, whatever goes wrong.

A real web server, a real worker and real commands run at their most talkative; canaries of each kind go through forms,
addresses, headers, errors of the database and failing jobs; then everything that was written is searched for them.
"""

from __future__ import annotations

import base64
import html
import http.cookiejar
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.db import db
from feedback_app.intake.models import Submission
from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.supervisor import children
from tests import factories as make
from tests.blueprints.test_report import report
from tests.conftest import Live
from tests.journeys.processes import wait_for

EMAIL, PHONE, NIK = "kanari.maria@contoh-kanari.id", "081298761234", "5371014508850003"
WORDS = "Kanarikata petugas itu minta uang rokok di loket tiga"
PASSWORD = "kanari-sandi-yang-salah-9"
BEARER = "kanariBearer" + secrets.token_urlsafe(24)
REFUSED = "Kanaritolak baris ini tidak diterima basis data"


@dataclass
class Browser:
    """A browser of one citizen, which remembers every secret the pages gave it."""

    base: str
    secrets: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path: str, data: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        sent = urllib.parse.urlencode(data).encode() if data is not None else None
        asked = urllib.request.Request(self.base + path, sent, {"Accept-Language": "id", **headers})
        try:
            with self.opener.open(asked, timeout=30) as answer:
                status, page = answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            status, page = error.code, error.read().decode("utf-8", "replace")
        self.secrets |= {cookie.value for cookie in self.cookies if cookie.value and len(cookie.value) > 20}
        return status, page

    def send(self, path: str, data: dict[str, str], **headers: str) -> tuple[int, str]:
        _, page = self.open(path)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        token = html.unescape(found[1]) if found else ""
        self.secrets |= {token} if token else set()
        return self.open(path, {**data, "csrf_token": token}, Referer=self.base + path, **headers)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(argv: tuple[str, ...] | list[str], environ: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("ab") as out:
        process = subprocess.Popen(argv, env=environ, stdout=out, stderr=out, cwd=config.project_root())
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers(base: str) -> bool:
    try:
        urllib.request.urlopen(base + "/masuk", timeout=5).close()
    except OSError:
        return False
    return True


def execute(live: Live, *statements: str) -> None:
    with live.app.app_context():
        for statement in statements:
            db.session.execute(sa.text(statement))
        db.session.commit()
        db.session.remove()


def everything_in(redis: Redis) -> str:
    """All of Redis as text, with what RQ packs unpacked: a search in it would find nothing otherwise."""
    texts = []
    for key in redis.keys("*"):
        kind = redis.type(key)
        found: Any = redis.dump(key)
        if kind == b"stream":
            found = redis.xrange(key)
            packed = [fields[b"exc_string"] for _, fields in found if b"exc_string" in fields]
            texts += [zlib.decompress(base64.b64decode(one)).decode() for one in packed]
        elif kind == b"hash":
            found = redis.hgetall(key)
            for value in found.values():
                with suppress(zlib.error):
                    texts.append(zlib.decompress(value).decode("utf-8", "replace"))
        elif kind == b"string":
            found = redis.get(key)
        texts.append(f"{key!r} {found!r}")
    return "\n".join(texts)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_no_canary_reaches_a_log_redis_a_leftover_file_or_a_copy(
    live: Live, servers: config.Settings, redis: Redis, tmp_path: Path
) -> None:
    logs, leftovers = tmp_path / "written", tmp_path / "tmp"
    for folder in (logs, leftovers):
        folder.mkdir()
    port = free_port()
    environ = {
        **live.environ,
        "LOG_LEVEL": "DEBUG",
        "TMPDIR": str(leftovers),
        "RATE_LIMITS": "true",
        "HOST": "127.0.0.1",
    }
    base = f"http://127.0.0.1:{port}"
    settings = config.load(environ)
    agency, unit, token = _place(live)
    web = children.usual_commands(settings, port)["web"]
    # Most talkative: the access log that is off by default is on.
    web = tuple(word.replace("--no-access-log", "--access-log") for word in web)
    browser = Browser(base)
    with running(web, environ, logs / "web.log"):
        wait_for(lambda: answers(base), seconds=60, why="the web server answers")
        code = _through_the_pages(browser, agency, unit, token)
        _through_errors(browser, live, agency, unit)
        with running([sys.executable, "-m", "feedback_app.worker"], environ, logs / "worker.log"):
            _through_failing_jobs(live, redis)
        _through_commands(environ, logs, tmp_path)
    canaries = {
        "e-mail": EMAIL, "e-mail in an address": urllib.parse.quote(EMAIL), "phone": PHONE, "NIK": NIK,
        "words": "Kanarikata",
        "refused words": "Kanaritolak", "password": PASSWORD, "bearer": BEARER, "tracking code": code,
        "tracking code without dashes": code.replace("-", ""), "visit token": token, "secret": make.SECRET,
        "password of the database": str(urllib.parse.urlsplit(str(servers.database_url)).password),
        **{f"cookie or token {number}": value for number, value in enumerate(sorted(browser.secrets))},
    }  # fmt: skip
    places = {
        **{str(path): path.read_bytes() for path in logs.iterdir()},
        **{str(path): path.read_bytes() for path in leftovers.rglob("*") if path.is_file()},
        **{str(path): path.read_bytes() for path in (servers.home / "logs").glob("*.log*")},
        **{str(path): path.read_bytes() for path in tmp_path.glob("*.age")},
        "Redis": everything_in(redis).encode(),
    }
    found = [f"{name} in {place}" for name, value in canaries.items() for place, text in places.items()
             if value.encode() in text]  # fmt: skip
    assert found == []
    # What was written says that something failed, or the search would prove nothing.
    assert b"CheckViolation" in places[str(logs / "web.log")]
    assert b"CheckViolation" in places[str(logs / "worker.log")]
    assert b"/lapor/" in places[str(logs / "web.log")]
    assert len(browser.secrets) >= 2
    assert any(place.endswith(".age") for place in places)


def _place(live: Live) -> tuple[str, str, str]:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session)
        unit = make.unit(session, agency)
        (token,) = issue_visit_tokens(
            session, agency_id=agency.id, unit_id=unit.id, service_id=None, visited_on=make.NOW.date(), count=1,
            issued_by=None, key=live.app.config["TRACKING_KEY"], now=make.NOW,
        )  # fmt: skip
        session.commit()
        found = (agency.code, unit.code, token)
        db.session.remove()
    return found


def _through_the_pages(browser: Browser, agency: str, unit: str, token: str) -> str:
    """Send a report with everything in it, follow it, and give each secret to every door that might note it."""
    sent = report(happened=f"{WORDS}. Hubungi {PHONE} atau {EMAIL}, NIK {NIK}.", reviewed="1")
    status, page = browser.send(f"/lapor/{agency}/{unit}", sent)
    found = re.search(r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b", page)
    assert found, (status, page[:3000])
    code = found[0]
    browser.send("/lacak", {"code": code})
    browser.open("/lacak/status")
    browser.send("/masuk", {"email": EMAIL, "password": PASSWORD})
    browser.open(f"/k/{token}")
    browser.open(f"/lacak?kode={code}&email={urllib.parse.quote(EMAIL)}&token={BEARER}")
    browser.open(f"/tidak-ada/{code}/{EMAIL}?nik={NIK}")
    browser.open("/", Authorization=f"Bearer {BEARER}", Cookie=f"session={BEARER}", Referer=f"{browser.base}/k/{token}")
    browser.open("/api/v1/tokens", {"x": PHONE}, Authorization=f"Bearer {BEARER}")
    return code


def _through_errors(browser: Browser, live: Live, agency: str, unit: str) -> None:
    """Let the database refuse a row: it repeats the whole row in its answer."""
    execute(live, "ALTER TABLE submissions ADD CONSTRAINT canary CHECK (text NOT LIKE '%Kanaritolak%') NOT VALID")
    status, page = browser.send(f"/lapor/{agency}/{unit}", report(happened=f"{REFUSED} {EMAIL} {NIK}", reviewed="1"))
    assert status >= 500 or "Kanaritolak" in page
    assert "Traceback" not in page
    assert "psycopg" not in page
    execute(live, "ALTER TABLE submissions DROP CONSTRAINT canary")


def _through_failing_jobs(live: Live, redis: Redis) -> None:
    from feedback_app import queue

    execute(live, "ALTER TABLE submissions ADD CONSTRAINT canary CHECK (analysis <> 'done') NOT VALID")
    failed = queue.queue_on(redis, "drain").failed_job_registry
    queue.enqueue(redis, "drain")
    wait_for(lambda: failed.get_job_count(cleanup=False) > 0, seconds=60, why="the job fails")
    time.sleep(0.5)


def _through_commands(environ: dict[str, str], logs: Path, folder: Path) -> None:
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    for number, words in enumerate(
        (["classify"], ["backup", "--to", str(folder), "--recipient", recipient], ["doctor"], ["keys", "status"])
    ):
        with (logs / f"command-{number}.log").open("wb") as out:
            subprocess.run(
                [sys.executable, "-m", "feedback_app", *words], env=environ, stdout=out, stderr=out, check=False,
                cwd=config.project_root(), timeout=60,
            )  # fmt: skip


def test_the_trail_and_the_rows_hold_what_the_logs_do_not(live: Live) -> None:
    """The report itself is kept: the search above must not be empty because nothing was stored."""
    with live.app.app_context():
        session = db.session()
        make.submission(session, make.unit(session, make.agency(session)), text=WORDS)
        assert session.scalar(sa.select(Submission.text)) == WORDS
        db.session.rollback()
        db.session.remove()


@pytest.fixture
def in_production(live: Live) -> Iterator[Flask]:
    made = create_app(config.load({**live.environ, "PUBLIC_URL": "https://suara.kota.go.id", "COOKIE_SECURE": "true"}))
    yield made
    with made.app_context():
        db.engine.dispose()


def test_in_production_nothing_of_a_debugger_is_there(in_production: Flask) -> None:
    assert in_production.debug is False
    assert in_production.testing is False
    assert not in_production.config["PROPAGATE_EXCEPTIONS"]
    assert not in_production.config["EXPLAIN_TEMPLATE_LOADING"]
    client = in_production.test_client()
    for path in (
        "/console", "/?__debugger__=yes&cmd=resource&f=debugger.js", "/debug", "/_debug_toolbar/", "/metrics", "/.env",
        "/.git/config", "/server-status", "/static/../config.py", "/static/%2e%2e/config.py", "/static/", "/actuator",
        "/dump.sql", "/static/dump.sql", "/backup.age", "/static/.env", "/audit-roots.jsonl", "/connection.json",
    ):  # fmt: skip
        answer = client.get(path, base_url="https://suara.kota.go.id")
        assert answer.status_code in {200, 301, 302, 308, 400, 404}, path
        text = answer.get_data(as_text=True)
        assert not path.startswith(("/console", "/static", "/.")) or answer.status_code in {308, 400, 404}, path
        for telltale in ("Werkzeug", "Traceback", "SECRET", make.SECRET, "BEGIN ", "interactive"):
            assert telltale not in text, path


def test_an_error_of_the_program_shows_no_detail(in_production: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> str:
        raise RuntimeError(f"rahasia {EMAIL}")

    monkeypatch.setitem(in_production.view_functions, "public.home", fails)
    for accept in ("text/html", "application/json"):
        answer = in_production.test_client().get("/", base_url="https://suara.kota.go.id", headers={"Accept": accept})
        assert answer.status_code == 500
        text = answer.get_data(as_text=True)
        for telltale in ("rahasia", EMAIL, "RuntimeError", "Traceback", "feedback_app"):
            assert telltale not in text


def test_no_copy_or_dump_lies_among_the_files_for_everybody() -> None:
    folder = config.project_root() / "feedback_app" / "static"
    kinds = {path.suffix for path in folder.rglob("*") if path.is_file()}
    assert kinds <= {".css", ".js", ".mjs", ".svg", ".png", ".ico", ".woff2", ".webmanifest", ".txt", ".json"}


def test_no_page_sends_its_address_to_another_site(client: FlaskClient) -> None:
    for path in ("/", "/lacak", "/masuk", "/k/00000000000000000000000000", "/tidak-ada"):
        policy = client.get(path).headers["Referrer-Policy"]
        assert policy in {"no-referrer", "same-origin"}, path


def test_settings_that_are_printed_hold_no_secret(live: Live) -> None:
    shown = repr(config.load({**live.environ, "VAULT_KEYS": "", "LASTING_SECRET": "L" * 40}))
    for secret in (make.SECRET, "L" * 40, str(live.settings.database_url)):
        assert secret not in shown
