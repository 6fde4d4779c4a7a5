"""Second factors of one's own account, what opens without one, and a colleague's lost one."""

from __future__ import annotations

import re
from base64 import b32decode
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.identity.factors.models import AccountFactors, FactorChallenge, RecoveryCode, WebAuthnCredential
from feedback_app.identity.factors.recovery import make_codes
from feedback_app.identity.models import User
from feedback_app.identity.rules import NEEDS_SECOND_FACTOR, Role
from feedback_app.identity.sign_in_models import SignIn
from feedback_app.identity.sign_in_rules import EndReason, SecondMeans
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Agency, UnitKind
from tests import factories as make
from tests.authenticator import Passkey
from tests.blueprints.factored import Clock, code, hash_cheaply, password, required, with_app, wrong
from tests.blueprints.office import Login
from tests.house.test_house import _guarded_paths

PAGE = "/petugas/akun/keamanan"
TO_THE_PAGE = re.compile(rf"^{PAGE}$|^/petugas/konfirmasi")


@pytest.fixture
def client(app: Flask, connection: object) -> FlaskClient:
    """A browser that keeps no request open after its answer, so that another one can stand beside it."""
    return app.test_client()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    hash_cheaply(monkeypatch)
    return Clock(monkeypatch)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def evaluator(session: Session, time: Clock, agency: Agency) -> User:
    who = make.user(session)
    make.grant(session, who, Role.EVALUATOR, agency)
    return who


@pytest.fixture
def officer(session: Session, time: Clock, agency: Agency) -> User:
    who = make.user(session)
    make.grant(session, who, Role.OFFICER, agency, make.unit(session, agency))
    return who


def second_means(session: Session, user: User) -> SecondMeans | None:
    newest = sa.select(SignIn.second_means).where(SignIn.user_id == user.id).order_by(SignIn.id.desc()).limit(1)
    return session.scalar(newest)


def secret_on(page: str) -> bytes:
    typed = re.search(r'class="typed-secret">([A-Z2-7 ]+)<', page)
    assert typed is not None
    return b32decode(typed[1].replace(" ", ""))


def set_up_app(client: FlaskClient) -> tuple[bytes, Any]:
    """Go through the pages; return the secret and the answer to the first code."""
    begun = client.post(f"{PAGE}/aplikasi/mulai")
    assert begun.location == f"{PAGE}/aplikasi", begun.get_data(as_text=True)
    secret = secret_on(client.get(begun.location).get_data(as_text=True))
    return secret, client.post(f"{PAGE}/aplikasi", data={"code": code(secret)})


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li>((?:[0-9A-Z]{4}-?){3})</li>", page)


def add_passkey(client: FlaskClient, held: Passkey, name: str = "Laptop kantor") -> Any:
    options = client.post(f"{PAGE}/kunci-sandi/pilihan", headers={"Accept": "application/json"})
    assert options.status_code == 200, options.get_data(as_text=True)
    return client.post(f"{PAGE}/kunci-sandi", data={"name": name, "credential": held.made(options.get_json())})


# --- what opens without one ---


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted(NEEDS_SECOND_FACTOR))
def test_a_role_of_weight_opens_nothing_without_a_factor(
    app: Flask, session: Session, client: FlaskClient, agency: Agency, time: Clock, login: Login,
    monkeypatch: pytest.MonkeyPatch, role: Role,
) -> None:  # fmt: skip
    required(app, monkeypatch)
    who = make.user(session)
    over = make.unit(session, agency, kind=UnitKind.INSPECTORATE) if role is Role.INSPECTOR else None
    make.grant(session, who, role, agency, over)
    login(who)
    opened = []
    for method, path in _guarded_paths(app):
        answer = client.open(path, method=method)
        led = answer.status_code == 302 and TO_THE_PAGE.match(answer.location or "")
        refused = answer.status_code == 403 and "Siapkan faktor kedua" in answer.get_data(as_text=True)
        if not led and not refused and not path.startswith((PAGE, "/petugas/konfirmasi")):
            opened.append((method, path, answer.status_code))
    assert opened == []
    page = client.get(PAGE).get_data(as_text=True)
    assert "Wewenang Anda memerlukan faktor kedua" in page
    assert "Siapkan aplikasi" in page


def test_an_operator_of_the_platform_opens_nothing_without_a_factor(
    app: Flask, session: Session, client: FlaskClient, time: Clock, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedback_app.identity.grant_models import PlatformOperator

    required(app, monkeypatch)
    who = make.user(session)
    session.add(
        PlatformOperator(
            user_id=who.id, starts_on=make.LONG_AGO, reason="Menjalankan server kota.", given_at=make.NOW
        )
    )  # fmt: skip
    session.flush()
    login(who)
    assert client.get("/petugas/").location == PAGE


def test_an_officer_opens_the_inbox_without_one(
    app: Flask, client: FlaskClient, officer: User, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    required(app, monkeypatch)
    login(officer)
    assert client.get("/petugas/").status_code == 200
    assert "dijaga kata sandi saja" in client.get(PAGE).get_data(as_text=True)


def test_where_everybody_must_have_one_an_officer_opens_nothing_without_it(
    app: Flask, session: Session, client: FlaskClient, officer: User, time: Clock, login: Login,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    required(app, monkeypatch, "everybody")
    login(officer)
    assert client.get("/petugas/").location == PAGE
    assert "memerlukan faktor kedua" in client.get(PAGE).get_data(as_text=True)
    set_up_app(client)
    assert client.get("/petugas/").status_code == 200
    # The last one stays.
    answer = client.post(f"{PAGE}/aplikasi/hapus", follow_redirects=True)
    assert "faktor kedua Anda yang terakhir" in answer.get_data(as_text=True)


def test_a_role_given_during_a_sign_in_asks_at_the_next_page(
    app: Flask, session: Session, client: FlaskClient, officer: User, agency: Agency, login: Login,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    required(app, monkeypatch)
    login(officer)
    assert client.get("/petugas/").status_code == 200
    make.grant(session, officer, Role.REVIEWER, agency)
    assert client.get("/petugas/").location == PAGE


def test_a_role_that_is_over_asks_for_nothing(
    app: Flask, session: Session, client: FlaskClient, officer: User, agency: Agency, login: Login,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    required(app, monkeypatch)
    make.grant(session, officer, Role.REVIEWER, agency, ends_on=make.LONG_AGO)
    login(officer)
    assert client.get("/petugas/").status_code == 200


def test_an_installation_that_only_offers_them_opens(client: FlaskClient, evaluator: User, login: Login) -> None:
    login(evaluator)
    assert client.get("/petugas/").status_code == 200


def test_a_program_is_told_in_its_shape(
    app: Flask, client: FlaskClient, evaluator: User, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    required(app, monkeypatch)
    login(evaluator)
    answer = client.get("/petugas/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert answer.get_json(force=True)["type"].endswith("second_factor_needed")


# --- setting up ---


def test_whoever_needs_one_is_led_to_it_and_is_in_afterwards(
    app: Flask, session: Session, client: FlaskClient, evaluator: User, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    required(app, monkeypatch)
    login(evaluator)
    assert client.get("/petugas/").location == PAGE
    _secret, answer = set_up_app(client)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert len(codes_on(page)) == 10
    assert client.get("/petugas/").status_code == 200
    assert second_means(session, evaluator) is SecondMeans.TOTP
    told = session.scalars(sa.select(Message.template).where(Message.user_id == evaluator.id)).all()
    assert list(told) == ["factor_changed"]


def test_nothing_is_set_up_before_a_code_shows_that_the_app_has_the_secret(
    session: Session, client: FlaskClient, officer: User, login: Login
) -> None:
    login(officer)
    begun = client.post(f"{PAGE}/aplikasi/mulai")
    page = client.get(begun.location).get_data(as_text=True)
    # Opened again it is the same one: the telephone has scanned it already.
    assert secret_on(client.get(begun.location).get_data(as_text=True)) == secret_on(page)
    refused = client.post(begun.location, data={"code": wrong(secret_on(page))})
    assert refused.status_code == 422
    assert "jam ponsel" in refused.get_data(as_text=True)
    assert session.scalars(sa.select(AccountFactors.totp_sealed)).all() in ([], [None])
    assert client.post(begun.location, data={"code": ""}).status_code == 422


def test_guessing_at_a_set_up_ends_it(client: FlaskClient, officer: User, login: Login) -> None:
    login(officer)
    begun = client.post(f"{PAGE}/aplikasi/mulai")
    secret = secret_on(client.get(begun.location).get_data(as_text=True))
    for _ in range(4):
        assert client.post(begun.location, data={"code": wrong(secret)}).status_code == 422
    assert client.post(begun.location, data={"code": wrong(secret)}).location == PAGE
    assert client.post(begun.location, data={"code": code(secret)}).location == PAGE


def test_the_secret_is_shown_until_it_is_in_force_and_never_again(
    app: Flask, session: Session, client: FlaskClient, officer: User, login: Login, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    login(officer)
    secret, answer = set_up_app(client)
    from feedback_app.identity.factors.totp import typed_secret

    typed = typed_secret(secret)
    told = [typed, typed.replace(" ", ""), code(secret), *codes_on(answer.get_data(as_text=True))]
    pages = [client.get(path).get_data(as_text=True) for path in (PAGE, f"{PAGE}/aplikasi", "/petugas/akun")]
    rows = [repr(row.__dict__) for model in (AccountFactors, FactorChallenge, RecoveryCode, AuditEvent, Message)
            for row in session.scalars(sa.select(model))]  # fmt: skip
    cookie = client.get_cookie("session")
    assert cookie is not None
    for words in told:
        for where in (*pages, *rows, caplog.text, cookie.value):
            assert words not in where
    sealed = session.scalars(sa.select(AccountFactors.totp_sealed)).one()
    assert sealed is not None
    assert secret not in sealed


def test_a_new_factor_ends_the_other_sign_ins_and_gives_this_one_another_token(
    app: Flask, session: Session, client: FlaskClient, officer: User, login: Login
) -> None:
    other = app.test_client()
    password(other, officer)
    assert other.get("/petugas/").status_code == 200
    login(officer)
    before = client.get_cookie("session")
    set_up_app(client)
    assert other.get("/petugas/").status_code == 302
    assert client.get("/petugas/").status_code == 200
    ended = session.scalars(sa.select(SignIn.end_reason).where(SignIn.user_id == officer.id)).all()
    assert set(ended) == {None, EndReason.FACTOR_CHANGED}
    assert before is not None
    old = app.test_client()
    old.set_cookie("session", before.value)
    assert old.get("/petugas/").status_code == 302


def test_a_telephone_is_replaced_by_another(client: FlaskClient, officer: User, login: Login, time: Clock) -> None:
    login(officer)
    first, _ = set_up_app(client)
    time.turn(minutes=1)
    second, answer = set_up_app(client)
    assert answer.status_code == 303
    client.post("/keluar")
    password(client, officer)
    assert client.post("/masuk/kedua", data={"code": code(first)}).status_code == 422
    time.turn(seconds=30)
    assert client.post("/masuk/kedua", data={"code": code(second)}).status_code == 303


def test_a_passkey_is_made_named_and_removed(
    session: Session, client: FlaskClient, officer: User, login: Login
) -> None:
    login(officer)
    answer = add_passkey(client, Passkey())
    assert len(codes_on(answer.get_data(as_text=True))) == 10
    row = session.scalars(sa.select(WebAuthnCredential)).one()
    assert second_means(session, officer) is SecondMeans.WEBAUTHN
    renamed = client.post(f"{PAGE}/kunci-sandi/{row.id}/nama", data={"name": "Kunci USB"})
    assert renamed.status_code == 303
    assert "Kunci USB" in client.get(PAGE).get_data(as_text=True)
    assert client.post(f"{PAGE}/kunci-sandi/{row.id}/nama", data={"name": " "}).status_code == 422
    assert client.post(f"{PAGE}/kunci-sandi/{row.id}/hapus").status_code == 303
    assert session.scalars(sa.select(WebAuthnCredential)).all() == []
    # Without a factor there is nothing that recovery codes could stand in for.
    assert session.scalars(sa.select(RecoveryCode)).all() == []
    acts = session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert [act for act in acts if "passkey" in act] == [
        "identity.add_passkey", "identity.rename_passkey", "identity.remove_passkey",
    ]  # fmt: skip


def test_the_same_name_and_the_same_key_are_refused_in_words(
    session: Session, client: FlaskClient, officer: User, login: Login
) -> None:
    login(officer)
    held = Passkey()
    add_passkey(client, held)
    assert add_passkey(client, Passkey(), "laptop KANTOR").status_code == 409
    again = add_passkey(client, held, "Lain")
    assert again.status_code == 409
    assert "sudah ada di akun" in again.get_data(as_text=True)


@pytest.mark.parametrize(("bits", "status", "kept"), [(1024, 422, 0), (2048, 200, 1)])
def test_a_passkey_with_a_short_key_is_refused(
    session: Session, client: FlaskClient, officer: User, login: Login, bits: int, status: int, kept: int
) -> None:
    login(officer)
    held = Passkey(key=rsa.generate_private_key(public_exponent=65537, key_size=bits))
    assert add_passkey(client, held).status_code == status
    assert len(session.scalars(sa.select(WebAuthnCredential)).all()) == kept


def test_only_listed_algorithms_make_a_passkey(client: FlaskClient, officer: User, login: Login) -> None:
    login(officer)
    asked = client.post(f"{PAGE}/kunci-sandi/pilihan").get_json()
    assert [one["alg"] for one in asked["pubKeyCredParams"]] == [-8, -7, -257]


def test_an_answer_to_an_old_request_makes_no_passkey(
    session: Session, client: FlaskClient, officer: User, login: Login
) -> None:
    login(officer)
    old = client.post(f"{PAGE}/kunci-sandi/pilihan").get_json()
    client.post(f"{PAGE}/kunci-sandi/pilihan")
    refused = client.post(f"{PAGE}/kunci-sandi", data={"name": "Laptop", "credential": Passkey().made(old)})
    assert refused.status_code == 422
    assert session.scalars(sa.select(WebAuthnCredential)).all() == []


def test_a_passkey_of_somebody_else_does_not_exist(
    session: Session, client: FlaskClient, officer: User, evaluator: User, login: Login
) -> None:
    login(evaluator)
    add_passkey(client, Passkey())
    row = session.scalars(sa.select(WebAuthnCredential)).one()
    client.post("/keluar")
    login(officer)
    assert client.post(f"{PAGE}/kunci-sandi/{row.id}/nama", data={"name": "x"}).status_code == 404
    assert client.post(f"{PAGE}/kunci-sandi/{row.id}/hapus").status_code == 404


def test_where_no_browser_would_make_one_none_is_offered(client: FlaskClient, officer: User, login: Login) -> None:
    login(officer)
    page = client.get(PAGE, base_url="http://127.0.0.1").get_data(as_text=True)
    assert "alamat resminya dengan HTTPS" in page or client.get(PAGE).status_code == 200
    client.set_cookie("session", client.get_cookie("session").value, domain="suara.contoh.go.id")  # type: ignore[union-attr]
    page = client.get(PAGE, base_url="http://suara.contoh.go.id").get_data(as_text=True)
    assert "alamat resminya dengan HTTPS" in page
    assert "Tambah kunci sandi" not in page


def test_new_recovery_codes_end_the_old_ones(
    app: Flask, session: Session, client: FlaskClient, officer: User, login: Login, time: Clock
) -> None:
    login(officer)
    _, first = set_up_app(client)
    old = codes_on(first.get_data(as_text=True))
    new = codes_on(client.post(f"{PAGE}/kode-pemulihan").get_data(as_text=True))
    assert len(new) == 10
    assert not set(new) & set(old)
    client.post("/keluar")
    password(client, officer)
    assert client.post("/masuk/kedua", data={"code": old[0]}).status_code == 422
    assert client.post("/masuk/kedua", data={"code": new[0]}).status_code == 303


def test_recovery_codes_without_a_factor_are_refused(client: FlaskClient, officer: User, login: Login) -> None:
    login(officer)
    assert client.post(f"{PAGE}/kode-pemulihan").location == PAGE
    assert "baru kemudian kode pemulihan" in client.get(PAGE).get_data(as_text=True)


# --- taking away ---


def test_the_last_factor_of_somebody_who_needs_one_stays(
    app: Flask, session: Session, client: FlaskClient, evaluator: User, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    required(app, monkeypatch)
    login(evaluator)
    set_up_app(client)
    assert client.post(f"{PAGE}/aplikasi/hapus").location == PAGE
    assert "Tambahkan yang baru dahulu" in client.get(PAGE).get_data(as_text=True)
    assert session.scalars(sa.select(AccountFactors.totp_sealed)).one() is not None
    add_passkey(client, Passkey())
    assert client.post(f"{PAGE}/aplikasi/hapus").status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(AccountFactors.totp_sealed)).one() is None
    row = session.scalars(sa.select(WebAuthnCredential)).one()
    client.post(f"{PAGE}/kunci-sandi/{row.id}/hapus")
    assert "Tambahkan yang baru dahulu" in client.get(PAGE).get_data(as_text=True)


def test_an_officer_may_go_back_to_a_password_alone(client: FlaskClient, officer: User, login: Login) -> None:
    login(officer)
    set_up_app(client)
    assert client.post(f"{PAGE}/aplikasi/hapus").status_code == 303
    client.post("/keluar")
    assert password(client, officer).location == "/petugas/"  # type: ignore[attr-defined]


# --- a colleague's lost one ---


@pytest.fixture
def administrator(session: Session, time: Clock, agency: Agency) -> User:
    who = make.user(session)
    make.grant(session, who, Role.ADMINISTRATOR, agency)
    return who


def test_an_administrator_resets_a_lost_factor(
    app: Flask, session: Session, client: FlaskClient, administrator: User, evaluator: User, login: Login, time: Clock
) -> None:
    with_app(app, session, evaluator)
    make_codes(session, evaluator.id, now=time.now)
    login(administrator)
    page = client.get(f"/petugas/akun-staf/{evaluator.id}/faktor").get_data(as_text=True)
    assert "Jangan hanya percaya pesan" in page
    assert client.post(f"/petugas/akun-staf/{evaluator.id}/faktor").status_code == 303
    assert session.scalars(sa.select(RecoveryCode)).all() == []
    noted = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "identity.reset_factors")).one()
    assert (noted.actor_id, noted.subject_id) == (administrator.id, evaluator.id)
    assert "factor_changed" in session.scalars(sa.select(Message.template).where(Message.user_id == evaluator.id)).all()
    client.post("/keluar")
    assert password(client, evaluator).location == "/petugas/"  # type: ignore[attr-defined]


def test_a_reset_ends_the_sign_ins_of_the_account(
    app: Flask, session: Session, client: FlaskClient, administrator: User, evaluator: User, login: Login
) -> None:
    open_one = app.test_client()
    password(open_one, evaluator)
    assert open_one.get("/petugas/").status_code == 200
    with_app(app, session, evaluator)
    login(administrator)
    client.post(f"/petugas/akun-staf/{evaluator.id}/faktor")
    assert open_one.get("/petugas/").status_code == 302


def test_nobody_resets_their_own(
    app: Flask, session: Session, client: FlaskClient, administrator: User, login: Login
) -> None:
    login(administrator)
    set_up_app(client)
    client.post(f"/petugas/akun-staf/{administrator.id}/faktor")
    assert session.scalars(sa.select(AccountFactors.totp_sealed)).one() is not None


def test_an_account_that_works_elsewhere_too_is_beyond_reach(
    app: Flask, session: Session, client: FlaskClient, administrator: User, evaluator: User, login: Login
) -> None:
    with_app(app, session, evaluator)
    make.grant(session, evaluator, Role.EVALUATOR, make.agency(session))
    login(administrator)
    client.post(f"/petugas/akun-staf/{evaluator.id}/faktor")
    assert session.scalars(sa.select(AccountFactors.totp_sealed)).one() is not None
    assert "di luar instansi" in client.get(f"/petugas/akun-staf/{evaluator.id}/faktor").get_data(as_text=True)


def test_an_account_of_another_agency_does_not_exist(
    session: Session, client: FlaskClient, administrator: User, login: Login
) -> None:
    foreign = make.user(session)
    make.grant(session, foreign, Role.EVALUATOR, make.agency(session))
    login(administrator)
    assert client.get(f"/petugas/akun-staf/{foreign.id}/faktor").status_code == 404
    assert client.post(f"/petugas/akun-staf/{foreign.id}/faktor").status_code == 404
