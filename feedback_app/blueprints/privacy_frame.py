"""What the pages about personal data share: the agencies somebody manages privacy in, the person who acts, the day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask import render_template
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import today
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import NotFoundError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.whole_agencies import whole_agencies

bp = staff_blueprint("privacy")

MANAGE: Final = Permission.MANAGE_PRIVACY


class UnknownAgencyOfPrivacyError(NotFoundError):
    """This account does not manage the personal data of such an agency."""

    code = "unknown_agency_of_privacy"


def managed() -> Sequence[Agency]:
    """Return the agencies whose personal data the signed-in person manages."""
    return whole_agencies(db.session(), current_user.id, MANAGE, today())


def managed_agency(agency_id: int) -> Agency:
    """Return one of them.

    Raises
    ------
    UnknownAgencyOfPrivacyError
    """
    for agency in managed():
        if agency.id == agency_id:
            return agency
    raise UnknownAgencyOfPrivacyError("Instansi itu tidak ada di antara yang Anda kelola.")


def me() -> Actor:
    """Return the signed-in person as the one who acts."""
    return person(current_user.id)


def day_at(agency: Agency) -> date:
    """Return the day it is at an agency."""
    return clock.utcnow().astimezone(ZoneInfo(agency.time_zone)).date()


def page(template: str, current: str, **shown: Any) -> str:
    """Return a page about personal data with its tabs."""
    return render_template(f"privacy/{template}.html", current=current, **shown)
