"""What people said of a place outside the survey, as its report tells it."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from feedback_app.reporting.report_data import Voice
from feedback_app.reporting.topic_words import REASONS, TOPICS
from feedback_app.reporting.voices import ElementVoices, voices
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.models import Period
from feedback_app.survey.stored import StoredResult

MOST_TOPICS: Final = 3


def said_of(session: Session, period: Period, result: StoredResult) -> tuple[Voice, ...]:
    """Return what was said by element, in the order of the regulation's list; silent elements are left out."""
    units = [result.unit_id] if result.unit_id is not None else [part.unit_id for part in result.parts]
    unit_ids = [unit_id for unit_id in units if unit_id is not None]
    found = voices(session, period.agency_id, unit_ids, period.starts_on, period.ends_on)
    return tuple(_voice(found[key]) for key in RULESETS[result.ruleset].keys if key in found)


def _voice(one: ElementVoices) -> Voice:
    return Voice(
        one.element, one.complaints, one.comments,
        tuple(TOPICS[topic.aspect] for topic in one.topics[:MOST_TOPICS]),
        tuple((REASONS[reason], n) for reason, n in one.bad_reasons[:MOST_TOPICS]),
    )  # fmt: skip
