"""Finder for addresses of homes and shops; a street alone is public, as is a number that says where a lamp stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback_app.nlp.personal.pii import PiiKind, Span

_NUMBER = r"\d{1,4}\s?(?:[A-Za-z]\b)?"
_NO = rf"(?:no|nomor|nomer|nmr|num|number|#)\b[.:]?\s*{_NUMBER}(?:[/\-]\d{{1,4}})?"
_HOUSE = (
    rf"(?:(?:(?:blok|blk)\.?\s+\w{{1,4}}[\s,]*)?{_NO}"
    r"|(?:blok|blk)\.?\s+\w{1,3}\s?[/\-.]\s?\d{1,4}|(?:blok|blk)\.?\s+[A-Za-z]{1,2}\s?\d{1,3})"
)
_HOUSE_CI = rf"(?i:{_HOUSE})"
_NEIGHBOURHOOD = r"(?:[\s,]*rt\.?\s?\d{1,3}(?:[\s,/]*(?:rw\.?\s?)?\d{1,3})?)?"
_UNIT = (
    r"(?!\s?(?:hari|minggu|bulan|bln|tahun|th|thn|meter|m|km|jam|menit|titik|lubang|orang|kali|x|cm"
    r"|rb|ribu|jt|juta|%|warga|kk"
    r"|rumah|unit|tiang|lampu|ekor|ton|kg|desa|dusun|kecamatan|kelurahan)\b)"
)
_STREET = (
    r"(?:jl|jln|jalan|gang|gg|perum|perumahan|perumnas|kompleks|komplek|lorong|lrg|br|dusun|dsn|kp|kampung|ruko|cluster|klaster"
    r"|apartemen|asrama|rusun|rusunawa|lingkungan|link|jorong|banjar|griya|puri|villa|wisma|btn|rss|street)\b\.?"
)
_WORD = r"(?:[A-Z0-9][\w'’.\-]{0,30}|(?i:km|gg|gang|lorong|dan)\.?)"

_NUMBERED = re.compile(
    rf"\b(?i:{_STREET})\s+(?:{_WORD}[\s,]+){{1,6}}?(?i:{_HOUSE})(?i:{_NEIGHBOURHOOD})"
    rf"|\b(?:jl|jln|gang|gg|perum|komplek|kompleks)\b\.?\s+(?:[\w'.]{{1,30}}\s+){{1,4}}?"
    rf"(?i:{_HOUSE})(?i:{_NEIGHBOURHOOD})"
)
_BARE = re.compile(
    rf"\b(?i:{_STREET})\s+(?:(?!R[TW]\b)[A-Z][\w'’.]{{0,30}}\s+){{0,5}}"
    rf"(?!R[TW]\b)[A-Z][\w'’.]{{0,30}}(?:\s|/){_NUMBER}(?![\d.,:]\d)"
    rf"{_UNIT}(?i:{_NEIGHBOURHOOD})"
)
_UNIT_CODE = re.compile(
    r"\b(?i:perum|perumahan|ruko|cluster|klaster|komplek|kompleks|apartemen|griya|villa|rusun"
    r"|rusunawa)\b\.?\s+(?:[A-Z][\w'’.]{0,30}\s+){1,5}"
    r"(?i:blok\s+)?[A-Z]{1,2}\s?[\-/]?\s?\d{1,3}(?:[\-/]\d{1,3})?(?![\w/\-])"
)
_CUED = re.compile(
    r"\b(?i:alamat|rumah|tinggal|domisili|kos|kost|kontrakan|rmh|dikirim ke|antar ke)\b(?i:\s+(?:saya"
    r"|kami|sy|nya|di|ortu|ibu|bapak|ke))*[\s,:]*"
    rf"((?:(?!RT\b|RW\b|Blok\b|Jl\b|Jalan\b|Desa\b|Kelurahan\b"
    rf"|Kecamatan\b)(?:[A-Z][\w'’]{{0,30}}|(?<=\s)(?i:gang|gg|lorong)\b\.?)[\s,]+){{2,6}}(?:{_HOUSE_CI}|(?:[IVXL]{{1,5}}\s?[/\-]\s?)?{_NUMBER})"
    rf"(?![\d.,:]\d){_UNIT})"
)
_CUED_BLOCK = re.compile(
    r"\b(?:alamat|rumah|tinggal|domisili|kos|kost|kontrakan|rmh)(?:nya|\s+(?:saya|kami|sy|di|nya))*[\s,:]+"
    r"((?:blok|blk)\.?\s+[a-z]{1,2}\s?\d{0,3}[\s,/\-]*(?:no\.?|nomor)\s?\d{1,4}[a-z]?)\b",
    re.IGNORECASE,
)
_PATTERNS = (_NUMBERED, _CUED, _BARE, _UNIT_CODE, _CUED_BLOCK)
_HAS_STREET = re.compile(_STREET + r"|alamat|rumah|tinggal|domisili|kos|kontrakan|rmh|ke\s", re.IGNORECASE)

_PRIVATE = (
    r"(?P<private>rumah(?!\s+(?:sakit|makan|ibadah|dinas|potong|singgah|pompa))|rmh"
    r"|alamat(?!\s+(?:kantor|dinas))|tinggal"
    r"|domisili|berdomisili|kos|kost|kontrakan|kediaman|tokonya|saya|kami|sy|aku|gue"
    r"|dikirim|diantar|antar|kirim|sertifikat|tanah|meteran?|pelanggan|a\.?n|atas nama|home|address|live)"
)
_PUBLIC = (
    r"(?P<public>lampu|pju|penerangan|lubang|berlubang|lobang|aspal|sampah|pohon|dahan|ranting|tiang|kabel|got|selokan"
    r"|drainase|gorong-gorong|saluran|parkir|trotoar|jalan rusak|rambu|marka|zebra|halte|portal"
    r"|polisi tidur|pipa|galian|proyek"
    r"|genangan|longsor|jembatan|kantor|dinas|puskesmas|pustu|rsud|sekolah|sdn?|smpn?|sman?|masjid"
    r"|gereja|mushola|pasar|taman"
    r"|terminal|samsat|posyandu|bank|mall?|tps|kontainer|cctv|hidran|pothole|street ?lamp|rubbish|garbage|office)"
)
_BESIDE = r"(?P<beside>(?:belakang|samping|dekat|sebelah|seberang|dkt|blkg|sblh)\s+)?"
_WHAT_IS_THERE = re.compile(rf"\b{_BESIDE}(?:{_PRIVATE}|{_PUBLIC})(?:nya)?\b", re.IGNORECASE)
_AFTERWARDS = re.compile(
    r"\s*,?\s*(?:(?:ada|itu|yang|sdh|sudah|udah|banyak)\s+)*(?:lampu|lubang|berlubang|lobang|gelap"
    r"|pju|pohon|tiang|sampah|rusak"
    r"|tergenang|macet)(?:nya)?\b",
    re.IGNORECASE,
)
_REACH = 60
_CLAUSE_END = re.compile(r"[.!?;\n](?=\s|$)")
_ABBREVIATED = re.compile(r"\b(?:jl|jln|gg|no|kp|rt|rw|dsn|perum)$", re.IGNORECASE)


def _clause_before(text: str, start: int) -> str:
    """Return what stands before in the same sentence, at most 60 characters of it."""
    before = text[max(0, start - _REACH) : start]
    ends = [end.end() for end in _CLAUSE_END.finditer(before) if not _ABBREVIATED.search(before[: end.start()])]
    return before[ends[-1] :] if ends else before


def says_where_something_public_is(text: str, start: int, end: int) -> bool:
    """Tell whether an address only says where a lamp, a hole or an office is; the nearest word before decides.

    Without any such word before it is taken for somebody's, unless what follows is about the street.
    """
    nearest = ""
    for match in _WHAT_IS_THERE.finditer(_clause_before(text, start)):
        if not (nearest and match["beside"]):
            nearest = "private" if match["private"] else "public"
    if nearest:
        return nearest == "public"
    return _AFTERWARDS.match(text, end) is not None


def _seen(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of everything that has the form of an address."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            group = 1 if pattern.groups else 0
            yield match.start(group), match.start(group) + len(match.group(group).rstrip())


def find_addresses(text: str) -> Iterator[Span]:
    """Find addresses: a street word, its name and a house number, or a number after "rumah saya di"."""
    if _HAS_STREET.search(text) is None:
        return
    # The longest first: where two patterns see parts of one address, the whole is kept.
    for start, end in sorted(_seen(text), key=lambda ends: ends[0] - ends[1]):
        if not says_where_something_public_is(text, start, end):
            yield Span(start, end, PiiKind.ADDRESS)
