"""What can happen to a civil servant's record, and when a second person has to agree."""

from __future__ import annotations

import enum
from datetime import date, timedelta


class AttributionLevel(enum.StrEnum):
    """Down to whom a rating may be laid, as the agency declared it beforehand."""

    COUNTER = "counter"  # whoever the counter record names, else the assignments
    ASSIGNMENT = "assignment"  # whoever was assigned that day, by the declared shares
    UNIT = "unit"  # nobody: the unit alone


class ChangeKind(enum.StrEnum):
    """What somebody asks to change about the past."""

    ASSIGN = "assign"
    END = "end"
    CORRECT = "correct"
    CANCEL = "cancel"
    DUTY = "duty"
    IMPORT = "import"
    UNDO_IMPORT = "undo_import"
    LINK = "link"  # whose account it is: whoever is linked reads everything said of the person


class ChangeState(enum.StrEnum):
    """What became of such a wish."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ImportState(enum.StrEnum):
    """How far an import of people is."""

    PREVIEWED = "previewed"
    WAITING = "waiting"  # it touches the past: somebody else has to agree
    APPLIED = "applied"
    UNDONE = "undone"
    DROPPED = "dropped"


class RowChange(enum.StrEnum):
    """What one row of an import would do."""

    NEW_PERSON = "new_person"
    NEW_POST = "new_post"
    CHANGED_PERSON = "changed_person"
    CHANGED_POST = "changed_post"
    ENDED_POST = "ended_post"
    SAME = "same"
    REFUSED = "refused"


def past_days_touched(
    first: date, last: date | None, *, today: date, first_feedback_on: date | None
) -> tuple[date, date] | None:
    """Return the days gone by on which a change of responsibility could move somebody's figures, or None.

    Days before the agency's first feedback are nobody's to win or lose, so the first list of an agency needs nobody
    else's word.

    Parameters
    ----------
    first, last
        First and last day on which somebody else would be responsible; no last day means from `first` on for ever.
    today
        The office's day; it and the days to come may be changed by one person.
    first_feedback_on
        First day of service that any feedback of the agency speaks of; None where there is none yet.

    >>> past_days_touched(date(2026, 5, 1), None, today=date(2026, 5, 3), first_feedback_on=date(2026, 1, 1))
    (datetime.date(2026, 5, 1), datetime.date(2026, 5, 2))
    """
    if first_feedback_on is None:
        return None
    start = max(first, first_feedback_on)
    yesterday = today - timedelta(days=1)
    end = yesterday if last is None else min(last, yesterday)
    return (start, end) if start <= end else None
