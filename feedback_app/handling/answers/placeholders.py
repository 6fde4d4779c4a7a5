"""What stands in braces in a reply template, and is filled in for each case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from feedback_app.errors import InvalidInputError

CASE_NUMBER: Final = "nomor_kasus"
UNIT_NAME: Final = "nama_unit"
RECEIVED_ON: Final = "tanggal_diterima"
SERVICE: Final = "layanan"
RESOLVED_BY: Final = "batas_penyelesaian"
OFFICER_NAME: Final = "nama_petugas"
PLACEHOLDERS: Final = (CASE_NUMBER, UNIT_NAME, RECEIVED_ON, SERVICE, RESOLVED_BY, OFFICER_NAME)

# Anything that looks like one counts, so that a misspelt name reaches no citizen.
_IN_BRACES: Final = re.compile(r"\{ *(\w{1,40}) *\}")


class UnknownPlaceholderError(InvalidInputError):
    """A template asks for something that no case can fill in; `name` says for what."""

    code = "unknown_placeholder"

    def __init__(self, name: str) -> None:
        super().__init__(f"Isian {{{name}}} tidak dikenal. Pilih dari daftar isian, atau hapus kurungnya.")
        self.name = name


class UnfilledPlaceholderError(InvalidInputError):
    """A citizen would read a placeholder instead of what it stands for; `name` says which."""

    code = "unfilled_placeholder"

    def __init__(self, name: str) -> None:
        super().__init__(f"Isian {{{name}}} belum terisi. Ganti dengan keterangan yang benar, atau hapus.")
        self.name = name


def placeholders_in(text: str) -> tuple[str, ...]:
    """Return the names in braces in a text, in order, each once.

    >>> placeholders_in("Kasus {nomor_kasus} di { nama_unit }, {nomor_kasus}")
    ('nomor_kasus', 'nama_unit')
    """
    return tuple(dict.fromkeys(_IN_BRACES.findall(text)))


def unknown_in(text: str) -> str | None:
    """Return the first name in braces that no case can fill in, None where all are known."""
    return next((name for name in placeholders_in(text) if name not in PLACEHOLDERS), None)


def check_known(text: str) -> None:
    """Refuse a template that asks for something unknown.

    Raises
    ------
    UnknownPlaceholderError
    """
    if (name := unknown_in(text)) is not None:
        raise UnknownPlaceholderError(name)


def check_filled(text: str) -> None:
    """Refuse an answer in which something is left to fill in.

    Raises
    ------
    UnfilledPlaceholderError
    """
    if left := placeholders_in(text):
        raise UnfilledPlaceholderError(left[0])


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """Return a text with the values in place; a placeholder without a value stays, for somebody to fill it in.

    >>> fill("Kasus {nomor_kasus}, {layanan}", {"nomor_kasus": "12", "layanan": None})
    'Kasus 12, {layanan}'
    """
    return _IN_BRACES.sub(lambda found: values.get(found[1]) or found[0], text)
