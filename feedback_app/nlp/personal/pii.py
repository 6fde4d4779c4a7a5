"""What counts as personal data in a message, and the tag that replaces it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class PiiKind(StrEnum):
    """A kind of personal data that identifies a private person."""

    NIK = "nik"
    NIP = "nip"
    PHONE = "phone"
    EMAIL = "email"
    PLATE = "plate"
    ACCOUNT = "account"
    TAX_NUMBER = "tax_number"
    PASSPORT = "passport"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of the original text, from `start` up to `end` (characters), and what it is."""

    start: int
    end: int
    kind: PiiKind


TAGS: Final = MappingProxyType(
    {
        PiiKind.NIK: "[NIK]",
        PiiKind.NIP: "[NIP]",
        PiiKind.PHONE: "[TELEPON]",
        PiiKind.EMAIL: "[EMAIL]",
        PiiKind.PLATE: "[PLAT]",
        PiiKind.ACCOUNT: "[REKENING]",
        PiiKind.TAX_NUMBER: "[NPWP]",
        PiiKind.PASSPORT: "[PASPOR]",
        PiiKind.ADDRESS: "[ALAMAT]",
        PiiKind.NAME: "[NAMA]",
    }
)
"""Kind to the word a reader sees in its place."""

TYPE_NAMES: Final = MappingProxyType(
    {
        PiiKind.NIK: "NIK",
        PiiKind.NIP: "NIP",
        PiiKind.PHONE: "PHONE",
        PiiKind.EMAIL: "EMAIL",
        PiiKind.PLATE: "PLATE",
        PiiKind.ACCOUNT: "ACCT",
        PiiKind.TAX_NUMBER: "NPWP",
        PiiKind.PASSPORT: "PASSPORT",
        PiiKind.ADDRESS: "ADDR",
        PiiKind.NAME: "NAME",
    }
)
"""Kind to the name that programs read, as in the marks of a probe."""
