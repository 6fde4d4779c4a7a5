"""The form on a case's page with which an officer sends the case on to another unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs

from feedback_app.blueprints import coaching, places
from feedback_app.blueprints.act_forms import drawn
from feedback_app.blueprints.forms.disposing import DisposeForm
from feedback_app.blueprints.places import Place
from feedback_app.db import db
from feedback_app.handling.handing_on.disposition import DISPOSABLE, REASON_MAX, open_to
from feedback_app.handling.queries import CaseFile
from feedback_app.organisation.models import Agency


def read(file: CaseFile, can_answer: bool) -> dict[str, Any] | None:
    """Return the units a case can go to, the likeliest apart; None where it cannot go anywhere."""
    if not can_answer or file.case.status not in DISPOSABLE:
        return None
    agency = db.session().get_one(Agency, file.case.agency_id)
    card = places.agency_card(db.session(), agency.code)
    allowed = open_to(db.session(), file.case, day=card.today())
    others = [place for place in places.directory(db.session(), card) if place.unit.id in allowed]
    if not others:
        return None
    likely = coaching.likely_units(db.session(), others[0], others, file.labels.redacted_text or "")
    shown = drawn(DisposeForm, file)
    shown["form"].unit_id.choices = _choices(likely, [place for place in others if place not in likely])
    return {
        **shown,
        "likely": likely,
        "is_unknown": file.submission.unit_is_unknown,
        "reason_max": REASON_MAX,
    }


def _choices(likely: Sequence[Place], others: Sequence[Place]) -> list[SelectChoice]:
    choices = [SelectChoice("", gettext("Pilih unit"))]
    for title, places_under_it in ((gettext("Dugaan sistem"), likely), (gettext("Unit lain"), others)):
        choices += [SelectChoice(str(place.unit.id), place.unit.name, optgroup=title) for place in places_under_it]
    return choices
