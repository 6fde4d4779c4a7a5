"""What people say about the elements of a survey, as pages of staff show it, with ways into the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_security import current_user

from feedback_app.blueprints.access import today
from feedback_app.db import db
from feedback_app.handling.inbox.filters import Filters, Group
from feedback_app.identity.rules import Permission
from feedback_app.nlp.labels import Aspect
from feedback_app.reporting.voices import ElementVoices, voices
from feedback_app.survey import within_reach
from feedback_app.survey.models import Period
from feedback_app.survey.rules import SMALLEST_GROUP


@dataclass(frozen=True, slots=True)
class ShownVoices:
    """By element what was said of one unit in the days of a period; `may_open` whoever reads its inbox."""

    by_element: Mapping[str, ElementVoices]
    unit_id: int
    first: date
    last: date
    may_open: bool

    def count(self, n: int) -> str | None:
        """Return a number; None where it is small and its reader does not read the texts themselves anyway."""
        return None if not self.may_open and 0 < n < SMALLEST_GROUP else str(n)

    def address(self, aspect: Aspect) -> str:
        """Return where the cases about an aspect are read."""
        asked = Filters(group=Group.ALL, unit=self.unit_id, aspect=aspect, from_=self.first, to=self.last)
        return url_for("cases.inbox", **asked.as_arguments())  # type: ignore[arg-type] # all of them are words


def shown_voices(period: Period, unit_id: int, day: date) -> ShownVoices:
    """Return what was said of a unit in the days of a period, up to a day."""
    session, last = db.session(), max(min(period.ends_on, day), period.starts_on)
    mine = within_reach.unit_ids(session, current_user.id, period.agency_id, Permission.READ_INBOX, today())
    return ShownVoices(
        voices(session, period.agency_id, [unit_id], period.starts_on, last), unit_id, period.starts_on, last,
        unit_id in mine,
    )  # fmt: skip
