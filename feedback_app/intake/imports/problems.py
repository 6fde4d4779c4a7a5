"""Why a file cannot be imported, and why a single row of it cannot.

What stops the whole command is told to the operator at the terminal, in English like the command itself. What is
wrong with a row goes back to the staff who collected it, so its sentence is in Indonesian.
"""

from __future__ import annotations

import enum

SHOWN_CHARACTERS = 40


class ImportProblemError(Exception):
    """The import cannot be carried out as asked; the message says why and what to do."""


class MappingError(ImportProblemError):
    """The options do not fit the file or the agency."""


class UnreadableFileError(ImportProblemError):
    """The file is not what its options say it is."""


class AnotherRunError(ImportProblemError):
    """Somebody else is importing the same file at this moment."""


class DoubtfulReadingError(ImportProblemError):
    """So many rows fail in the same way that the options, not the rows, must be wrong."""


class Reason(enum.StrEnum):
    """Why a row was left out."""

    NOT_A_RECORD = "not_a_record"
    TOO_MANY_CELLS = "too_many_cells"
    SAYS_NOTHING = "says_nothing"
    TEXT_TOO_LONG = "text_too_long"
    RATING_NOT_IN_SCALE = "rating_not_in_scale"
    DATE_MISSING = "date_missing"
    DATE_UNREADABLE = "date_unreadable"
    DATE_IN_OTHER_ORDER = "date_in_other_order"
    DATE_IN_FUTURE = "date_in_future"
    DATE_TOO_OLD = "date_too_old"
    UNIT_UNKNOWN = "unit_unknown"
    SERVICE_UNKNOWN = "service_unknown"
    KIND_UNKNOWN = "kind_unknown"
    KIND_NEEDS_TEXT = "kind_needs_text"
    KIND_NEEDS_RATING = "kind_needs_rating"
    REPLY_UNREADABLE = "reply_unreadable"
    ID_TOO_LONG = "id_too_long"


class RowProblemError(Exception):
    """One row cannot be taken in; `sentence` tells the staff why."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


def shown(value: object) -> str:
    """Return a value in quotation marks, cut to a length that fits into a sentence."""
    text = str(value).strip()
    return f"“{text}”" if len(text) <= SHOWN_CHARACTERS else f"“{text[: SHOWN_CHARACTERS - 1]}…”"
