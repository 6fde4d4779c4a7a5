"""Every column of every table with what it holds of people: the record of processing, made from the tables themselves.

A column that nobody has declared fails a test, and so does a declaration of a column that is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from feedback_app.privacy.data_map.categories import CATEGORIES, PLAIN, Category, kept_words
from feedback_app.privacy.data_map.citizens_columns import CITIZENS
from feedback_app.privacy.data_map.staff_columns import STAFF
from feedback_app.privacy.data_map.survey_columns import SURVEY

DECLARED: Final = {**CITIZENS, **SURVEY, **STAFF}
_OF_ITSELF: Final = frozenset({"agency_id", "id"})
_STAFF_ACTS: Final = "staff_acts"


@dataclass(frozen=True, slots=True)
class Column:
    """A column and its category; `category` is None where it says nothing of a person."""

    table: str
    name: str
    category: str | None


@dataclass(frozen=True, slots=True)
class Problems:
    """What the declarations and the tables do not agree on, each as `table.column`."""

    undeclared: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.undeclared or self.gone or self.twice)


def columns_of(metadata: sa.MetaData) -> list[Column]:
    """Return every declared column of the tables that exist, in the order of tables and columns by name.

    A number that names an account says which account did something, whatever the column is called; `agency_id` and
    `id` say nothing by themselves.
    """
    found = []
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        said = _said(table.name)
        for column in table.columns:
            known = said.get(column.name) or _by_itself(column)
            if known is not None:
                found.append(Column(table.name, column.name, None if known == PLAIN else known))
    return found


def problems(metadata: sa.MetaData) -> Problems:
    """Return what nobody has declared, what is declared and gone, and what is declared twice."""
    known = {(one.table, one.name) for one in columns_of(metadata)}
    there = {(table.name, column.name) for table in metadata.tables.values() for column in table.columns}
    said = [(table, name) for table, spec in DECLARED.items() for names in spec.values() for name in names.split()]
    return Problems(
        _named(there - known),
        _named(set(said) - there),
        _named({one for one in said if said.count(one) > 1}),
    )


def personal(metadata: sa.MetaData) -> dict[str, list[Column]]:
    """Return the personal columns by category, in the order of the categories."""
    found: dict[str, list[Column]] = defaultdict(list)
    for column in columns_of(metadata):
        if column.category is not None:
            found[column.category].append(column)
    return {key: found[key] for key in CATEGORIES if key in found}


def as_record(metadata: sa.MetaData) -> dict[str, Any]:
    """Return the record of processing as plain values (UU 27/2022 Ps 31)."""
    return {
        "law": "UU 27/2022",
        "categories": [
            {**_described(key, CATEGORIES[key]), "columns": [f"{one.table}.{one.name}" for one in columns]}
            for key, columns in personal(metadata).items()
        ],
        "columns": len(columns_of(metadata)),
    }


def _described(key: str, category: Category) -> dict[str, Any]:
    return {
        "key": key, "title": category.title, "about": category.about.value, "nature": category.nature.value,
        "purpose": category.purpose, "basis": category.basis, "kept": kept_words(category),
        "readers": category.readers, "may_be_specific": category.is_specific,
    }  # fmt: skip


def _said(table: str) -> dict[str, str]:
    return {name: category for category, names in DECLARED.get(table, {}).items() for name in names.split()}


def _by_itself(column: sa.Column[Any]) -> str | None:
    if any(key.column.table.name == "users" for key in column.foreign_keys):
        return _STAFF_ACTS
    return PLAIN if column.name in _OF_ITSELF else None


def _named(found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(f"{table}.{name}" for table, name in found))
