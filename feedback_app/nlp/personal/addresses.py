"""Finder for home and street addresses that carry a house number; a street alone is public."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback_app.nlp.personal.pii import PiiKind, Span

_NUMBER = r"\d{1,4}\s?(?:[A-Za-z]\b)?"
_HOUSE = (
    rf"(?:(?:(?:blok|blk)\.?\s+\w{{1,4}}[\s,]*)?(?:no(?:mor|mer)?\b\.?\s*){_NUMBER}"
    r"|(?:blok|blk)\.?\s+\w{1,3}[/\-]\d{1,4})"
)
_NEIGHBOURHOOD = r"(?:[\s,]*rt\.?\s?\d{1,3}(?:[\s,/]*(?:rw\.?\s?)?\d{1,3})?)?"
_UNIT = (
    r"(?!\s?(?:hari|minggu|bulan|bln|tahun|th|meter|m|km|jam|menit|titik|lubang|orang|kali|x|cm|rb|ribu|jt|juta|%|warga|kk"
    r"|rumah|unit|tiang|lampu|ekor|ton|kg)\b)"
)
_STREET = r"(?:jl|jln|jalan|gang|gg|perum|perumahan|kompleks|komplek|lorong|lrg|br|dusun|dsn)\b\.?"

_NUMBERED = re.compile(
    rf"\b(?i:{_STREET})\s+(?:(?:[A-Z0-9][\w'’.]*|(?i:km|gg|gang|lorong)\.?)[\s,]+){{1,6}}?(?i:{_HOUSE})(?i:{_NEIGHBOURHOOD})"
    rf"|\b(?:jl|jln|gang|gg|perum)\b\.?\s+(?:[\w'.]+\s+){{1,4}}?(?i:{_HOUSE})(?i:{_NEIGHBOURHOOD})"
)
_BARE = re.compile(
    rf"\b(?i:{_STREET})\s+(?:(?!R[TW]\b)[A-Z][\w'’.]*\s+){{0,5}}(?!R[TW]\b)[A-Z][\w'’.]*(?:\s|/){_NUMBER}(?![\d.,]\d){_UNIT}(?i:{_NEIGHBOURHOOD})"
)
_CUED = re.compile(
    r"\b(?i:alamat|rumah|tinggal|domisili|kos|kontrakan)\b(?i:\s+(?:saya|kami|sy|nya|di|ortu))*[\s,:]*"
    rf"((?:(?!RT\b|RW\b|Blok\b|Jl\b|Jalan\b|Desa\b|Kelurahan\b|Kecamatan\b)[A-Z][\w'’]*\s+){{2,6}}{_NUMBER}(?![\d.,]\d){_UNIT})"
)


def find_addresses(text: str) -> Iterator[Span]:
    """Find addresses: a street word, its name and a house number, or a number after "rumah saya di"."""
    for pattern in (_NUMBERED, _BARE, _CUED):
        for match in pattern.finditer(text):
            group = 1 if pattern.groups else 0
            end = match.start(group) + len(match.group(group).rstrip())
            yield Span(match.start(group), end, PiiKind.ADDRESS)
