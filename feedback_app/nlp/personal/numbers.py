"""Finders for numbers: of identity, of accounts, customers and cards, of taxpayers, of passports.

Every finder takes the text as typed and yields spans of it. They overlap on purpose; `redact` keeps the first claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from feedback_app.nlp.personal.identity_numbers import is_plausible_nik, is_plausible_nip
from feedback_app.nlp.personal.matters import is_number_of_a_matter
from feedback_app.nlp.personal.phones import DIGIT, SEPARATOR
from feedback_app.nlp.personal.pii import PiiKind, Span

_NOT_DIGIT = re.compile(r"\D")

_LONG_NUMBER = re.compile(r"(?<![\w#/])\d(?:[ .\-/]{0,2}[\dOo]){15,17}(?![\w])")
_LIKE_DIGIT = r"[\dOoIl]"
_IDENTITY_CUE: Final = (
    r"nik|no(?:mor|mer)?\.?\s?(?:ktp|kk|nik)|e-?ktp|ktp|kk|kartu keluarga(?! sejahtera)"
    r"|nomor induk kependudukan|identity (?:card|number)"
)
_CUED_IDENTITY = re.compile(
    rf"\b(?:{_IDENTITY_CUE})(?:nya|ku|ne|na)?\b[^\d\n]{{0,30}}?\b({_LIKE_DIGIT}"
    rf"(?:[ .\-/]{{0,2}}{_LIKE_DIGIT}){{14,16}})(?!\w)",
    re.IGNORECASE,
)
_CUED_OFFICER = re.compile(
    r"\b(?:nip|ni\s?pppk|nomor induk pegawai)(?:nya)?\b[^\d\n]{0,24}?\b(\d(?:[ .\-/]{0,2}[\dOoIl]){16,18})(?!\w)",
    re.IGNORECASE,
)

_DATE_LIKE = re.compile(r"\d{1,2}[.\-/]\d{1,2}[.\-/](?:19|20)\d{2}\b")

_BANKS = (
    r"bca|bri|bni|btn|bsi|mandiri|cimb|danamon|permata|muamalat|bjtm|bjb|bpd|bank \w{1,20}|dana"
    r"|ovo|gopay|shopeepay|linkaja"
)
_ACCOUNT_CUE = (
    rf"(?:no(?:mor|mer)?\.?\s?)?rek(?:ening)?|norek|{_BANKS}|pelanggan|langganan|idpel|nopel|sambung(?:an)?|rekam medis"
    r"|(?:no(?:mor|mer)?\.?\s?)rm|meter(?:an)?|id(?=\D{0,24}(?:\d[ .\-]?){8})|no(?:mor"
    r"|mer)?\.?\s?(?:kartu|peserta|va|polis|porsi|anggota)"
    r"|peserta\s(?:no|nomor)|porsi|kpj|klaim|nim|kartu (?:atm|kks|kis|debit|kredit|bpjs|peserta"
    r"|pelanggan)|kks|nop|nisn|bpjs|kis"
    r"|nuptk|kip|kta|sim(?=\D{0,24}(?:\d[ .\-]?){12})|kartu(?: [a-z]{2,20}){1,3}(?=\D{0,12}(?:\d[ .\-]?){10})"
    r"|(?:jago|seabank|jenius|allo|maybank|panin|ocbc|bukopin|sinarmas|mega|brimo|livin)(?=\D{0,12}(?:\d[ .\-]?){9})"
    r"|virtual account|accounts?|customer (?:number|id|no)"
)
# A letter O or l counts as a figure only inside the number or at its end.
_FIGURE = r"(?:[ .\-]?\d|[OoIl](?=[\dOoIl]|\b))"
_ACCOUNT_NUMBER = rf"(\d{_FIGURE}{{5,18}})(?![\d/]|[.,]\d)"
_CUED_ACCOUNT = re.compile(
    rf"\b(?:no(?:mor|mer)?)?(?:{_ACCOUNT_CUE})(?:nya|ku|mu)?\b[^\d\n]{{0,24}}?{_ACCOUNT_NUMBER}", re.IGNORECASE
)
_ID_OF_A_REPORT = re.compile(
    r"id (?:laporan|lapor|aduan|pengaduan|keluhan|tiket|antre?an|permohonan|registrasi|report|ticket)\b", re.IGNORECASE
)
_FAR_CUED_ACCOUNT = re.compile(
    r"\b(?:rek(?:ening)?|pelanggan|account|peserta|idpel|meteran)(?:nya"
    r"|ku)?\b[^\d\n]{24,60}?\b(\d(?:[ .\-]?\d){8,15})(?![\d/]|[.,]\d)",
    re.IGNORECASE,
)
_INSURED_WORKER = re.compile(r"\b(?:kpj|peserta|jht|bpjs)\b[^\d\n]{0,24}?(\d{2}[A-Z]\d{8})(?!\w)", re.IGNORECASE)
_BANK_FORMAT = re.compile(r"(?<![\d\-])\d{4}-\d{2}-\d{6}-\d{2}-\d(?![\d\-])")
# Payment cards begin with 3 to 6 (ISO/IEC 7812) and are printed in four groups of four.
_CARD_FORMAT = re.compile(r"(?<![\d.\-/])(?<!\d )[3-6]\d{3}([ .\-])\d{4}\1\d{4}\1\d{4}(?![ .\-]?\d)")
_MONEY_BEFORE = re.compile(
    r"(?:\brp\.?|\bidr|tagihan|sebesar|senilai|sejumlah|bayar|biaya|saldo|denda|iuran|nominal)\D{0,12}$", re.IGNORECASE
)
_MONEY_REACH = 30
_MONEY_AFTER = re.compile(r"\s?(?:rupiah|rb|ribu|juta|jt|per bulan|/bulan|,-)", re.IGNORECASE)
_AMOUNT = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+00000)(?![\d.\-])")
_TAX_OBJECT = re.compile(r"(?<!\d)\d{2}\.\d{2}\.\d{3}\.\d{3}\.\d{3}-\d{4}\.\d(?!\d)")
_HEALTH_CARD = re.compile(r"(?<![\d.])000\d{10}(?!\d)")
_TAX_CUE = r"n\.?p\.?w\.?p(?:nya|ku|-nya)?|nomor pokok wajib pajak|wajib pajak|nitku|coretax|tax (?:id|number)"
_LENGTH_SAID = r"(?:1[56][ \-]?(?:digit|angka)\w*)?"
# Fifteen figures since 1983, sixteen since PMK 112/2022, with six more for a branch (NITKU).
_TAX_NUMBER = re.compile(
    r"(?<![\d.\-])(?<!\d )\d{2}[ .\-]\d{3}[ .\-]\d{3}[ .\-]\d[ .\-]\d{3}[ .\-]\d{3}(?![ .\-]?\d)"
    rf"|\b(?:{_TAX_CUE})\b[^\d\n]{{0,24}}{_LENGTH_SAID}[^\d\n]{{0,24}}?"
    r"(\d(?:(?:[.\-/ ]| - )?[\dOo]){14,15}(?:[.\- ]?\d{6})?)(?!\d)",
    re.IGNORECASE,
)
_PASSPORT_NUMBER = r"[A-Za-z][ .\-]{0,2}\d(?:[ .\-]?[\dOo]){6}|[A-Za-z]{2}[ .\-]{0,2}\d(?:[ .\-]?[\dOo]){5}"
_PASSPORT = re.compile(
    rf"\b(?:m-)?(?:paspor|passport|pasport|pasp?or|pass?port)(?:nya|ku)?\b[^\d\n]{{0,24}}?\b({_PASSPORT_NUMBER})\b",
    re.I,
)
# Letters that ordinary Indonesian passports begin with: A to C, E, and X for the electronic one.
_BARE_PASSPORT = re.compile(r"(?<![\w./\-])[ABCEX][ \-]?\d{7}(?![\w/\-]|[.,]\d)")
_ABROAD = re.compile(
    r"\b(?:paspor|passport|imigrasi|kanim|visa|tki|tkw|pmi|bp2mi|bp3mi|kbri|kjri|bandara|luar negeri|pekerja migran"
    r"|umr(?:o|a)h|immigration|consulate|embassy)\b",
    re.IGNORECASE,
)

HAS_LONG_NUMBER: Final = re.compile(rf"{DIGIT}(?:{SEPARATOR}{DIGIT}){{5}}")
"""Six digits in a row, separated or not: without them no finder here can match."""


def _first_group(pattern: re.Pattern[str], text: str, kind: PiiKind) -> Iterator[Span]:
    for match in pattern.finditer(text):
        group = 1 if pattern.groups and match.group(1) is not None else 0
        yield Span(match.start(group), match.end(group), kind)


def find_identity_numbers(text: str) -> Iterator[Span]:
    """Find NIK, family-card numbers and NIP by their structure, or by the word before them."""
    for match in _LONG_NUMBER.finditer(text):
        digits = _NOT_DIGIT.sub("", match.group().replace("O", "0").replace("o", "0"))
        if is_plausible_nip(digits):
            yield Span(match.start(), match.end(), PiiKind.NIP)
        elif is_plausible_nik(digits) and not is_number_of_a_matter(text, match.start()):
            yield Span(match.start(), match.end(), PiiKind.NIK)
    yield from _first_group(_CUED_OFFICER, text, PiiKind.NIP)
    yield from _first_group(_CUED_IDENTITY, text, PiiKind.NIK)


def _is_money_or_date(text: str, start: int, end: int) -> bool:
    if _AMOUNT.match(text, start) or _DATE_LIKE.match(text, start) or _MONEY_AFTER.match(text, end):
        return True
    return _MONEY_BEFORE.search(text, max(0, start - _MONEY_REACH), start) is not None


def find_accounts(text: str) -> Iterator[Span]:
    """Find bank accounts, customer and card numbers, mostly by the word before them."""
    for pattern in (_CUED_ACCOUNT, _FAR_CUED_ACCOUNT):
        for match in pattern.finditer(text):
            if not (_is_money_or_date(text, *match.span(1)) or _ID_OF_A_REPORT.match(match.group())):
                yield Span(match.start(1), match.end(1), PiiKind.ACCOUNT)
    for card in _CARD_FORMAT.finditer(text):
        if not is_number_of_a_matter(text, card.start()):
            yield Span(card.start(), card.end(), PiiKind.ACCOUNT)
    for pattern in (_BANK_FORMAT, _INSURED_WORKER, _TAX_OBJECT, _HEALTH_CARD):
        yield from _first_group(pattern, text, PiiKind.ACCOUNT)


def find_tax_numbers(text: str) -> Iterator[Span]:
    """Find NPWP by its punctuation or the word before it."""
    return _first_group(_TAX_NUMBER, text, PiiKind.TAX_NUMBER)


def find_passports(text: str) -> Iterator[Span]:
    """Find passport numbers that follow the word, or have the form in a text about going abroad."""
    yield from _first_group(_PASSPORT, text, PiiKind.PASSPORT)
    if _ABROAD.search(text) is None:
        return
    for match in _BARE_PASSPORT.finditer(text):
        if not is_number_of_a_matter(text, match.start()):
            yield Span(match.start(), match.end(), PiiKind.PASSPORT)
