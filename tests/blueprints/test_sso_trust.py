"""What a provider is not believed: its word about the people of another, about its own age, its short keys."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from joserfc.errors import SecurityWarning
from joserfc.jwk import RSAKey
from sqlalchemy.orm import Session

from feedback_app.blueprints.sso_metadata import problem_with, providers, register_providers
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.identity.sso.models import SsoLink
from tests.blueprints.factored import Clock, code, hash_cheaply, password, with_app
from tests.blueprints.office import Office, new_office
from tests.blueprints.provider import KEY, OTHER_KEY, Forger, back_from, forging, provider_at

Configure = Callable[..., None]
GUARDED = "/petugas/akun/keamanan/kunci-sandi"


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Let the application know providers for the length of a test."""

    def give(*issuers: str, **changes: Any) -> None:
        for name in ("suara_sso", "authlib.integrations.flask_client"):
            monkeypatch.setitem(app.extensions, name, app.extensions[name])
        names = ("sso", "kedua")
        register_providers(
            app, tuple(provider_at(issuer, name=name, **changes) for name, issuer in zip(names, issuers, strict=False))
        )

    return give


@pytest.fixture
def forger() -> Iterator[Forger]:
    with forging() as made:
        yield made


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


@pytest.fixture
def client(app: Flask, connection: object) -> FlaskClient:
    """A browser that keeps no request open after its answer, so that another one can stand beside it."""
    return app.test_client()


def is_in(client: FlaskClient) -> bool:
    return client.get("/petugas/").status_code == 200


def said(client: FlaskClient, path: str = "/masuk") -> str:
    return client.get(path).get_data(as_text=True)


def claims_of(who: User, **more: Any) -> dict[str, Any]:
    return {"email": who.email, "email_verified": True, **more}


# Whose account it is.


def test_a_second_provider_does_not_open_the_account_that_one_owns(
    app: Flask, session: Session, configure: Configure, forger: Forger, officer: User
) -> None:
    with forging() as second:
        configure(forger.issuer, second.issuer)
        forger.claims, second.claims = claims_of(officer), claims_of(officer, sub="penyamar")
        assert back_from(app.test_client(), forger).location == "/petugas/"
        thief = app.test_client()
        for _ in range(2):
            there = parse_qs(urlsplit(thief.get("/masuk/sso/kedua").location or "").query)
            second.nonce = there["nonce"][0]
            back = {"state": there["state"][0], "code": "k"}
            assert thief.get("/masuk/sso/kedua/kembali", query_string=back).location == "/masuk"
        assert not is_in(thief)
        assert "minta pengelola" in said(thief) or "menunggu dipastikan" in said(thief)
        session.expire_all()
        links = session.scalars(sa.select(SsoLink).order_by(SsoLink.id)).all()
        assert [(row.issuer == forger.issuer, row.confirmed_at is None) for row in links] == [
            (True, False), (False, True),
        ]  # fmt: skip
        # Its own provider goes on opening it.
        assert back_from(app.test_client(), forger).location == "/petugas/"


def test_an_address_outside_its_domains_is_refused_with_what_to_do(
    client: FlaskClient, session: Session, configure: Configure, forger: Forger, officer: User
) -> None:
    configure(forger.issuer, email_domains=("dinas.kota.go.id",))
    forger.claims = claims_of(officer)
    assert back_from(client, forger).location == "/masuk"
    assert "bukan alamat instansi yang boleh masuk" in said(client)
    assert not is_in(client)
    assert session.scalar(sa.select(sa.func.count()).select_from(SsoLink)) == 0
    configure(forger.issuer, email_domains=(officer.email.partition("@")[2],))
    assert back_from(client, forger).location == "/petugas/"


# How long ago somebody showed the provider who they are.


@pytest.mark.parametrize(
    ("auth_time", "gets_in"),
    [
        pytest.param(0, True, id="just now"),
        pytest.param(-3_640, True, id="a little too old, within the leeway of clocks"),
        pytest.param(-3_700, False, id="too old"),
        pytest.param(+600, False, id="to come"),
        pytest.param(None, False, id="not told"),
        pytest.param("kemarin", False, id="no number"),
        pytest.param(True, False, id="no number but a bool"),
    ],
)
def test_where_an_entry_names_an_age_older_sign_ins_are_refused(
    client: FlaskClient, configure: Configure, forger: Forger, officer: User, auth_time: Any, gets_in: bool
) -> None:
    configure(forger.issuer, max_age=3_600)
    told = int(time.time()) + auth_time if type(auth_time) is int else auth_time
    forger.claims = claims_of(officer, auth_time=told)
    answer = back_from(client, forger)
    assert forger.asked["max_age"] == "3600"
    assert (answer.location == "/petugas/", is_in(client)) == (gets_in, gets_in)
    if not gets_in and type(auth_time) is not str:
        assert "baru saja masuk di sana" in said(client)


def test_without_an_age_none_is_asked_for(
    client: FlaskClient, configure: Configure, forger: Forger, officer: User
) -> None:
    configure(forger.issuer)
    forger.claims = claims_of(officer)
    assert back_from(client, forger).location == "/petugas/"
    assert "max_age" not in forger.asked
    assert "prompt" not in forger.asked


@pytest.mark.parametrize(
    ("entry", "more", "is_fresh"),
    [
        pytest.param({}, {}, False, id="not told"),
        pytest.param({}, {"auth_time": -30}, True, id="just now"),
        pytest.param({}, {"auth_time": -660}, False, id="eleven minutes ago"),
        pytest.param(
            {"trusts_second_factor": True, "second_factor_amr": ("otp",)}, {"amr": ["otp"]}, False,
            id="a second factor, some time",
        ),
    ],
)  # fmt: skip
def test_an_arrival_is_fresh_by_the_providers_word_alone(
    client: FlaskClient, configure: Configure, forger: Forger, officer: User, entry: dict[str, Any],
    more: dict[str, Any], is_fresh: bool,
) -> None:  # fmt: skip
    configure(forger.issuer, **entry)
    told = {**more, "auth_time": int(time.time()) + more["auth_time"]} if "auth_time" in more else more
    forger.claims = claims_of(officer, **told)
    back_from(client, forger)
    assert is_in(client)
    assert (client.get(GUARDED).status_code == 200) is is_fresh


def test_a_second_factor_shown_here_is_fresh(
    app: Flask, session: Session, client: FlaskClient, configure: Configure, forger: Forger, officer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    hash_cheaply(monkeypatch)
    secret = with_app(app, session, officer)
    session.commit()
    configure(forger.issuer)
    forger.claims = claims_of(officer)
    assert back_from(client, forger).location == "/masuk/kedua"
    client.post("/masuk/kedua", data={"code": code(secret)})
    assert client.get(GUARDED).status_code == 200


# Showing it once more at the provider.


@pytest.fixture
def arrived(client: FlaskClient, configure: Configure, forger: Forger, officer: User) -> FlaskClient:
    """A browser of somebody who came from the provider, where they signed in this morning."""
    configure(forger.issuer)
    forger.claims = claims_of(officer, auth_time=int(time.time()) - 7_200)
    assert back_from(client, forger).location == "/petugas/"
    return client


def again(client: FlaskClient, forger: Forger, **claims: Any) -> str:
    forger.claims = {**forger.claims, **claims}
    return back_from(client, forger, f"/masuk/sso/sso?konfirmasi=1&next={GUARDED}").location or ""


def test_somebody_without_anything_to_show_here_shows_it_at_the_provider(arrived: FlaskClient, forger: Forger) -> None:
    page = said(arrived, arrived.get(GUARDED).location)
    assert "Konfirmasi lewat SSO Kota" in page
    assert f"/masuk/sso/sso?konfirmasi=1&amp;next={GUARDED.replace('/', '%2F')}" in page or f"next={GUARDED}" in page
    before = arrived.get_cookie("session")
    assert again(arrived, forger, auth_time=int(time.time())) == GUARDED
    assert (forger.asked["prompt"], forger.asked["max_age"]) == ("login", "0")
    assert arrived.get(GUARDED).status_code == 200
    assert before is not None
    copy = arrived.application.test_client()
    copy.set_cookie("session", before.value)
    assert not is_in(copy)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="the provider did not ask anew"),
        pytest.param({"auth_time": None}, id="the provider does not say"),
        pytest.param({"sub": "orang-lain", "auth_time": "now"}, id="another person"),
    ],
)
def test_what_the_provider_does_not_say_confirms_nothing_and_nobody_becomes_another(
    arrived: FlaskClient, forger: Forger, officer: User, change: dict[str, Any]
) -> None:
    told = {**change, "auth_time": int(time.time())} if change.get("auth_time") == "now" else change
    assert again(arrived, forger, **told).startswith("/petugas/konfirmasi")
    assert arrived.get(GUARDED).status_code == 302
    assert officer.name in said(arrived, "/petugas/")


def test_a_form_waits_in_its_tab_and_goes_on_after_the_provider(
    app: Flask, arrived: FlaskClient, forger: Forger, officer: User, session: Session
) -> None:
    officer.password = None
    session.commit()
    sent = {"sesi": "1", "catatan": "tetap di sini"}
    asked = arrived.post("/petugas/akun/sesi/akhiri-semua", data=sent)
    page = asked.get_data(as_text=True)
    assert asked.status_code == 403
    assert 'target="_blank"' in page
    assert "tetap di sini" in page
    assert again(arrived, forger, auth_time=int(time.time())) == GUARDED
    assert arrived.post("/petugas/akun/sesi/akhiri-semua", data=sent).location == "/masuk"


def test_where_there_is_a_factor_the_provider_does_not_do(
    app: Flask, arrived: FlaskClient, forger: Forger, officer: User, session: Session
) -> None:
    with_app(app, session, officer)
    session.commit()
    assert "Konfirmasi lewat" not in said(arrived, "/petugas/konfirmasi")
    assert arrived.get("/masuk/sso/sso?konfirmasi=1").location == "/petugas/konfirmasi?next=/"


def test_an_answer_nobody_began_changes_nothing(arrived: FlaskClient, forger: Forger) -> None:
    assert arrived.get("/masuk/sso/sso/kembali?code=x&state=y").location == "/petugas/"
    assert arrived.get(GUARDED).status_code == 302


def test_a_link_elsewhere_begins_no_confirmation(arrived: FlaskClient, forger: Forger) -> None:
    answer = arrived.get("/masuk/sso/sso?konfirmasi=1", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.location.startswith("/masuk")


def test_an_account_without_a_provider_is_not_led_to_one(
    client: FlaskClient, configure: Configure, forger: Forger, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_of = Clock(monkeypatch)
    configure(forger.issuer)
    password(client, officer)
    time_of.turn(minutes=31)
    assert "Konfirmasi lewat" not in said(client, "/petugas/konfirmasi")
    assert client.get("/masuk/sso/sso?konfirmasi=1").location.startswith("/petugas/konfirmasi")


# Keys, redirects, and what is kept.


def short_key() -> RSAKey:
    with pytest.warns(SecurityWarning):
        return RSAKey.generate_key(1024, {"kid": "satu"}, auto_kid=False)


def test_a_key_of_less_than_2048_bits_proves_nothing(
    client: FlaskClient, configure: Configure, forger: Forger, officer: User, caplog: pytest.LogCaptureFixture
) -> None:
    configure(forger.issuer)
    forger.key = short_key()
    forger.keys, forger.claims = [forger.key], claims_of(officer)
    assert back_from(client, forger).location == "/masuk"
    assert not is_in(client)
    assert "a short RSA key is not used" in caplog.text


def test_a_short_key_beside_a_long_one_is_left_out(
    client: FlaskClient, configure: Configure, forger: Forger, officer: User
) -> None:
    configure(forger.issuer)
    forger.keys, forger.claims = [short_key(), KEY], claims_of(officer)
    assert back_from(client, forger).location == "/petugas/"


def test_the_check_says_that_no_key_can_be_used(app: Flask, configure: Configure, forger: Forger) -> None:
    configure(forger.issuer)
    forger.keys = [short_key()]
    with app.test_request_context():
        assert problem_with(providers()["sso"]) == "it publishes no keys that can be used (RSA: 2048 bits or more)"


def test_keys_that_a_token_brings_along_are_not_asked(
    client: FlaskClient, configure: Configure, forger: Forger, officer: User
) -> None:
    configure(forger.issuer)
    forger.claims, forger.key = claims_of(officer), OTHER_KEY
    own = OTHER_KEY.as_dict(private=False)
    for header in (
        {"jwk": own}, {"jku": f"{forger.issuer}/pindah/jwks"}, {"x5u": f"{forger.issuer}/pindah/sertifikat"},
    ):  # fmt: skip
        forger.header = header
        assert back_from(client, forger).location == "/masuk"
        assert not is_in(client)
    assert forger.elsewhere == []
    # The same head over a good signature does no harm.
    forger.key = KEY
    assert back_from(client, forger).location == "/petugas/"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token"])
def test_a_redirect_is_not_followed(
    client: FlaskClient, configure: Configure, forger: Forger, officer: User, path: str
) -> None:
    configure(forger.issuer)
    forger.claims, forger.moved = claims_of(officer), {path}
    if path.startswith("/.well-known"):
        assert client.get("/masuk/sso/sso").location == "/masuk"
    else:
        assert back_from(client, forger).location == "/masuk"
    assert "sedang tidak dapat dihubungi" in said(client)
    assert not is_in(client)
    assert forger.elsewhere == []


def test_no_token_of_the_provider_is_kept(
    client: FlaskClient, session: Session, configure: Configure, forger: Forger, officer: User
) -> None:
    configure(forger.issuer)
    forger.claims = claims_of(officer, penanda="klaim-yang-tidak-disimpan")
    forger.access_token = "token-akses-rahasia"
    given: list[str] = []
    seen = forger._signed

    def noted() -> str:
        given.append(seen())
        return given[-1]

    forger._signed = noted  # type: ignore[method-assign]
    assert back_from(client, forger).location == "/petugas/"
    secrets = [forger.access_token, "kode-1", given[0], given[0].split(".")[2], "klaim-yang-tidak-disimpan"]
    with client.session_transaction() as kept:
        cookie = json.dumps(dict(kept), default=str)
    assert [secret for secret in secrets if secret in cookie] == []
    session.flush()
    tables = session.scalars(
        sa.text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1")
    ).all()
    assert "sign_ins" in tables
    for table in tables:
        rows = session.scalars(sa.text(f'SELECT CAST(t AS text) FROM "{table}" t')).all()
        found = [secret for secret in secrets for row in rows if secret in str(row)]
        assert found == [], table
