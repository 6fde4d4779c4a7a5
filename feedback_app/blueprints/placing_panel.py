"""The form with which a case that has no unit is given to one that examines it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from feedback_app.blueprints.access import my_permissions, today
from feedback_app.blueprints.act_forms import drawn
from feedback_app.blueprints.forms.disposing import PlaceForm
from feedback_app.db import db
from feedback_app.handling.handing_on.disposition import REASON_MAX
from feedback_app.handling.handing_on.placement import examining_units
from feedback_app.handling.queries import CaseFile
from feedback_app.identity.rules import Permission


def read(file: CaseFile, _can_answer: bool) -> dict[str, Any] | None:
    """Return the units a case without one can be given to; None where it has one."""
    if file.case.unit_id is not None or Permission.PLACE_CASE not in my_permissions():
        return None
    units = examining_units(db.session(), file.case, day=today())
    if not units:
        return {"has_units": False}
    shown = drawn(PlaceForm, file)
    shown["form"].unit_id.choices = [("", gettext("Pilih unit")), *((str(unit.id), unit.name) for unit in units)]
    return {**shown, "has_units": True, "reason_max": REASON_MAX}
