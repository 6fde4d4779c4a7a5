"""Finders for personal data made of digits and signs: identity numbers, phones, accounts, e-mail, plates.

Every finder takes the text as typed and yields spans of it. They overlap on purpose; `redact` keeps the first claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from feedback_app.nlp.personal.identity_numbers import is_plausible_nik, is_plausible_nip
from feedback_app.nlp.personal.pii import PiiKind, Span

_NOT_DIGIT = re.compile(r"\D")

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SPOKEN_EMAIL = re.compile(
    r"[\w.+-]+\s?[(\[]\s?(?:at|et|@)\s?[)\]]\s?[\w-]+(?:\s?[(\[]\s?(?:dot|titik|\.)\s?[)\]]\s?[\w-]+|\.[\w-]+)+", re.I
)

_LONG_NUMBER = re.compile(r"(?<![\w#/])\d(?:[ .\-]?\d){15,17}(?![\d])")
_CUED_IDENTITY = re.compile(
    r"\b(?:nik|no(?:mor)?\.?\s?ktp|ktp|kk|kartu keluarga)\b[^\d\n]{0,20}(\d(?:[ .\-]?\d){14,16})(?!\d)", re.I
)

# A mobile number begins 08, 628 or +628; a second digit of 0 or 4 is not assigned. Eight to eleven digits follow the
# leading 8, with any of the separators people type, and the letter O where they mean zero.
_SEPARATOR = r"[ .\-()/\u00a0\u200b]{0,3}"
_DIGIT = r"[\dOo]"
_MOBILE = re.compile(
    rf"(?<![\w.])(?:wa\.me/)?(\(?(?:\+?6{_SEPARATOR}2{_SEPARATOR}\(?0?\)?|[0Oo]){_SEPARATOR}8{_SEPARATOR}[1-35-9]"
    rf"(?:{_SEPARATOR}{_DIGIT}){{7,10}})(?![\dA-Za-z])"
)
_AREA_CODE = r"(?:2[124]|31|61|2[35-9]\d|3[2-8]\d|4\d\d|5[1-6]\d|6[2-5]\d|7[1-7]\d|9\d\d)"
_FIXED_LINE = re.compile(
    rf"(?<![\w.\-])((?:\(0{_AREA_CODE}\)\s?|0{_AREA_CODE}[ \-]|\+62[ \-]?{_AREA_CODE}[ \-])\d{{3,4}}[ \-]?\d{{3,4}})"
    r"(?![\d\-])"
)
_CUED_PHONE = re.compile(
    rf"\b(?:wa|whatsapp|hp|telp?|tlp|telepon|hub(?:ungi)?|kontak)\b[^\d\n]{{0,12}}"
    rf"(0{_AREA_CODE}\d{{5,8}}|8[1-35-9]\d{{7,10}})"
    r"(?!\d)",
    re.I,
)
_DATE_LIKE = re.compile(r"\d{1,2}[.\-/]\d{1,2}[.\-/](?:19|20)\d{2}\b")

_BANKS = r"bca|bri|bni|btn|bsi|mandiri|cimb|danamon|permata|muamalat|bjtm|bjb|bank \w+|dana|ovo|gopay"
_ACCOUNT_NUMBER = r"(\d(?:[ .\-]?\d){5,18})(?!\d)"
_CUED_ACCOUNT = re.compile(
    rf"\b(?:(?:no(?:mor|mer)?\.?\s?)?rek(?:ening)?|{_BANKS}|pelanggan|langganan|nopel|sambungan|rekam medis"
    r"|meter(?:an)?|id|no(?:mor|mer)?\.?\s?(?:kartu|peserta|va)|kartu (?:atm|kks|kis|debit|kredit|bpjs|peserta)"
    r"|nop|nisn|bpjs|kis|virtual account)"
    rf"\b[^\d\n]{{0,24}}?{_ACCOUNT_NUMBER}",
    re.I,
)
_AMOUNT = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+00000)(?![\d.\-])")
_TAX_OBJECT = re.compile(r"(?<!\d)\d{2}\.\d{2}\.\d{3}\.\d{3}\.\d{3}-\d{4}\.\d(?!\d)")
_HEALTH_CARD = re.compile(r"(?<![\d.])000\d{10}(?!\d)")
_TAX_NUMBER = re.compile(
    r"(?<!\d)\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}(?!\d)|\bnpwp\b[^\d\n]{0,12}(\d(?:[.\- ]?\d){14,15})(?!\d)", re.I
)
_PASSPORT = re.compile(r"\b(?:paspor|passport)\b[^\d\n]{0,24}?\b([A-Za-z]\d{7}|[A-Za-z]{2}\d{6})\b", re.I)

_PLATE_AREAS = r"(?:A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNPRSTW]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[ABGSTY]?|R|S|T|W|Z)"
_PLATE = re.compile(
    rf"(?<![\w.\-/])({_PLATE_AREAS}[ \-]?(?:\d{{3,4}}[ \-]?[A-Z]{{1,3}}|\d{{1,2}}[ \-]?[A-Z]{{2,3}}))(?![\w\-])"
)
_CUED_PLATE = re.compile(
    rf"\b(?:nopol|plat(?:nya)?|pelat|nomor polisi|no\.? polisi|motor|mobil|truk|angkot|bus|sedan)\b[^\d\n]{{0,16}}?"
    rf"\b({_PLATE_AREAS}[ \-]?\d{{1,4}}[ \-]?[A-Z]{{1,3}})\b",
    re.I,
)
_PLACE_BEFORE_PLATE = re.compile(
    r"\b(?:blok|tiang|gedung|ruang|loket|jurusan|kios|lantai|kelas|tipe|ukuran|seri)\s*$", re.I
)

HAS_LONG_NUMBER: Final = re.compile(rf"{_DIGIT}(?:{_SEPARATOR}{_DIGIT}){{5}}")
"""Six digits in a row, separated or not: without them no finder below but e-mail and plate can match."""


def _first_group(pattern: re.Pattern[str], text: str, kind: PiiKind) -> Iterator[Span]:
    for match in pattern.finditer(text):
        group = 1 if pattern.groups and match.group(1) is not None else 0
        yield Span(match.start(group), match.end(group), kind)


def find_emails(text: str) -> Iterator[Span]:
    """Find e-mail addresses, also spelled "nama (at) surat (dot) com"."""
    yield from _first_group(_EMAIL, text, PiiKind.EMAIL)
    yield from _first_group(_SPOKEN_EMAIL, text, PiiKind.EMAIL)


def find_identity_numbers(text: str) -> Iterator[Span]:
    """Find NIK, family-card numbers and NIP by their structure; a NIK also by the word before it."""
    for match in _LONG_NUMBER.finditer(text):
        digits = _NOT_DIGIT.sub("", match.group())
        if is_plausible_nip(digits):
            yield Span(match.start(), match.end(), PiiKind.NIP)
        elif is_plausible_nik(digits):
            yield Span(match.start(), match.end(), PiiKind.NIK)
    yield from _first_group(_CUED_IDENTITY, text, PiiKind.NIK)


def find_accounts(text: str) -> Iterator[Span]:
    """Find bank accounts, customer and card numbers, mostly by the word before them."""
    for span in _first_group(_CUED_ACCOUNT, text, PiiKind.ACCOUNT):
        if not (_AMOUNT.match(text, span.start) or _DATE_LIKE.match(text, span.start)):
            yield span
    yield from _first_group(_TAX_OBJECT, text, PiiKind.ACCOUNT)
    yield from _first_group(_HEALTH_CARD, text, PiiKind.ACCOUNT)


def find_tax_numbers(text: str) -> Iterator[Span]:
    """Find NPWP by its punctuation or the word before it."""
    return _first_group(_TAX_NUMBER, text, PiiKind.TAX_NUMBER)


def find_passports(text: str) -> Iterator[Span]:
    """Find passport numbers that follow the word."""
    return _first_group(_PASSPORT, text, PiiKind.PASSPORT)


def find_mobiles(text: str) -> Iterator[Span]:
    """Find mobile numbers, with 0, 62 or +62 before them, in the spellings people use."""
    for span in _first_group(_MOBILE, text, PiiKind.PHONE):
        if not _DATE_LIKE.match(text, span.start):
            yield span


def find_other_phones(text: str) -> Iterator[Span]:
    """Find fixed lines, and numbers that only a word like "WA" gives away; short codes and 0800 are public."""
    yield from _first_group(_FIXED_LINE, text, PiiKind.PHONE)
    yield from _first_group(_CUED_PHONE, text, PiiKind.PHONE)


def find_plates(text: str) -> Iterator[Span]:
    """Find vehicle plates: in capitals by their shape, in small letters only after a word for a vehicle or plate."""
    for pattern in (_PLATE, _CUED_PLATE):
        for span in _first_group(pattern, text, PiiKind.PLATE):
            if not _PLACE_BEFORE_PLATE.search(text, max(0, span.start - 12), span.start):
                yield span
