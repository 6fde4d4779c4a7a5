"""The clocks of a case in working days of the office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from feedback_app.errors import ConfigurationError
from feedback_app.handling.rules import Classification
from feedback_app.handling.working_days import WorkingCalendar


@dataclass(frozen=True, slots=True)
class SlaRule:
    """The working days of one classification from a day on, with their source; None means no known limit."""

    classification: Classification
    effective_from: date
    verify_working_days: int = 3
    reply_working_days: int = 5
    resolve_working_days: int | None = None
    close_after_silence_working_days: int = 10
    source: str = ""


# The body of PermenPANRB 5/2025, which replaces 62/2018, could not be read: these are dated rows, not law.
_SOURCE: Final = "Praktik SP4N-LAPOR! pada masa PermenPANRB 62/2018; periksa terhadap PermenPANRB 5/2025"
_RESOLVE_WORKING_DAYS: Final[dict[Classification, int | None]] = {
    Classification.INFORMATION_REQUEST: 5,
    Classification.NO_OVERSIGHT: 14,
    Classification.OVERSIGHT: 60,
    Classification.ASPIRATION: None,
}
DEFAULT_SLA_RULES: Final[tuple[SlaRule, ...]] = tuple(
    SlaRule(classification, date(2018, 1, 1), resolve_working_days=days, source=_SOURCE)
    for classification, days in _RESOLVE_WORKING_DAYS.items()
)


def rule_in_force(rules: Iterable[SlaRule], classification: Classification, on: date) -> SlaRule:
    """Return the youngest rule of a classification in force on a day; ConfigurationError if there is none."""
    valid = [rule for rule in rules if rule.classification is classification and rule.effective_from <= on]
    if not valid:
        raise ConfigurationError(f"no SLA rule for {classification} is in force on {on.isoformat()}")
    return max(valid, key=lambda rule: rule.effective_from)


def verify_due(received_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime:
    """Return the end of the last working day on which a case is verified and sent on in time."""
    return _end_after(received_at, rule.verify_working_days, calendar)


def reply_due(received_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime:
    """Return the end of the last working day on which the first reply is on time."""
    return _end_after(received_at, rule.reply_working_days, calendar)


def resolve_due(received_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime | None:
    """Return the end of the last working day on which a case is settled in time, or None without a limit."""
    if rule.resolve_working_days is None:
        return None
    return _end_after(received_at, rule.resolve_working_days, calendar)


def silence_ends(answered_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime:
    """Return the moment from which no word from the citizen about an answer counts as silence."""
    return _end_after(answered_at, rule.close_after_silence_working_days, calendar)


def _end_after(moment: datetime, working_days: int, calendar: WorkingCalendar) -> datetime:
    return calendar.end_of(calendar.add_working_days(calendar.received_on(moment), working_days))
