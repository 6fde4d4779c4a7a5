"""Joining the case of a published report."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from feedback_app.handling.citizens.followers import (
    AlreadyJoinedError,
    NotJoinableError,
    OwnReportNeededError,
    UnknownPublicationError,
    followers_of,
    join,
    joinable,
    leave,
)
from feedback_app.handling.citizens.models import CaseFollower
from feedback_app.handling.citizens.tracked import Followed, followed
from feedback_app.handling.ending.withdrawal import withdraw
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.models import Case
from feedback_app.handling.publication.models import Publication
from feedback_app.intake.codes import code_hash
from feedback_app.intake.contacts import Address, Owner, contact_card, keep_contact
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import vault_of
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import KEY, Office, new_office

LEVY = "Petugas loket minta uang pelicin Rp200.000 supaya KTP cepat jadi."
TEXT = "Warga menunggu KTP tiga minggu."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def published(session: Session, office: Office) -> tuple[Case, Publication]:
    case = office.report(at=make.NOW)
    row = Publication(
        agency_id=case.agency_id, case_id=case.id, unit_id=office.unit.id, text=TEXT, published_at=make.NOW,
        published_by=make.user(session).id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return case, row


def joined(session: Session, row: Publication, words: str | None = None) -> str:
    found = joinable(session, row.agency_id, row.id, day=make.TODAY)
    return join(session, found, words, key=KEY, now=make.NOW)


def seen(session: Session, code: str) -> Followed | None:
    session.expire_all()
    return followed(session, code_hash(code, KEY), day=make.TODAY)


def test_who_joins_has_a_code_of_their_own_that_shows_what_is_published(session: Session, office: Office) -> None:
    case, row = published(session, office)
    code = joined(session, row, "Saya juga, hubungi 081234567890.")
    found = seen(session, code)
    assert found is not None
    assert (found.text, found.status) == (TEXT, case.status)
    assert [one.redacted_text for one in followers_of(session, case)] == ["Saya juga, hubungi [TELEPON]."]
    assert seen(session, "0001-0001-000X") is None


def test_words_that_allege_levy_need_a_report_of_their_own(session: Session, office: Office) -> None:
    case, row = published(session, office)
    with pytest.raises(OwnReportNeededError, match="Inspektorat"):
        joined(session, row, LEVY)
    assert followers_of(session, case) == []


def test_an_ended_case_is_not_joined_and_a_withdrawn_publication_is_unknown(session: Session, office: Office) -> None:
    case, row = published(session, office)
    found = joinable(session, row.agency_id, row.id, day=make.TODAY)
    withdraw(session, case, None, now=make.NOW)
    with pytest.raises(UnknownPublicationError):
        joinable(session, row.agency_id, row.id, day=make.TODAY)
    ended = type(found)(found.publication_id, found.agency_id, found.case_id, found.unit_name, found.text, case.status)
    with pytest.raises(NotJoinableError):
        join(session, ended, None, key=KEY, now=make.NOW)


def test_of_a_case_that_became_confidential_nobody_learns_more(session: Session, office: Office) -> None:
    make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    case, row = published(session, office)
    code = joined(session, row)
    send_past_the_unit(session, case, now=make.NOW)
    found = seen(session, code)
    assert found is not None
    assert (found.text, found.reply, found.status, found.outcome, found.unit_name) == (None,) * 5
    with pytest.raises(UnknownPublicationError):
        joinable(session, row.agency_id, row.id, day=make.TODAY)


def test_a_publication_of_another_agency_is_unknown(session: Session, office: Office) -> None:
    _, row = published(session, office)
    with pytest.raises(UnknownPublicationError):
        joinable(session, new_office(session).agency.id, row.id, day=make.TODAY)


def test_leaving_forgets_words_contact_and_code(session: Session, office: Office) -> None:
    case, row = published(session, office)
    code = joined(session, row, "Saya juga menunggu.")
    follower = followers_of(session, case)[0]
    mine = Owner(case.agency_id, follower_id=follower.id)
    address = Address(ContactKind.EMAIL, "maria@contoh.id")
    keep_contact(session, mine, address, vault=vault_of(make.SECRET), language="id", now=make.NOW)
    leave(session, case.agency_id, follower.id, now=make.NOW)
    assert seen(session, code) is None
    assert contact_card(session, mine) is None
    assert session.get(CaseFollower, (case.agency_id, follower.id)) is None


def test_one_page_joins_once_whatever_words_it_carries(session: Session, office: Office) -> None:
    case, row = published(session, office)
    found = joinable(session, row.agency_id, row.id, day=make.TODAY)
    code = join(session, found, "Saya juga.", key=KEY, now=make.NOW, once="tanda")
    with pytest.raises(AlreadyJoinedError) as refused, session.begin_nested():
        join(session, found, "Saya juga, lagi.", key=KEY, now=make.NOW, once="tanda")
    assert refused.value.tracking_code == code
    assert join(session, found, None, key=KEY, now=make.NOW, once="tanda lain") != code
    assert len(followers_of(session, case)) == 2
