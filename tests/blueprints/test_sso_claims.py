"""What the claims of a provider give, take away and leave alone; the page where the rules are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM, Actor, person
from feedback_app.blueprints.sso_metadata import register_providers
from feedback_app.identity.invitations import invite
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import NEEDS_TWO, GrantSource, Role
from feedback_app.identity.sso.claim_rules import ClaimRuleError, WantedRule, add_rule, end_rule, rules_of
from feedback_app.identity.sso.links import confirm
from feedback_app.identity.sso.models import ClaimRule, SsoLink
from feedback_app.identity.sso.rules import CLAIM_ROLES
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office
from tests.blueprints.provider import Forger, back_from, forging, provider_at

Enter = Callable[..., None]

_WAITS = "1 akun instansi (SSO) menunggu dipastikan"


@pytest.fixture
def forger(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forger]:
    """A provider that says what it is told to say."""
    for name in ("suara_sso", "authlib.integrations.flask_client"):
        monkeypatch.setitem(app.extensions, name, app.extensions[name])
    with forging() as made:
        register_providers(app, (provider_at(made.issuer),))
        yield made


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def somebody(session: Session) -> User:
    """An account that holds nothing anywhere."""
    return make.user(session)


@pytest.fixture
def enter(app: Flask, forger: Forger) -> Enter:
    """Let somebody sign in through the provider with these claims."""

    def come(who: User, **claims: Any) -> None:
        forger.claims = {"sub": f"orang-{who.id}", "email": who.email, "email_verified": True, **claims}
        assert back_from(app.test_client(), forger).location == "/petugas/"

    return come


def rule(
    session: Session, office: Office, forger: Forger, value: str = "loket", *, by: Actor = SYSTEM, **changes: Any
) -> ClaimRule:
    wanted = {"role": Role.OFFICER, "unit_id": office.unit.id, "days": 14, **changes}
    made = add_rule(
        session, office.agency.id, WantedRule(issuer=forger.issuer, claim="groups", value=value, **wanted),
        actor=by, now=clock.utcnow(),
    )  # fmt: skip
    session.commit()
    return made


def grants(session: Session, who: User) -> list[RoleGrant]:
    session.expire_all()
    query = sa.select(RoleGrant).where(RoleGrant.user_id == who.id).order_by(RoleGrant.id)
    return list(session.scalars(query))


def standing(session: Session, who: User) -> list[tuple[Role, int | None]]:
    return [(row.role, row.unit_id) for row in grants(session, who) if row.ended_at is None]


def test_claims_give_and_take_away_at_each_sign_in_and_every_change_is_in_the_trail(
    session: Session, office: Office, forger: Forger, enter: Enter, somebody: User
) -> None:
    other = make.unit(session, office.agency)
    rule(session, office, forger)
    rule(session, office, forger, "kepala", role=Role.UNIT_HEAD, unit_id=other.id)
    enter(somebody, groups=["loket", "lain"])
    (given,) = grants(session, somebody)
    today = clock.office_day(clock.utcnow())
    assert (given.role, given.unit_id, given.source) == (Role.OFFICER, office.unit.id, GrantSource.OIDC)
    assert (given.starts_on, given.ends_on) == (today, today + timedelta(days=14))
    enter(somebody, groups=["loket"])
    assert len(grants(session, somebody)) == 1
    enter(somebody, groups=["kepala"])
    assert standing(session, somebody) == [(Role.UNIT_HEAD, other.id)]
    ended = grants(session, somebody)[0]
    assert ended.ends_on == today - timedelta(days=1)
    assert "tidak lagi menyebut" in (ended.end_reason or "")
    enter(somebody)
    assert standing(session, somebody) == []
    assert len(office.acts("identity.grant")) == 2
    assert len(office.acts("identity.end_grant")) == 2


def test_what_people_gave_is_never_touched(
    session: Session, office: Office, forger: Forger, enter: Enter, somebody: User
) -> None:
    by_hand = make.grant(session, somebody, Role.OFFICER, office.agency, office.unit)
    session.commit()
    rule(session, office, forger)
    enter(somebody, groups=["loket"])
    enter(somebody, groups=[])
    (row,) = grants(session, somebody)
    assert (row.id, row.ended_at, row.ends_on) == (by_hand.id, None, None)


def test_a_password_gives_and_takes_nothing(
    session: Session, office: Office, forger: Forger, enter: Enter, somebody: User, client: FlaskClient
) -> None:
    rule(session, office, forger)
    enter(somebody, groups=["loket"])
    client.post("/masuk", data={"email": somebody.email, "password": make.PASSWORD})
    assert standing(session, somebody) == [(Role.OFFICER, office.unit.id)]


def test_who_comes_back_in_time_keeps_the_role_without_a_gap(
    session: Session, office: Office, forger: Forger, enter: Enter, somebody: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(session, office, forger, days=10)
    began = clock.utcnow()
    for day in (0, 3, 6, 12, 14):
        monkeypatch.setattr(clock, "utcnow", lambda day=day: began + timedelta(days=day))
        enter(somebody, groups=["loket"])
    rows = sorted(grants(session, somebody), key=lambda row: row.starts_on)
    assert len(rows) == 3
    for earlier, later in pairwise(rows):
        assert earlier.ends_on is not None
        assert later.starts_on == earlier.ends_on + timedelta(days=1)
    enter(somebody, groups=[])
    today = clock.office_day(clock.utcnow())
    assert all(row.ends_on < max(today, row.starts_on) for row in grants(session, somebody) if row.ends_on)


def test_a_role_lapses_where_nobody_comes_back(
    session: Session, office: Office, forger: Forger, enter: Enter, somebody: User
) -> None:
    rule(session, office, forger, days=3, ends_on=clock.office_day(clock.utcnow()) + timedelta(days=1))
    enter(somebody, groups=["loket"])
    (row,) = grants(session, somebody)
    assert row.ends_on == clock.office_day(clock.utcnow()) + timedelta(days=1)


@pytest.mark.parametrize("role", sorted(NEEDS_TWO))
def test_no_claim_gives_what_needs_two_people(session: Session, office: Office, forger: Forger, role: Role) -> None:
    with pytest.raises(ClaimRuleError, match="dua orang"):
        rule(session, office, forger, role=role, unit_id=None)
    row = sa.insert(ClaimRule).values(
        agency_id=office.agency.id, issuer="x", claim="a", value="b", role=role.value, days=1, created_at=clock.utcnow()
    )  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError, match="role_of_one_person"):
        session.execute(row)


def test_every_other_role_may_stand_in_a_rule(session: Session, office: Office, forger: Forger) -> None:
    for role in CLAIM_ROLES:
        rule(session, office, forger, f"nilai-{role.value}", role=role)
    assert len(rules_of(session, office.agency.id)) == len(CLAIM_ROLES)


def test_roles_that_clash_are_refused_noted_and_keep_nobody_out(
    session: Session, office: Office, forger: Forger, enter: Enter
) -> None:
    auditor = office.staff(Role.AUDITOR, everywhere=True)
    rule(session, office, forger)
    enter(auditor, groups=["loket"])
    assert standing(session, auditor) == [(Role.AUDITOR, None)]
    (refused,) = office.acts("identity.refuse_claim")
    assert refused.subject_id == auditor.id


def test_nobody_is_given_anything_by_a_rule_of_their_own(
    session: Session, office: Office, forger: Forger, enter: Enter
) -> None:
    administrator = office.staff(Role.ADMINISTRATOR, everywhere=True)
    rule(session, office, forger, by=person(administrator.id))
    enter(administrator, groups=["loket"])
    assert standing(session, administrator) == [(Role.ADMINISTRATOR, None)]


def test_claims_of_one_provider_end_nothing_that_another_gave(
    app: Flask, session: Session, office: Office, forger: Forger, enter: Enter, somebody: User
) -> None:
    rule(session, office, forger)
    enter(somebody, groups=["loket"])
    with forging() as second:
        register_providers(app, (provider_at(second.issuer),))
        second.claims = {"sub": "lain", "email": somebody.email, "email_verified": True}
        # An account with an owner at one provider is opened by another only after somebody has looked.
        assert back_from(app.test_client(), second).location == "/masuk"
        waiting = session.scalars(sa.select(SsoLink).where(SsoLink.issuer == second.issuer)).one()
        administrator = office.staff(Role.ADMINISTRATOR, everywhere=True)
        confirm(session, waiting.id, actor=person(administrator.id), now=clock.utcnow())
        session.commit()
        assert back_from(app.test_client(), second).location == "/petugas/"
    assert standing(session, somebody) == [(Role.OFFICER, office.unit.id)]


def test_an_ended_rule_takes_back_at_once_what_it_gave(
    session: Session, office: Office, forger: Forger, enter: Enter, somebody: User
) -> None:
    made = rule(session, office, forger)
    enter(somebody, groups=["loket"])
    today = clock.office_day(clock.utcnow())
    assert end_rule(session, office.agency.id, made.id, actor=SYSTEM, day=today, now=clock.utcnow()) == 1
    session.commit()
    assert standing(session, somebody) == []
    enter(somebody, groups=["loket"])
    assert standing(session, somebody) == []


def test_rules_of_two_agencies_give_in_each_its_own(
    session: Session, office: Office, forger: Forger, enter: Enter, somebody: User
) -> None:
    elsewhere = new_office(session)
    rule(session, office, forger)
    rule(session, elsewhere, forger, role=Role.UNIT_HEAD)
    enter(somebody, groups=["loket"])
    assert set(standing(session, somebody)) == {(Role.OFFICER, office.unit.id), (Role.UNIT_HEAD, elsewhere.unit.id)}


def test_an_account_is_made_only_where_a_rule_says_so(
    app: Flask, session: Session, office: Office, forger: Forger
) -> None:
    made = rule(session, office, forger)
    forger.claims = {"email": "baru@contoh.go.id", "email_verified": True, "name": "Yohana Baru", "groups": ["loket"]}
    assert back_from(app.test_client(), forger).location == "/masuk"
    made.makes_account = True
    session.commit()
    forger.claims["email_verified"] = False
    assert back_from(app.test_client(), forger).location == "/masuk"
    forger.claims["email_verified"] = True
    browser = app.test_client()
    assert back_from(browser, forger).location == "/petugas/"
    assert browser.get("/petugas/").status_code == 200
    user = session.scalars(sa.select(User).where(User.email == "baru@contoh.go.id")).one()
    assert (user.name, user.password, user.active) == ("Yohana Baru", None, True)
    assert standing(session, user) == [(Role.OFFICER, office.unit.id)]


def test_who_was_invited_accepts_by_coming_through_the_provider(
    app: Flask, session: Session, office: Office, forger: Forger
) -> None:
    invited = invite(
        session, agency_id=office.agency.id, email="undangan@contoh.go.id", name="Undangan", actor=SYSTEM,
        now=clock.utcnow(),
    )  # fmt: skip
    make.grant(session, invited.user, Role.OFFICER, office.agency, office.unit)
    session.commit()
    browser = app.test_client()
    forger.claims = {"email": "undangan@contoh.go.id", "email_verified": True}
    assert back_from(browser, forger).location == "/petugas/"
    assert browser.get("/petugas/").status_code == 200
    session.expire_all()
    assert invited.user.active
    assert invited.invitation is not None
    assert invited.invitation.accepted_at is not None


def test_an_invitation_that_ran_out_opens_nothing(app: Flask, session: Session, office: Office, forger: Forger) -> None:
    invited = invite(
        session, agency_id=office.agency.id, email="lama@contoh.go.id", name="Lama", actor=SYSTEM,
        now=clock.utcnow() - timedelta(days=30),
    )  # fmt: skip
    session.commit()
    forger.claims = {"email": "lama@contoh.go.id", "email_verified": True}
    assert back_from(app.test_client(), forger).location == "/masuk"
    session.expire_all()
    assert not invited.user.active


# The page.


@pytest.fixture
def administrator(office: Office) -> User:
    return office.staff(Role.ADMINISTRATOR, everywhere=True)


def typed(forger: Forger, office: Office, **changes: str) -> dict[str, str]:
    return {
        "issuer": forger.issuer, "claim": "groups", "value": "loket", "role": "officer", "unit": str(office.unit.id),
        "days": "14", "ends_on": "", **changes,
    }  # fmt: skip


def test_an_administrator_writes_a_rule_tries_it_and_ends_it(
    login: Login, session: Session, office: Office, forger: Forger, administrator: User
) -> None:
    client = login(administrator)
    assert "Belum ada aturan" in client.get("/petugas/sso").get_data(as_text=True)
    assert client.post("/petugas/sso/aturan", data=typed(forger, office)).status_code == 303
    (row,) = rules_of(session, office.agency.id)
    page = client.get("/petugas/sso").get_data(as_text=True)
    assert "groups = loket" in page
    assert "14 hari sejak terakhir masuk" in page
    tried = {"issuer": forger.issuer, "claims": '{"groups": ["loket"]}'}
    page = client.post("/petugas/sso/coba", data=tried).get_data(as_text=True)
    assert "Klaim seperti ini akan memberi" in page
    page = client.post("/petugas/sso/coba", data={**tried, "claims": '{"groups": "x"}'}).get_data(as_text=True)
    assert "tidak memberi wewenang apa pun" in page
    assert grants(session, administrator)[0].source is not GrantSource.OIDC
    ended = client.post("/petugas/sso/aturan/akhiri", data={"agency_id": row.agency_id, "rule_id": row.id})
    assert ended.status_code == 303
    assert list(rules_of(session, office.agency.id)) == []
    acts = [office.acts(f"identity.{verb}_claim_rule") for verb in ("add", "end")]
    assert [[act.actor_id for act in some] for some in acts] == [[administrator.id]] * 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"claim": ""}, "Isi nama klaim."),
        ({"value": " "}, "Isi nilai klaim."),
        ({"days": "91"}, "Isi angka dari 1 sampai 90."),
        ({"days": "banyak"}, "Isi angka dari 1 sampai 90."),
        ({"ends_on": "kapan-kapan"}, "Tulis tanggal seperti 12-5-2026."),
    ],
)
def test_a_rule_that_cannot_be_is_explained_and_stays_as_typed(
    login: Login, office: Office, forger: Forger, administrator: User, change: dict[str, str], said: str
) -> None:
    sent = {**typed(forger, office, value="kelompok-loket"), **change}
    answer = login(administrator).post("/petugas/sso/aturan", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert change.get("value") or "kelompok-loket" in page


@pytest.mark.parametrize("claims", ["", "bukan json", "[1]", "{" * 5000])
def test_claims_that_are_none_are_explained(
    login: Login, forger: Forger, administrator: User, office: Office, claims: str
) -> None:
    answer = login(administrator).post("/petugas/sso/coba", data={"issuer": forger.issuer, "claims": claims})
    assert answer.status_code == 422


def test_who_administers_one_unit_writes_rules_for_it_alone(
    login: Login, session: Session, office: Office, forger: Forger
) -> None:
    sibling = make.unit(session, office.agency)
    agency_wide = rule(session, office, forger, "semua", unit_id=None)
    client = login(office.staff(Role.ADMINISTRATOR))
    for unit in (str(sibling.id), "semua"):
        assert client.post("/petugas/sso/aturan", data=typed(forger, office, unit=unit)).status_code == 422
    assert client.post("/petugas/sso/aturan", data=typed(forger, office)).status_code == 303
    sent = {"agency_id": office.agency.id, "rule_id": agency_wide.id}
    assert client.post("/petugas/sso/aturan/akhiri", data=sent).status_code == 404
    assert "semua</th>" not in client.get("/petugas/sso").get_data(as_text=True)


def test_rules_of_another_agency_are_out_of_sight(
    login: Login, session: Session, office: Office, forger: Forger
) -> None:
    made = rule(session, office, forger, "rahasia-kota")
    client = login(new_office(session).staff(Role.ADMINISTRATOR, everywhere=True))
    assert "rahasia-kota" not in client.get("/petugas/sso").get_data(as_text=True)
    assert client.get(f"/petugas/sso?instansi={office.agency.id}").status_code == 404
    sent = {"agency_id": office.agency.id, "rule_id": made.id}
    assert client.post("/petugas/sso/aturan/akhiri", data=sent).status_code == 404
    assert len(rules_of(session, office.agency.id)) == 1


def test_nobody_confirms_their_own_link_nor_one_out_of_reach(
    app: Flask, session: Session, office: Office, forger: Forger, administrator: User
) -> None:
    forger.claims = {"email": administrator.email}
    back_from(app.test_client(), forger)
    link = session.scalars(sa.select(SsoLink)).one()
    own, stranger, colleague = app.test_client(), app.test_client(), app.test_client()
    elsewhere = new_office(session).staff(Role.ADMINISTRATOR, everywhere=True)
    second = office.staff(Role.ADMINISTRATOR, everywhere=True)
    for browser, who in ((own, administrator), (stranger, elsewhere), (colleague, second)):
        browser.post("/masuk", data={"email": who.email, "password": make.PASSWORD})
    told = [browser for browser in (own, stranger, colleague) if _WAITS in browser.get("/petugas/").get_data(True)]
    assert told == [colleague]
    assert own.post("/petugas/sso/hubungan/pastikan", data={"link_id": link.id}).status_code == 403
    for act in ("pastikan", "putuskan"):
        assert stranger.post(f"/petugas/sso/hubungan/{act}", data={"link_id": link.id}).status_code == 404
    by_hand = sa.update(SsoLink).values(confirmed_at=clock.utcnow(), confirmed_by=administrator.id)
    with pytest.raises(sa.exc.IntegrityError, match="nobody_confirms_themselves"):
        session.execute(by_hand)


def test_cutting_a_link_signs_out_whoever_came_by_it(
    app: Flask, session: Session, office: Office, forger: Forger, administrator: User
) -> None:
    officer, browser = office.staff(Role.OFFICER), app.test_client()
    forger.claims = {"email": officer.email, "email_verified": True}
    back_from(browser, forger)
    assert browser.get("/petugas/").status_code == 200
    link = session.scalars(sa.select(SsoLink)).one()
    boss = app.test_client()
    boss.post("/masuk", data={"email": administrator.email, "password": make.PASSWORD})
    assert boss.post("/petugas/sso/hubungan/putuskan", data={"link_id": link.id}).status_code == 303
    assert browser.get("/petugas/").status_code == 302
