"""Finder for long numbers spelled out in words: a NIK, a NIP, an account ("tiga dua nol empat …")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from feedback_app.nlp.personal.identity_numbers import is_plausible_nik, is_plausible_nip
from feedback_app.nlp.personal.phones import BETWEEN, SPELLED_DIGIT
from feedback_app.nlp.personal.pii import PiiKind, Span

_RUN: Final = re.compile(rf"(?<!\w){SPELLED_DIGIT}(?:{BETWEEN}{SPELLED_DIGIT}){{7,19}}(?!\w)", re.IGNORECASE)
_PIECE: Final = re.compile(r"[a-z]{3,}|[\doil]", re.IGNORECASE)
_FIGURES: Final = MappingProxyType(
    {
        **dict.fromkeys(("nol", "kosong", "zero", "o"), "0"),
        **dict.fromkeys(("satu", "one", "i", "l"), "1"),
        **dict.fromkeys(("dua", "two"), "2"),
        **dict.fromkeys(("tiga", "three"), "3"),
        **dict.fromkeys(("empat", "four"), "4"),
        **dict.fromkeys(("lima", "five"), "5"),
        **dict.fromkeys(("enam", "six"), "6"),
        **dict.fromkeys(("tujuh", "seven"), "7"),
        **dict.fromkeys(("delapan", "lapan", "eight"), "8"),
        **dict.fromkeys(("sembilan", "nine"), "9"),
    }
)
_LEAST_WORDS: Final = 4
_REACH: Final = 40
_IDENTITY: Final = re.compile(r"\b(?:nik|ktp|kk|kartu keluarga|induk)", re.IGNORECASE)
_ACCOUNT: Final = re.compile(
    r"\b(?:rek|norek|pelanggan|meter|bpjs|kis|kartu|account|bri|bca|bni|mandiri|bsi)", re.IGNORECASE
)


def _digits(spelled: str) -> str:
    return "".join(_FIGURES.get(piece, piece) for piece in _PIECE.findall(spelled.lower()))


def _kind(digits: str, before: str) -> PiiKind | None:
    if is_plausible_nip(digits):
        return PiiKind.NIP
    if is_plausible_nik(digits) or (14 < len(digits) < 18 and _IDENTITY.search(before)):
        return PiiKind.NIK
    return PiiKind.ACCOUNT if _ACCOUNT.search(before) else None


def find_spelled_numbers(text: str) -> Iterator[Span]:
    """Find long numbers of which at least four figures are words, by their structure or by the word before them."""
    for match in _RUN.finditer(text):
        words = sum(len(piece) > 1 for piece in _PIECE.findall(match.group()))
        kind = _kind(_digits(match.group()), text[max(0, match.start() - _REACH) : match.start()])
        if kind is not None and words >= _LEAST_WORDS:
            yield Span(match.start(), match.end(), kind)
