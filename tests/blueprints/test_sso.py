"""Sign in with the account of another provider: the way there and back, and everything that does not get through."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.blueprints.sso_metadata import register_providers
from feedback_app.db import db
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_in_rules import Means, SecondMeans
from feedback_app.identity.sso.models import SsoLink
from feedback_app.identity.sso.rules import LinkBasis
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.blueprints.provider import (
    OTHER_KEY,
    Forger,
    authorized,
    back_from,
    forging,
    known_there,
    provider_at,
    real_provider,
    signed_in_by,
)
from tests.conftest import Live

# The real provider speaks through parts of Authlib that will be gone one day.
pytestmark = [
    pytest.mark.filterwarnings("ignore::authlib.deprecate.AuthlibDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning"),
]
SUBJECT = "orang-1"
Configure = Callable[..., None]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A real provider that somebody else wrote."""
    with real_provider() as address:
        yield address


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Let the application know a provider for the length of a test."""

    def give(issuer: str, **changes: Any) -> None:
        for name in ("suara_sso", "authlib.integrations.flask_client"):
            monkeypatch.setitem(app.extensions, name, app.extensions[name])
        register_providers(app, (provider_at(issuer, **changes),))

    return give


@pytest.fixture
def forger(configure: Configure) -> Iterator[Forger]:
    with forging() as made:
        configure(made.issuer)
        yield made


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def is_in(client: FlaskClient) -> bool:
    return client.get("/petugas/").status_code == 200


def said(client: FlaskClient) -> str:
    return client.get("/masuk").get_data(as_text=True)


def links(session: Session) -> list[SsoLink]:
    session.expire_all()
    return list(session.scalars(sa.select(SsoLink).order_by(SsoLink.id)))


def test_a_verified_address_of_an_account_links_it_once_and_signs_in(
    client: FlaskClient, session: Session, configure: Configure, issuer: str, officer: User
) -> None:
    configure(issuer)
    known_there(issuer, SUBJECT, email=officer.email.upper(), email_verified=True)
    assert signed_in_by(client, SUBJECT).location == "/petugas/"
    assert is_in(client)
    (link,) = links(session)
    assert (link.user_id, link.subject, link.basis) == (officer.id, SUBJECT, LinkBasis.VERIFIED_EMAIL)
    row = session.scalars(sa.select(SignIn).where(SignIn.user_id == officer.id)).one()
    assert (row.means, row.second_means, row.provider) == (Means.OIDC, None, "sso")
    client.post("/keluar")
    # From now on the subject alone says who it is, whatever address the provider gives.
    known_there(issuer, SUBJECT, email="lain@contoh.go.id", email_verified=True)
    signed_in_by(client, SUBJECT)
    assert is_in(client)
    assert len(links(session)) == 1


def test_the_way_there_asks_for_pkce_state_and_nonce(client: FlaskClient, configure: Configure, issuer: str) -> None:
    configure(issuer)
    asked = parse_qs(urlsplit(client.get("/masuk/sso/sso").location or "").query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) >= 20
    assert len(asked["nonce"][0]) >= 20
    assert asked["redirect_uri"] == ["http://localhost/masuk/sso/sso/kembali"]


@pytest.mark.parametrize(("site", "goes"), [("cross-site", False), ("same-site", False), ("same-origin", True)])
def test_a_link_elsewhere_begins_nobodys_session(
    client: FlaskClient, configure: Configure, issuer: str, site: str, goes: bool
) -> None:
    configure(issuer)
    answer = client.get("/masuk/sso/sso", headers={"Sec-Fetch-Site": site})
    assert answer.location.startswith(issuer) is goes
    assert goes or answer.location == "/masuk"


def test_an_unverified_address_waits_for_an_administrator(
    client: FlaskClient, session: Session, configure: Configure, issuer: str, office: Office, officer: User
) -> None:
    configure(issuer)
    known_there(issuer, "orang-2", email=officer.email)
    for _ in range(2):
        signed_in_by(client, "orang-2")
        assert not is_in(client)
        assert "menunggu dipastikan oleh pengelola" in said(client)
    (link,) = links(session)
    assert link.confirmed_at is None
    administrator = office.staff(Role.ADMINISTRATOR, everywhere=True)
    client.post("/masuk", data={"email": administrator.email, "password": make.PASSWORD})
    page = client.get("/petugas/sso").get_data(as_text=True)
    assert officer.name in page
    assert client.post("/petugas/sso/hubungan/pastikan", data={"link_id": link.id}).status_code == 303
    client.post("/keluar")
    signed_in_by(client, "orang-2")
    assert is_in(client)
    assert links(session)[0].confirmed_by == administrator.id


def test_a_second_person_with_the_address_of_a_linked_account_waits(
    client: FlaskClient, session: Session, configure: Configure, issuer: str, officer: User
) -> None:
    configure(issuer)
    known_there(issuer, "lama", email=officer.email, email_verified=True)
    known_there(issuer, "baru", email=officer.email, email_verified=True)
    signed_in_by(client, "lama")
    client.post("/keluar")
    signed_in_by(client, "baru")
    assert not is_in(client)
    assert [link.confirmed_at is None for link in links(session)] == [False, True]
    assert "sudah dihubungkan dengan akun instansi yang lain" in said(client)


def test_an_unknown_person_is_told_whom_to_ask_and_no_account_is_made(
    client: FlaskClient, session: Session, configure: Configure, issuer: str
) -> None:
    configure(issuer)
    known_there(issuer, "asing", email="asing@contoh.go.id", email_verified=True)
    before = session.scalar(sa.select(sa.func.count()).select_from(User))
    signed_in_by(client, "asing")
    assert not is_in(client)
    assert "Minta pengelola instansi mengundang Anda" in said(client)
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == before
    assert links(session) == []


def test_a_closed_account_stays_closed(
    client: FlaskClient, session: Session, configure: Configure, issuer: str, officer: User
) -> None:
    configure(issuer)
    known_there(issuer, SUBJECT, email=officer.email, email_verified=True)
    signed_in_by(client, SUBJECT)
    client.post("/keluar")
    officer.active = False
    session.commit()
    signed_in_by(client, SUBJECT)
    assert not is_in(client)
    assert "tidak aktif" in said(client)


def test_a_code_and_its_state_work_once(
    client: FlaskClient, app: Flask, configure: Configure, issuer: str, officer: User
) -> None:
    configure(issuer)
    known_there(issuer, SUBJECT, email=officer.email, email_verified=True)
    back = authorized(client, SUBJECT)
    before = client.get_cookie("session")
    assert before is not None
    client.get(back)
    assert is_in(client)
    client.post("/keluar")
    client.get(back)
    assert not is_in(client)
    # Even with the cookie of before, in which the state still stands, the provider takes its code once.
    thief = app.test_client()
    thief.set_cookie("session", before.value)
    thief.get(back)
    assert not is_in(thief)


def test_a_state_of_another_browser_is_worth_nothing(
    client: FlaskClient, app: Flask, configure: Configure, issuer: str, officer: User
) -> None:
    configure(issuer)
    known_there(issuer, SUBJECT, email=officer.email, email_verified=True)
    back, victim = authorized(client, SUBJECT), app.test_client()
    victim.get("/masuk")
    answer = victim.get(back)
    assert answer.location == "/masuk"
    assert not is_in(victim)


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/petugas/akun", "/petugas/akun"),
        ("https://jahat.example/", "/petugas/"),
        ("//jahat.example/", "/petugas/"),
        ("/\\jahat.example", "/petugas/"),
        ("/\t/jahat.example", "/petugas/"),
    ],
)
def test_next_leads_within_this_site_alone(
    client: FlaskClient, configure: Configure, issuer: str, officer: User, target: str, lands: str
) -> None:
    configure(issuer)
    known_there(issuer, SUBJECT, email=officer.email, email_verified=True)
    there = client.get("/masuk/sso/sso", query_string={"next": target}).location or ""
    assert there.startswith(issuer)
    back = urlsplit(str(httpx.post(there, data={"sub": SUBJECT}).headers["location"]))
    assert client.get(f"{back.path}?{back.query}").location == lands


def test_a_provider_that_is_away_is_said_and_the_password_still_works(
    client: FlaskClient, configure: Configure, officer: User
) -> None:
    configure("http://localhost:1")
    assert client.get("/masuk/sso/sso").location == "/masuk"
    page = said(client)
    assert "sedang tidak dapat dihubungi" in page
    assert "Masuk dengan SSO Kota" in page
    client.post("/masuk", data={"email": officer.email, "password": make.PASSWORD})
    assert is_in(client)


def test_without_providers_there_is_no_button_and_no_way(client: FlaskClient) -> None:
    assert "akun instansi" not in said(client)
    assert client.get("/masuk/sso/sso").status_code == 404
    assert client.get("/masuk/sso/sso/kembali?code=x&state=y").status_code == 404


def test_who_cancels_at_the_provider_comes_back_to_the_password(client: FlaskClient, forger: Forger) -> None:
    there = client.get("/masuk/sso/sso").location or ""
    state = parse_qs(urlsplit(there).query)["state"][0]
    answer = client.get(f"/masuk/sso/sso/kembali?error=access_denied&error_description=%3Cb%3E&state={state}")
    assert answer.location == "/masuk"
    assert "dibatalkan atau ditolak" in said(client)


def test_an_honest_forger_gets_in_so_that_the_refusals_below_mean_something(
    client: FlaskClient, forger: Forger, officer: User
) -> None:
    forger.claims = {"email": officer.email, "email_verified": True}
    assert back_from(client, forger).location == "/petugas/"
    assert is_in(client)
    assert forger.codes[0]["code"] == "kode-1"
    assert len(forger.codes[0]["code_verifier"]) >= 43


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"aud": "program-lain"}, id="another audience"),
        pytest.param({"aud": ["suara-layanan", "program-lain"]}, id="two audiences and no azp"),
        pytest.param({"aud": "suara-layanan", "azp": "program-lain"}, id="authorized for another"),
        pytest.param({"aud": None}, id="no audience"),
        pytest.param({"iss": "https://lain.example"}, id="another issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"nonce": "nonce-lain"}, id="nonce of another sign-in"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"exp": 1_700_000_000}, id="too old"),
        pytest.param({"exp": None}, id="without end"),
        pytest.param({"nbf": 4_000_000_000, "exp": 4_000_000_300}, id="not yet"),
        pytest.param({"sub": None}, id="nobody"),
        pytest.param({"sub": "x" * 256}, id="a subject too long"),
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    client: FlaskClient, forger: Forger, officer: User, change: dict[str, Any]
) -> None:
    forger.claims = {"email": officer.email, "email_verified": True, **change}
    assert back_from(client, forger).location == "/masuk"
    assert not is_in(client)
    assert "belum berhasil" in said(client)


def test_a_token_with_a_wrong_signature_is_refused(client: FlaskClient, forger: Forger, officer: User) -> None:
    forger.claims, forger.key = {"email": officer.email, "email_verified": True}, OTHER_KEY
    back_from(client, forger)
    assert not is_in(client)


@pytest.mark.parametrize("offered", [["RS256"], ["none", "HS256", "RS256"]])
@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_public_key_signature_is_refused_whatever_the_provider_offers(
    client: FlaskClient, forger: Forger, officer: User, algorithm: str, offered: list[str]
) -> None:
    forger.metadata = {"id_token_signing_alg_values_supported": offered}
    there = client.get("/masuk/sso/sso").location or ""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    forger.nonce, forger.claims = asked["nonce"], {"email": officer.email, "email_verified": True}
    forger.id_token = unsafely_signed(forger.full_claims(), algorithm)
    answer = client.get("/masuk/sso/sso/kembali", query_string={"state": asked["state"], "code": "k"})
    assert answer.location == "/masuk"
    assert not is_in(client)


def unsafely_signed(claims: dict[str, Any], algorithm: str) -> str:
    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps({"alg": algorithm, "kid": "satu"}).encode())
    body = f"{head}.{part(json.dumps(claims).encode())}"
    mark = b"" if algorithm == "none" else hmac.new(b"rahasia", body.encode(), hashlib.sha256).digest()
    return f"{body}.{part(mark)}"


def test_an_answer_without_an_id_token_is_refused(client: FlaskClient, forger: Forger) -> None:
    forger.without_token = True
    assert back_from(client, forger).location == "/masuk"
    assert not is_in(client)


@pytest.mark.parametrize(
    ("metadata", "changes"),
    [
        pytest.param({}, {"iss": "https://lain.example"}, id="mix-up"),
        pytest.param({"authorization_response_iss_parameter_supported": True}, {}, id="issuer left out"),
        pytest.param({}, {"state": "tebakan"}, id="guessed state"),
        pytest.param({}, {"state": ""}, id="no state"),
    ],
)
def test_an_answer_of_another_server_or_state_is_refused(
    client: FlaskClient, forger: Forger, officer: User, metadata: dict[str, Any], changes: dict[str, str]
) -> None:
    forger.metadata, forger.claims = metadata, {"email": officer.email, "email_verified": True}
    assert back_from(client, forger, **changes).location == "/masuk"
    assert not is_in(client)
    assert forger.codes == []


def test_a_state_older_than_ten_minutes_is_refused(client: FlaskClient, forger: Forger, officer: User) -> None:
    forger.claims = {"email": officer.email, "email_verified": True}
    there = client.get("/masuk/sso/sso").location or ""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    forger.nonce = asked["nonce"]
    with client.session_transaction() as kept:
        for name in [name for name in kept if name.startswith("_state_")]:
            held = kept[name]
            assert held["exp"] <= held["exp"]
            kept[name] = {**held, "exp": held["exp"] - 601}
    client.get("/masuk/sso/sso/kembali", query_string={"state": asked["state"], "code": "k"})
    assert not is_in(client)


@pytest.mark.parametrize(
    "metadata",
    [
        pytest.param({"issuer": "https://lain.example"}, id="of another issuer"),
        pytest.param({"token_endpoint": None}, id="no token endpoint"),
        pytest.param({"code_challenge_methods_supported": ["plain"]}, id="no PKCE"),
        pytest.param({"id_token_signing_alg_values_supported": ["none"]}, id="signs nothing"),
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_used(
    client: FlaskClient, forger: Forger, metadata: dict[str, Any]
) -> None:
    forger.metadata = metadata
    assert client.get("/masuk/sso/sso").location == "/masuk"
    assert "sedang tidak dapat dihubungi" in said(client)


def test_many_tabs_do_not_fill_the_cookie(client: FlaskClient, forger: Forger) -> None:
    for _ in range(8):
        client.get("/masuk/sso/sso")
    with client.session_transaction() as kept:
        assert len([name for name in kept if name.startswith("_state_")]) == 3


@pytest.mark.parametrize(
    ("entry", "amr", "second"),
    [
        pytest.param({}, ["pwd", "otp"], None, id="not believed"),
        pytest.param({"trusts_second_factor": True, "second_factor_amr": ("otp",)}, ["pwd"], None, id="none shown"),
        pytest.param(
            {"trusts_second_factor": True, "second_factor_amr": ("otp",)}, ["pwd", "otp"], SecondMeans.PROVIDER,
            id="believed",
        ),
    ],
)  # fmt: skip
def test_a_second_factor_at_the_provider_counts_where_its_entry_says_so(
    client: FlaskClient, session: Session, configure: Configure, officer: User, entry: dict[str, Any],
    amr: list[str], second: SecondMeans | None,
) -> None:  # fmt: skip
    with forging() as made:
        configure(made.issuer, **entry)
        made.claims = {"email": officer.email, "email_verified": True, "amr": amr}
        back_from(client, made)
        row = session.scalars(sa.select(SignIn).where(SignIn.user_id == officer.id)).one()
        assert row.second_means == second


def test_signing_out_leads_to_the_providers_own_sign_out(
    client: FlaskClient, configure: Configure, issuer: str, officer: User
) -> None:
    configure(issuer)
    known_there(issuer, SUBJECT, email=officer.email, email_verified=True)
    signed_in_by(client, SUBJECT)
    answer = client.post("/keluar")
    assert answer.location == "/masuk/sso/sso/keluar"
    assert not is_in(client)
    page = client.get(answer.location).get_data(as_text=True)
    assert "Keluar juga dari SSO Kota" in page
    assert f'href="{issuer}/oauth2/end_session?post_logout_redirect_uri=http' in page
    client.post("/masuk", data={"email": officer.email, "password": make.PASSWORD})
    assert client.post("/keluar").location == "/masuk?sebab=signed_out"


def test_a_sign_in_through_a_provider_begins_under_a_new_token(
    app: Flask, configure: Configure, issuer: str, officer: User
) -> None:
    configure(issuer)
    client = app.test_client()
    known_there(issuer, SUBJECT, email=officer.email, email_verified=True)
    back = authorized(client, SUBJECT)
    planted = client.get_cookie("session")
    assert planted is not None
    client.get(back)
    thief = app.test_client()
    thief.set_cookie("session", planted.value)
    assert (is_in(client), is_in(thief)) == (True, False)


def test_nothing_of_a_token_reaches_the_log(
    client: FlaskClient, forger: Forger, officer: User, caplog: pytest.LogCaptureFixture
) -> None:
    forger.claims = {"email": officer.email, "email_verified": True, "aud": "lain"}
    with caplog.at_level("INFO"):
        back_from(client, forger)
    assert "answer refused (InvalidClaimError)" in caplog.text or "answer refused (invalid_claim)" in caplog.text
    assert officer.email not in caplog.text
    assert "kode-1" not in caplog.text.replace("GET", "")


def test_the_same_person_twice_at_once_is_linked_once(live: Live, issuer: str) -> None:
    register_providers(live.app, (provider_at(issuer),))
    with live.app.app_context():
        office = new_office(db.session())
        email = office.staff(Role.OFFICER).email
        db.session.commit()
    known_there(issuer, "kembar", email=email, email_verified=True)
    browsers = [live.app.test_client() for _ in range(4)]
    ways = [authorized(browser, "kembar") for browser in browsers]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda browser, way: browser.get(way), browsers, ways))
    with live.app.app_context():
        assert len(links(db.session())) == 1
        db.session.remove()
    assert any(is_in(browser) for browser in browsers)
