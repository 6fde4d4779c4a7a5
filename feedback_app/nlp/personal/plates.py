"""Finder for vehicle plates: in capitals by their shape, otherwise only after a word for a vehicle or a plate.

Area letters: Perkap 7/2021 (registration of vehicles), appendix.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback_app.nlp.personal.pii import PiiKind, Span

_AREAS = r"(?:A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNPRSTW]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[ABGSTY]?|R|S|T|W|Z)"
# The letter O or I stands for a figure inside the number only.
_FIGURES = r"(?-i:\d(?:[\dOoIl]{0,2}\d)?)"
_GAP = r"[ .\-]{0,2}"
_PLATE = re.compile(
    rf"(?<![\w.\-/])(?![A-Z]{{1,2}}\d[A-Z])({_AREAS}{_GAP}(?:\d[\dO]{{1,2}}\d{_GAP}[A-Z]{{1,3}}"
    rf"|\d{{1,2}}{_GAP}[A-Z]{{2,3}}))(?![\w\-])"
)
_VEHICLE = (
    r"nopol|(?:ber)?plat|pelat|plat nomor|nomor polisi|no\.? ?pol(?:isi)?|nopolisi|bernomor|bernopol"
    r"|motor|mobil|truk|truck|angkot"
    r"|angkutan|bus|sedan|pick ?up|minibus|avanza|xenia|innova|kijang|fortuner|pajero|vario|beat|nmax|scoopy|supra|revo"
    r"|taksi|ojek|ojol|bentor|bemo|mikrolet|travel|ambulans?|kendaraan|tronton|dump truck|tangki"
    r"|bentor|viar|trail|pikap"
)
_UNITS = (
    r"(?:thn|th|tahun|bln|hr|hari|jam|jm|org|kg|km|cm|mm|kk|rt|rw|rb|jt|ton|kali|kl|x|m|menit"
    r"|mnt|unit|am|pm|wib|wit|lt)"
)
_CUED = re.compile(
    rf"\b(?:{_VEHICLE})(?:nya|ku)?\b[^\d\n]{{0,24}}?\b({_AREAS}{_GAP}{_FIGURES}{_GAP}(?!{_UNITS}\b)[A-Z]{{1,3}})\b",
    re.IGNORECASE,
)
_SPACED = re.compile(
    rf"\b(?i:{_VEHICLE})(?i:nya|ku)?\b[^\d\n]{{0,24}}?\b([A-Z] ?[A-Z]?(?: \d){{2,4}} [A-Z](?: [A-Z]){{1,2}})(?!\w)"
)
_CUED_WITHOUT_ENDING = re.compile(
    rf"\b(?:nopol|(?:ber)?plat|pelat|nomor polisi)(?:nya"
    rf"|ku)?\b[^\d\n]{{0,12}}?\b({_AREAS}{_GAP}\d{{1,4}})(?![\w\-.]|\s?[A-Za-z]{{1,3}}\b)",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    r"\b(?:blok|tiang|gedung|ruang|loket|jurusan|kios|lantai|kelas|tipe|ukuran|seri|los|gang|kamar"
    r"|antrean|antrian|gate|pintu)"
    r"(?:\s+no(?:mor)?\.?)?\s*$",
    re.IGNORECASE,
)
_SIGN_OF_ONE = re.compile(r"\b[A-Za-z]{1,2}[ .\-]{0,2}\d")
_REACH = 20


def find_plates(text: str) -> Iterator[Span]:
    """Find plates; what stands after "blok", "tiang", "loket" and the like is none."""
    if _SIGN_OF_ONE.search(text) is None:
        return
    for pattern in (_PLATE, _CUED, _SPACED, _CUED_WITHOUT_ENDING):
        for match in pattern.finditer(text):
            if not _PLACE_BEFORE.search(text, max(0, match.start(1) - _REACH), match.start(1)):
                yield Span(match.start(1), match.end(1), PiiKind.PLATE)
