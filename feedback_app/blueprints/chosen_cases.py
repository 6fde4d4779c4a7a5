"""Cases ticked on a page, each with the version that was shown: `12:3` is case 12 as it stood in version 3."""

from __future__ import annotations

from collections.abc import Iterable

from feedback_app.blueprints.numbers import number_or_none
from feedback_app.handling.bulk.collective import Chosen


def chosen_from(values: Iterable[str]) -> list[Chosen]:
    """Return the cases named in a form or an address, each once; what names none is passed over."""
    found: dict[int, Chosen] = {}
    for value in values:
        number, _, version = value.partition(":")
        case_id = number_or_none(number)
        if case_id is not None:
            found.setdefault(case_id, Chosen(case_id, number_or_none(version)))
    return list(found.values())
