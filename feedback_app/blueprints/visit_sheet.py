"""A sheet of one-time tokens to print and cut: made, noted in the audit trail, drawn once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import segno
from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.blueprints.forms.counter import TokensWanted
from feedback_app.intake.visits import VISIT_TOKEN_DAYS, issue_visit_tokens


@dataclass(frozen=True, slots=True)
class Slip:
    """One token as it is handed over: a picture to scan and the address in letters."""

    picture: Markup
    address: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The slips of one unit, service and day."""

    unit_name: str
    service_name: str | None
    counter_name: str | None
    visited_on: date
    valid_until: date
    slips: list[Slip]


def issue_sheet(session: Session, wanted: TokensWanted, *, user_id: int, now: datetime) -> Sheet:
    """Issue the tokens asked for; nothing but their hashes stays behind."""
    service_id = wanted.service.id if wanted.service else None
    counter_id = wanted.counter.id if wanted.counter else None
    tokens = issue_visit_tokens(
        session, agency_id=wanted.unit.agency_id, unit_id=wanted.unit.id, service_id=service_id,
        visited_on=wanted.visited_on, count=wanted.count, issued_by=user_id,
        key=current_app.config["TRACKING_KEY"], now=now, counter_id=counter_id,
    )  # fmt: skip
    record(
        session, agency_id=wanted.unit.agency_id, actor=person(user_id), action="intake.issue_visit_tokens",
        subject_type="unit", subject_id=wanted.unit.id, now=now, count=len(tokens), service_id=service_id,
        counter_id=counter_id, visited_on=wanted.visited_on.isoformat(),
    )  # fmt: skip
    return Sheet(
        unit_name=wanted.unit.name,
        service_name=wanted.service.name if wanted.service else None,
        counter_name=wanted.counter.name if wanted.counter else None,
        visited_on=wanted.visited_on,
        valid_until=(now + timedelta(days=VISIT_TOKEN_DAYS)).astimezone(ZoneInfo(wanted.unit.time_zone)).date(),
        slips=[_slip(token) for token in tokens],
    )


def _slip(token: str) -> Slip:
    address = url_for("public.visit", token=token, _external=True)
    return Slip(picture(address, "slip-qr"), address)


def picture(address: str, css_class: str) -> Markup:
    """Return an address of ours as an inline SVG picture to scan from paper."""
    drawing = segno.make(address, error="m", micro=False).svg_inline(
        border=2, omitsize=True, dark="#000", svgclass=css_class, lineclass=None
    )
    return Markup(drawing)  # noqa: S704 - drawn here from our own address
