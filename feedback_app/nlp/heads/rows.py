"""What training learns from: messages with the labels that somebody gave them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

CORPUS: Final = "corpus"
"""The source of rows that come with the program."""


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One message and the labels it is known to have.

    `labels` names a value for those heads that were labelled; a head left out learns nothing from the row. `aspect2` is
    a second aspect that is right too. `source` says where the labels come from, `language` the register, for figures
    by group.
    """

    id: str
    text: str
    labels: Mapping[str, str]
    aspect2: str | None = None
    language: str | None = None
    source: str = CORPUS


def rows_hash(rows: Sequence[TrainingRow]) -> str:
    """Return the sha256 of all that training sees, in hexadecimal; the order of the rows counts."""
    digest = hashlib.sha256()
    for row in rows:
        seen = [row.id, row.text, dict(sorted(row.labels.items())), row.aspect2, row.language, row.source]
        digest.update(json.dumps(seen, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()
