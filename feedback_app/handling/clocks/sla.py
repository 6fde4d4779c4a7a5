"""The clocks of a case in working days of the office: dated rules, deadlines, pauses, and the ladder of escalation."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from feedback_app.errors import ConfigurationError
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.rules import CaseStatus, Classification

# From when to when the office waited for the citizen; no end while it still does.
Pause = tuple[datetime, datetime | None]


class CaseClock(enum.StrEnum):
    """The promise whose deadline comes next."""

    VERIFY = "verify"  # read, and with the right unit
    REPLY = "reply"  # the citizen has heard what is being done
    RESOLVE = "resolve"  # settled


class Step(enum.IntEnum):
    """How far a clock has run: who is told."""

    NONE = 0
    HEAD = 1
    SUPERVISOR = 2
    INSPECTORATE = 3


# Shares of a clock's working days after which somebody further up is told.
LADDER: Final[dict[Step, Fraction]] = {
    Step.HEAD: Fraction(8, 10),
    Step.SUPERVISOR: Fraction(1),
    Step.INSPECTORATE: Fraction(3, 2),
}


@dataclass(frozen=True, slots=True)
class SlaRule:
    """The working days of one classification from a day on, with their source; None means no known limit.

    A rule of a unit holds for it and the units below it. `complete_days` are calendar days a citizen has to complete a
    report. `extension_working_days` may be added once; `objection_working_days` is the reply clock of a reopened case
    where it differs.
    """

    classification: Classification
    effective_from: date
    unit_id: int | None = None
    verify_working_days: int = 3
    reply_working_days: int = 5
    resolve_working_days: int | None = None
    close_after_silence_working_days: int = 10
    complete_days: int = 30
    extension_working_days: int | None = None
    objection_working_days: int | None = None
    source: str = ""


# The body of PermenPANRB 5/2025, which replaces 62/2018, could not be read: these are dated rows, not law.
_SOURCE: Final = (
    "Praktik SP4N-LAPOR! pada masa PermenPANRB 62/2018; periksa terhadap PermenPANRB 5/2025. "
    "Melengkapi laporan: 30 hari (UU 25/2009 Ps 44)."
)
_RESOLVE_WORKING_DAYS: Final[dict[Classification, int | None]] = {
    Classification.INFORMATION_REQUEST: 5,
    Classification.NO_OVERSIGHT: 14,
    Classification.OVERSIGHT: 60,
    Classification.ASPIRATION: None,
}
_PUBLIC_INFORMATION: Final = SlaRule(
    Classification.PUBLIC_INFORMATION,
    date(2010, 5, 1),
    reply_working_days=10,
    resolve_working_days=10,
    # The time in which whoever asked may object to the PPID's superior.
    close_after_silence_working_days=30,
    extension_working_days=7,
    objection_working_days=30,
    source="UU 14/2008 Ps 22, 35 dan 36, sebagaimana dipraktikkan PPID daerah",
)
DEFAULT_SLA_RULES: Final[tuple[SlaRule, ...]] = (
    *(
        SlaRule(classification, date(2018, 1, 1), resolve_working_days=days, source=_SOURCE)
        for classification, days in _RESOLVE_WORKING_DAYS.items()
    ),
    _PUBLIC_INFORMATION,
)


def rule_in_force(rules: Iterable[SlaRule], classification: Classification, on: date) -> SlaRule:
    """Return the youngest rule of a classification in force on a day; ConfigurationError if there is none."""
    valid = [rule for rule in rules if rule.classification is classification and rule.effective_from <= on]
    if not valid:
        raise ConfigurationError(f"no SLA rule for {classification} is in force on {on.isoformat()}")
    return max(valid, key=lambda rule: rule.effective_from)


def clock_in_force(status: CaseStatus, *, reply_is_met: bool) -> CaseClock | None:
    """Return the clock that runs on the office, None where it waits for the citizen or nothing is to be done.

    `reply_is_met`: the citizen has heard of what is being done since the case was opened or reopened.
    """
    if status is CaseStatus.NEW:
        return CaseClock.VERIFY
    if status in {CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS}:
        return CaseClock.RESOLVE if reply_is_met else CaseClock.REPLY
    return None


def silence_ends(answered_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime:
    """Return the moment from which no word from the citizen about an answer counts as silence."""
    return due_after(answered_at, rule.close_after_silence_working_days, calendar)


def due_after(start: datetime, working_days: int, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()) -> datetime:
    """Return the closing time of the `working_days`-th working day after a start, working days of pauses not counted.

    Parameters
    ----------
    start
        Aware moment; the day after its receipt is day 1.
    working_days
        0 or more.
    pauses
        Those that ended; each adds the working days from the day it began to the day it ended.
    """
    day = calendar.add_working_days(calendar.received_on(start), working_days + paused_working_days(pauses, calendar))
    return calendar.end_of(day)


def paused_working_days(pauses: Sequence[Pause], calendar: WorkingCalendar) -> int:
    """Return the working days on which the office waited for the citizen; a pause that goes on counts nothing yet."""
    return sum(
        calendar.working_days_between(calendar.received_on(begun), calendar.received_on(ended))
        for begun, ended in pauses
        if ended is not None
    )


def share_reached(
    start: datetime, working_days: int, share: Fraction, calendar: WorkingCalendar, pauses: Sequence[Pause] = ()
) -> datetime:
    """Return when a share of a clock's working days is over, pauses not counted.

    A part of a day is that part of the office's hours: 80 % of 3 days end at two fifths of the third day's hours.

    >>> from zoneinfo import ZoneInfo
    >>> office = WorkingCalendar(ZoneInfo("Asia/Makassar"))
    >>> monday = datetime.fromisoformat("2026-02-02T09:00+08:00")
    >>> share_reached(monday, 3, Fraction(8, 10), office).astimezone(office.time_zone).isoformat()
    '2026-02-05T10:54:00+08:00'
    """
    wanted = working_days * share
    whole = math.floor(wanted)
    day = calendar.add_working_days(calendar.received_on(start), whole + paused_working_days(pauses, calendar))
    if wanted == whole:
        return calendar.end_of(day)
    following = calendar.add_working_days(day, 1)
    opens = calendar.start_of(following)
    seconds = (calendar.end_of(following) - opens).total_seconds()
    return opens + timedelta(seconds=float(wanted - whole) * seconds)


def next_step(reached: Step) -> Step | None:
    """Return the step of the ladder after one; None after the last."""
    return Step(reached + 1) if reached < max(Step) else None


def working_days_of(rule: SlaRule, clock: CaseClock, *, reopened: bool, extended: bool) -> int | None:
    """Return the working days a clock has by a rule, None without a limit.

    A reopened case may have a reply clock of its own; an extension adds to the reply and the settlement.
    """
    extra = rule.extension_working_days or 0 if extended else 0
    if clock is CaseClock.VERIFY:
        return rule.verify_working_days
    if clock is CaseClock.REPLY:
        objection = rule.objection_working_days if reopened else None
        return objection or rule.reply_working_days + extra
    days = rule.resolve_working_days
    if days is None:
        return None
    objection = rule.objection_working_days if reopened else None
    return max(days + extra, objection or 0)
