"""Who takes in a report whose sender does not know the unit."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM
from feedback_app.organisation.codes import RESERVED_UNIT_CODES, ReservedCodeError
from feedback_app.organisation.models import UnitKind, UnitVersion
from feedback_app.organisation.operations import create_unit
from feedback_app.organisation.queries import UnknownUnitError
from feedback_app.organisation.reception import reception_unit_id, sectors_by_unit, set_reception
from tests import factories as make


def test_first_unit_with_none_above_it_takes_in_until_one_is_chosen(session: Session) -> None:
    agency = make.agency(session)
    make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    top = make.unit(session, agency)
    below = make.unit(session, agency, parent=top)
    assert reception_unit_id(session, agency.id, make.TODAY) == top.id
    set_reception(session, agency, below.id, actor=SYSTEM, day=make.TODAY, now=make.NOW)
    assert reception_unit_id(session, agency.id, make.TODAY) == below.id
    [row] = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "organisation.set_reception")).all()
    assert row.detail == {"unit_id": below.id, "before": None}


def test_chosen_unit_that_was_dissolved_no_longer_takes_in(session: Session) -> None:
    agency = make.agency(session)
    top, chosen = make.unit(session, agency), make.unit(session, agency)
    set_reception(session, agency, chosen.id, actor=SYSTEM, day=make.TODAY, now=make.NOW)
    session.execute(sa.update(UnitVersion).where(UnitVersion.unit_id == chosen.id).values(ends_on=date(2026, 5, 11)))
    assert reception_unit_id(session, agency.id, make.TODAY) == top.id


def test_unit_of_another_agency_and_an_agency_without_units_are_refused(session: Session) -> None:
    agency = make.agency(session)
    elsewhere = make.unit(session, make.agency(session))
    with pytest.raises(UnknownUnitError):
        set_reception(session, agency, elsewhere.id, actor=SYSTEM, day=make.TODAY, now=make.NOW)
    with pytest.raises(UnknownUnitError):
        reception_unit_id(session, agency.id, make.TODAY)


def test_sectors_are_those_of_the_services_given_at_present(session: Session) -> None:
    unit = make.unit(session, make.agency(session))
    make.service(session, unit, sector="health")
    make.service(session, unit, sector="roads", is_active=False)
    assert sectors_by_unit(session, unit.agency_id) == {unit.id: frozenset({"health"})}


@pytest.mark.parametrize("code", sorted(RESERVED_UNIT_CODES))
def test_words_of_addresses_are_no_codes_of_units(session: Session, code: str) -> None:
    agency = make.agency(session)
    with pytest.raises(ReservedCodeError):
        create_unit(
            session, agency_id=agency.id, code=code.upper(), name="Unit", kind=UnitKind.SECTION,
            starts_on=make.LONG_AGO, now=make.NOW,
        )  # fmt: skip
