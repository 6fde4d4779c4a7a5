"""The data map as a page of the documentation."""

from __future__ import annotations

from itertools import groupby

import sqlalchemy as sa

from feedback_app.privacy.data_map.categories import CATEGORIES, About, kept_words
from feedback_app.privacy.data_map.columns import Column, columns_of, personal
from feedback_app.privacy.data_map.protection import lines as protection_lines

_HEAD = """# Data map

Printed from the code by `feedback privacy map --format markdown`; a test compares the two, and another fails for a
column that nobody has declared. It is the record of processing of UU 27/2022 Ps 31: what is held of people, why, on
which ground, how long, and who sees it. How to use it: [privacy](privacy.md).

Times of keeping are those that hold where an agency has set none (`/petugas/privasi`). "Specific" says that specific
data (Ps 4(2)) may be in it, for people write what they like.
"""


def markdown(metadata: sa.MetaData) -> str:
    """Return the whole page."""
    found = personal(metadata)
    parts = [_HEAD, *protection_lines()]
    for about, title in ((About.CITIZENS, "Citizens"), (About.STAFF, "Staff and civil servants")):
        keys = [key for key in found if CATEGORIES[key].about is about]
        parts += [f"\n## {title}\n", *_overview(keys), "\n### Where it stands\n", *_places(keys, found)]
    tables = columns_of(metadata)
    plain = sum(one.category is None for one in tables)
    parts.append(
        f"\n## Columns\n\n{len(tables)} columns in {len({one.table for one in tables})} tables: "
        f"{len(tables) - plain} of people, {plain} of nobody.\n"
    )
    return "\n".join(parts)


def _overview(keys: list[str]) -> list[str]:
    lines = [
        "| data | kind | specific | purpose | basis | kept | who sees it |",
        "|---|---|---|---|---|---|---|",
    ]
    for key in keys:
        one = CATEGORIES[key]
        lines.append(
            f"| **{one.title}** (`{key}`) | {one.nature.value} | {'yes' if one.is_specific else '–'} | {one.purpose} "
            f"| {one.basis} | {kept_words(one)} | {one.readers} |"
        )
    return lines


def _places(keys: list[str], found: dict[str, list[Column]]) -> list[str]:
    lines = ["| data | columns |", "|---|---|"]
    for key in keys:
        tables = groupby(found[key], key=lambda one: one.table)
        named = (f"`{table}`: {', '.join(one.name for one in columns)}" for table, columns in tables)
        lines.append(f"| `{key}` | {'; '.join(named)} |")
    return lines
