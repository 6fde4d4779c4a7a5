"""What is asked of the audit trail, read from an address; what cannot be read is told, and nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext
from flask_security import current_user

from feedback_app.audit.models import ActorKind
from feedback_app.blueprints.access import today
from feedback_app.blueprints.agency_scope import working_agency
from feedback_app.blueprints.audit_words import ACTS, ROOMS, SUBJECTS
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.db import db
from feedback_app.handling.trail.queries import Asked, agency_named, may_read_trail
from feedback_app.organisation.models import Agency

NAMES = ("dari", "sampai", "pelaku", "tindakan", "hal", "nomor")


@dataclass(frozen=True, slots=True)
class TrailQuestion:
    """The agency, what is asked, as it was typed, and what could not be read."""

    agency: Agency
    asked: Asked
    typed: dict[str, str]
    wrong: list[str]


def read_trail_question() -> TrailQuestion | None:
    """Return the question of the present address; None for somebody who may not read the trail where they work."""
    agency_id = working_agency()
    if agency_id is None or not may_read_trail(db.session(), current_user.id, agency_id, today()):
        return None
    agency = agency_named(db.session(), agency_id)
    typed = {name: request.args.get(name, "").strip()[:60] for name in NAMES}
    wrong: list[str] = []
    since, until = _day(typed["dari"], wrong), _day(typed["sampai"], wrong)
    if since and until and until < since:
        wrong.append(gettext("Hari terakhir mendahului hari pertama."))
    number = _number(typed, wrong)
    asked = Asked(
        agency_id=agency.id,
        since=_midnight(since, agency),
        before=_midnight(until + timedelta(days=1), agency) if until and until < date.max else None,
        actor=_actor(typed["pelaku"], wrong),
        act=_act(typed["tindakan"], wrong),
        subject_type=_subject(typed["hal"], wrong),
        subject_id=number,
    )
    return TrailQuestion(agency, asked, {name: value for name, value in typed.items() if value}, wrong)


def _day(raw: str, wrong: list[str]) -> date | None:
    if not raw:
        return None
    try:
        return date.fromisoformat(raw)
    except ValueError:
        wrong.append(gettext("“%(day)s” bukan hari. Tulis seperti 2026-05-12.", day=raw))
        return None


def _midnight(day: date | None, agency: Agency) -> datetime | None:
    if day is None or not date(1900, 1, 1) <= day <= date(9000, 1, 1):
        return None
    return datetime.combine(day, time(), ZoneInfo(agency.time_zone))


def _actor(raw: str, wrong: list[str]) -> int | ActorKind | None:
    if raw in {ActorKind.CITIZEN.value, ActorKind.SYSTEM.value}:
        return ActorKind(raw)
    number = number_or_none(raw)
    if raw and number is None:
        wrong.append(gettext("Pelaku itu tidak dikenal. Pilih dari daftar."))
    return number


def _act(raw: str, wrong: list[str]) -> str | None:
    if raw and raw not in ACTS and raw.removesuffix(".") not in ROOMS:
        wrong.append(gettext("Tindakan itu tidak dikenal. Pilih dari daftar."))
        return None
    return raw or None


def _subject(raw: str, wrong: list[str]) -> str | None:
    if raw and raw not in SUBJECTS:
        wrong.append(gettext("Hal itu tidak dikenal. Pilih dari daftar."))
        return None
    return raw or None


def _number(typed: dict[str, str], wrong: list[str]) -> int | None:
    raw = typed["nomor"].lstrip("#")
    if not raw:
        return None
    number = number_or_none(raw)
    if number is None:
        wrong.append(gettext("Nomor hanya boleh berisi angka."))
    elif not typed["hal"]:
        # A number alone is a case's: that is what people know by its number.
        typed["hal"] = "case"
    return number
