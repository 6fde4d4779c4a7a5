"""No header a stranger sets comes back in a page, a redirect or a cached answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from feedback_app.blueprints.guessing import Tallies
from feedback_app.config import Settings
from feedback_app.db import db
from tests import factories as make
from tests.abuse.limited import limited_app
from tests.conftest import TEMPLATE, fresh_database

EVIL = "jahat.example"
OVERRIDES = (
    "X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "X-HTTP-Host-Override", "Forwarded", "X-Original-URL",
    "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Script-Name", "X-Original-Host", "Referer", "Origin", "Base-Url",
)  # fmt: skip
VALUES = (EVIL, f"https://{EVIL}/", f"host={EVIL}", f"//{EVIL}/petugas/", "/petugas/", f"{EVIL}:443, {EVIL}")
BAD_HOSTS = (
    EVIL,
    f"{EVIL}:80",
    f"localhost@{EVIL}",
    f"localhost.{EVIL}",
    "suara.contoh.go.id.jahat.example",
    "[::1",
    "",
)
AWAY = (
    f"//{EVIL}", f"https://{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}", f"/\t/{EVIL}", f"https:{EVIL}", f"///{EVIL}",
    f"javascript:alert(1)//{EVIL}", f"/%09/{EVIL}/..//{EVIL}",
)  # fmt: skip


@pytest.fixture(scope="module")
def site(servers: Settings, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One unit of one agency; nobody changes anything here."""
    with fresh_database(servers, f"{TEMPLATE}_heads", template=template) as url:
        settings = replace(servers, database_url=url, home=tmp_path_factory.mktemp("heads"))
        with limited_app(settings, public_url="https://suara.contoh.go.id") as made:
            with made.app_context():
                agency = make.agency(db.session(), code="kota-uji")
                make.unit(db.session(), agency, code="dukcapil")
                db.session.commit()
            yield made


@pytest.fixture
def app(site: Flask, redis: Redis) -> Flask:
    """The same, its budgets unspent and nothing on its shelf."""
    site.extensions["suara_tallies"] = Tallies()
    for store in ("suara_places", "suara_pages"):
        site.extensions.pop(store, None)
    site.extensions["suara_shelf"].clear()
    return site


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


PATHS = (
    "/", "/instansi/kota-uji", "/nilai/kota-uji/dukcapil", "/nilai/dukcapil", "/lapor", "/lapor/kota-uji/dukcapil",
    "/lacak", "/lacak/status", "/k/tebakan", "/masuk", "/petugas/", "/tidak-ada",
)  # fmt: skip
OURS = {"Host": "suara.contoh.go.id"}


@pytest.mark.parametrize("path", PATHS)
def test_no_page_reflects_a_host_that_a_header_claims(client: FlaskClient, path: str) -> None:
    usual = client.get(path, headers=OURS)
    for name, value in itertools.product(OVERRIDES, VALUES):
        answer = client.get(path, headers={**OURS, name: value})
        if answer.status_code == 429:
            continue
        assert answer.status_code == usual.status_code, (name, value)
        assert answer.headers.get("Location") == usual.headers.get("Location"), (name, value)
        assert EVIL not in str(answer.headers), (name, value)
        assert EVIL not in answer.get_data(as_text=True), (name, value)


@pytest.mark.parametrize("host", BAD_HOSTS)
def test_a_request_for_another_host_is_refused_without_repeating_its_name(client: FlaskClient, host: str) -> None:
    for path in ("/", "/nilai/kota-uji/dukcapil", "/k/tebakan", "/lacak"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "Location" not in answer.headers
        assert EVIL not in answer.get_data(as_text=True)


@pytest.mark.parametrize("target", AWAY)
def test_no_parameter_leads_away_from_the_site(client: FlaskClient, target: str) -> None:
    answers = [
        client.post("/bahasa", data={"language": "en", "next": target}, headers=OURS),
        client.get("/masuk", query_string={"next": target}, headers=OURS),
        client.get("/petugas/", query_string={"next": target}, headers=OURS),
        client.get("/nilai/dukcapil", query_string={"next": target, "url": target}, headers=OURS),
    ]
    for answer in answers:
        location = answer.headers.get("Location", "/")
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))


def test_signing_in_leads_to_a_page_of_ours_whatever_next_says(app: Flask) -> None:
    with app.app_context():
        email = make.user(db.session()).email
        db.session.commit()
    for target in AWAY:
        answer = app.test_client().post(
            "/masuk", query_string={"next": target}, data={"email": email, "password": make.PASSWORD, "next": target},
            headers=OURS,
        )  # fmt: skip
        # As a browser reads it: from the page that was asked for.
        leads_to = urljoin("https://suara.contoh.go.id/masuk", answer.headers.get("Location", "/"))
        assert urlsplit(leads_to).netloc == "suara.contoh.go.id"


def test_a_page_that_may_be_cached_is_the_same_with_and_without_the_headers_of_an_attacker(client: FlaskClient) -> None:
    usual = client.get("/instansi/kota-uji", headers=OURS)
    poisoned = client.get("/instansi/kota-uji", headers={**OURS, **dict.fromkeys(OVERRIDES, EVIL)})
    strip = "csrf_token"
    lines = [[line for line in a.get_data(as_text=True).splitlines() if strip not in line] for a in (usual, poisoned)]
    assert lines[0] == lines[1]
    assert poisoned.headers.get("ETag") == usual.headers.get("ETag")
