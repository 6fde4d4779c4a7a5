"""Use a reply template: which there are for a case, and what the case fills in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from babel.dates import format_date
from sqlalchemy.orm import Session

from feedback_app.handling.answers import placeholders
from feedback_app.handling.answers.models import ReplyTemplate
from feedback_app.handling.answers.templates import UnknownTemplateError
from feedback_app.handling.models import Case
from feedback_app.handling.queries import version_on
from feedback_app.identity.models import User
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import Agency, PublicService, UnitVersion
from feedback_app.organisation.oversight import overseers


def templates_of_case(session: Session, case: Case, *, day: date) -> Sequence[ReplyTemplate]:
    """Return what may be used for a case: the templates of its unit, of the units above, and of the agency, by name."""
    return _templates_at(session, case.agency_id, case.unit_id, day)


def _templates_at(session: Session, agency_id: int, unit_id: int | None, day: date) -> Sequence[ReplyTemplate]:
    levels = [] if unit_id is None else [unit_id, *overseers(session, [agency_id], day).above(unit_id)]
    return session.scalars(
        sa.select(ReplyTemplate)
        .where(
            ReplyTemplate.agency_id == agency_id,
            ReplyTemplate.removed_at.is_(None),
            sa.or_(ReplyTemplate.unit_id.is_(None), ReplyTemplate.unit_id.in_(levels)),
        )
        .order_by(sa.func.lower(ReplyTemplate.name), ReplyTemplate.id)
    ).all()


def templates_of_all(session: Session, case_ids: Sequence[int], *, day: date) -> list[ReplyTemplate]:
    """Return the templates that may be used for every one of some cases (within somebody's reach)."""
    places = session.execute(sa.select(Case.agency_id, Case.unit_id).where(Case.id.in_(case_ids)).distinct()).all()
    common: dict[int, ReplyTemplate] | None = None
    for agency_id, unit_id in places:
        here = {template.id: template for template in _templates_at(session, agency_id, unit_id, day)}
        common = here if common is None else {key: row for key, row in common.items() if key in here}
    return list((common or {}).values())


def filled_for(session: Session, case: Case, template_id: int, *, user_id: int, day: date) -> str:
    """Return the words of a template with what a case fills in.

    Raises
    ------
    UnknownTemplateError
        It is not one for this case.
    """
    known = {template.id: template for template in templates_of_case(session, case, day=day)}
    if template_id not in known:
        raise UnknownTemplateError("Templat itu tidak ada untuk unit ini.")
    return placeholders.fill(known[template_id].text, values_of(session, case, user_id=user_id, day=day))


def values_of(session: Session, case: Case, *, user_id: int, day: date) -> dict[str, str | None]:
    """Return what a case fills into a template, in the words of a reply; None where it has nothing to say."""
    agency = session.get_one(Agency, case.agency_id)
    zone = ZoneInfo(agency.time_zone)
    submission = session.get_one(Submission, (case.agency_id, case.submission_id))
    service = session.get(PublicService, (case.agency_id, submission.service_id)) if submission.service_id else None
    return {
        placeholders.CASE_NUMBER: str(case.id),
        placeholders.UNIT_NAME: session.scalar(
            sa.select(UnitVersion.name).where(version_on(case.agency_id, case.unit_id, day))
        ),
        placeholders.RECEIVED_ON: _in_words(submission.received_at, zone),
        placeholders.SERVICE: service.name if service else None,
        placeholders.RESOLVED_BY: _promised(case.resolve_due_at, zone, day),
        placeholders.OFFICER_NAME: session.get_one(User, user_id).name,
    }


def _promised(moment: datetime | None, zone: ZoneInfo, day: date) -> str | None:
    # A promise for a day that is over is none: whoever answers has to say what holds instead.
    is_over = moment is not None and moment.astimezone(zone).date() < day
    return None if is_over else _in_words(moment, zone)


def _in_words(moment: datetime | None, zone: ZoneInfo) -> str | None:
    # Answers are written in Indonesian, whatever language the officer's pages have.
    return format_date(moment.astimezone(zone).date(), "d MMMM yyyy", locale="id") if moment else None
