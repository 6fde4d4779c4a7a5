"""What an audit event may say: codes, ids, counts and days, never words. Pure."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

# A word of the program: a status, a role, a day, a version. No space and no capital: a name or a sentence has both.
_CODE: Final = re.compile(r"[a-z0-9_.:/+-]{0,40}")
# A moment (ISO 8601, RFC 3339), as a row of the database has it.
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{5,15}(?:Z|[+-]\d\d:\d\d)?")
# SHA-256 in hexadecimal, as a frozen cycle carries it.
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ACTION: Final = re.compile(r"[a-z]+\.[a-z][a-z0-9_]{0,59}")
# JSON numbers beyond this are not exact everywhere (RFC 8259, section 6).
_LARGEST: Final = 2**53 - 1
IDS_MAX: Final = 10_000


class WordsInTrailError(ValueError):
    """The code tried to write something else than ids, counts and codes into the trail: a mistake of the program."""


def checked_action(action: str) -> str:
    """Return an action that reads `room.verb`.

    Raises
    ------
    WordsInTrailError

    >>> checked_action("handling.review")
    'handling.review'
    """
    if not _ACTION.fullmatch(action):
        raise WordsInTrailError(f"An action reads room.verb, not {action!r}.")
    return action


def checked_detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return the detail of an act as it is stored: codes, whole numbers, yes or no, nothing, and lists of numbers.

    Raises
    ------
    WordsInTrailError
        A value could be somebody's words; the message names the key and its type, never the value.

    >>> checked_detail({"role": "unit_head", "count": 3, "on": date(2026, 5, 12), "ids": (4, 5)})
    {'role': 'unit_head', 'count': 3, 'on': '2026-05-12', 'ids': [4, 5]}
    >>> checked_detail({"why": "Jalan rusak"})
    Traceback (most recent call last):
    feedback_app.audit.rules.WordsInTrailError: detail 'why' is no id, count or code (str)
    """
    return {_checked_name(name): _checked(name, value) for name, value in detail.items()}


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise WordsInTrailError("the name of a detail is no plain word")
    return name


def _checked(name: str, value: Any) -> Any:
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, datetime | date):
        value = value.isoformat()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= _LARGEST:
        return value
    if isinstance(value, str) and any(form.fullmatch(value) for form in (_CODE, _MOMENT, _DIGEST)):
        return str(value)
    if isinstance(value, list | tuple) and len(value) <= IDS_MAX:
        return [_checked(name, one) for one in value if _is_plain(name, one)]
    raise WordsInTrailError(f"detail {name!r} is no id, count or code ({type(value).__name__})")


def _is_plain(name: str, value: Any) -> bool:
    if isinstance(value, list | tuple):
        raise WordsInTrailError(f"detail {name!r} is a list of lists")
    return True
