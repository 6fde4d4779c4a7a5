"""What the database knows that an import needs: the agency, and what its units and services are called."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.imports.directory import Directory, spelling
from feedback_app.intake.imports.mapping import near_code
from feedback_app.intake.imports.problems import MappingError
from feedback_app.organisation.models import Agency, PublicService, Unit
from feedback_app.organisation.queries import UnknownAgencyError, agencies, agency_by_code, units_of

Word = TypeVar("Word")


def agency_to_import_into(session: Session, code: str) -> Agency:
    """Return the agency with this code.

    Raises
    ------
    MappingError
        There is none; the message names those there are.
    """
    try:
        return agency_by_code(session, code)
    except UnknownAgencyError as error:
        known = [agency.code for agency in agencies(session)]
        listed = f"Agencies: {', '.join(known)}." if known else "The database has no agency yet."
        raise MappingError(f"There is no agency {code!r}{near_code(code, known)} {listed}") from error


def directory_of(session: Session, agency_id: int, day: date) -> Directory:
    """Return what the words of a file may mean: codes always, full names where only one bears them.

    Units and services that have ended keep their codes: older feedback speaks of them.
    """
    codes = session.execute(sa.select(Unit.code, Unit.id).where(Unit.agency_id == agency_id))
    names = _unmistakable([(spelling(card.name), card.id) for card in units_of(session, agency_id, day)])
    units = names | {row.code: row.id for row in codes}
    rows = session.execute(
        sa.select(PublicService.unit_id, PublicService.code, PublicService.name, PublicService.id)
        .where(PublicService.agency_id == agency_id)
    ).all()  # fmt: skip
    titles = _unmistakable([((unit_id, spelling(name)), id_) for unit_id, _, name, id_ in rows])
    services = titles | {(unit_id, code): id_ for unit_id, code, _, id_ in rows}
    return Directory(units=units, services=services)


def _unmistakable(pairs: list[tuple[Word, int]]) -> dict[Word, int]:
    borne = Counter(word for word, _ in pairs)
    return {word: id_ for word, id_ in pairs if borne[word] == 1}
