"""Which column of a file holds what: read from `--map field=COLUMN` and checked against the columns there are."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process

from feedback_app.intake.imports.problems import MappingError

CLOSE_ENOUGH: Final = 60.0
COLUMNS_LISTED: Final = 40


class Field(enum.StrEnum):
    """What a column can be mapped to."""

    TEXT = "text"
    RATING = "rating"
    DATE = "date"
    UNIT = "unit"
    SERVICE = "service"
    KIND = "kind"
    ID = "id"
    REPLY = "reply"


def parse_mapping(pairs: Iterable[str]) -> dict[Field, str]:
    """Return the column named for each field.

    Raises
    ------
    MappingError
        A pair is not `field=COLUMN`, the field does not exist, or it is given twice.

    >>> parse_mapping(["text=KOMENTAR"])
    {<Field.TEXT: 'text'>: 'KOMENTAR'}
    """
    mapping: dict[Field, str] = {}
    for pair in pairs:
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise MappingError(f"--map takes FIELD=COLUMN, for example --map text=KOMENTAR, not {pair!r}.")
        if name not in set(Field):
            raise MappingError(f"There is no field {name!r}{suggestion(name, list(Field))} Fields: {', '.join(Field)}.")
        if Field(name) in mapping:
            raise MappingError(f"The field {name!r} is mapped twice.")
        mapping[Field(name)] = column
    return mapping


def locate(mapping: Mapping[Field, str], columns: Sequence[str]) -> dict[Field, int]:
    """Return the position (from 0) of each mapped field's column.

    A column is found by its exact name, or else by its name in other capitals if only one is spelt so.

    Raises
    ------
    MappingError
        Neither text nor rating is mapped, or columns are missing or stand in the file twice. All of them are
        named in one message.
    """
    if Field.TEXT not in mapping and Field.RATING not in mapping:
        raise MappingError(f"Map a column to text or rating, or both. {columns_listed(columns)}")
    found = {field: _positions(name, columns) for field, name in mapping.items()}
    problems = [
        f"Column {mapping[field]!r} (mapped to {field}) stands in the file {len(places)} times; rename one."
        if places
        else f"There is no column {mapping[field]!r} (mapped to {field}){suggestion(mapping[field], columns)}"
        for field, places in found.items()
        if len(places) != 1
    ]
    if problems:
        raise MappingError("\n".join([*problems, columns_listed(columns)]))
    return {field: places[0] for field, places in found.items()}


# A code is one short word: "tanjungbalai" is no slip of "salah".
NEAR_CODE: Final = 75.0


def near_code(word: str, known: Sequence[str]) -> str:
    """Return the end of a sentence about an unknown code, which is compared as a whole."""
    best = process.extractOne(word.casefold(), [name for name in known if name], scorer=fuzz.ratio,
                              score_cutoff=NEAR_CODE)  # fmt: skip
    return f"; did you mean {str(best[0])!r}?" if best else "."


def suggestion(word: str, known: Sequence[str]) -> str:
    """Return the end of a sentence about an unknown word: `; did you mean 'x'?` if one is near, else a full stop."""
    best = process.extractOne(
        word, [name for name in known if name], processor=default_process, score_cutoff=CLOSE_ENOUGH
    )
    return f"; did you mean {str(best[0])!r}?" if best else "."


def columns_listed(columns: Sequence[str]) -> str:
    """Return one sentence that names the columns of a file."""
    named = [repr(name) for name in columns if name]
    more = f" and {len(named) - COLUMNS_LISTED} more" if len(named) > COLUMNS_LISTED else ""
    return f"Columns in the file: {', '.join(named[:COLUMNS_LISTED])}{more}."


def _positions(name: str, columns: Sequence[str]) -> list[int]:
    exact = [place for place, column in enumerate(columns) if column == name]
    return exact or [place for place, column in enumerate(columns) if column.casefold() == name.casefold()]
