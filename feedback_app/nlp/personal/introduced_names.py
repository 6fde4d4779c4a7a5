"""Finder for names that a message itself introduces: "nama saya …", "a.n. …", "bernama …", "saya … dari …".

Many Indonesians have a single name and no list holds them all. After such words any word is taken for a name that is
not known to be something else, in capitals or small letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from feedback_app.nlp.personal.name_words import can_be_name, is_known, may_be_named
from feedback_app.nlp.personal.pii import PiiKind, Span

_SELF = r"(?:saya|sayo|sya|sy|aku|gue|gua|gw|kami|kulo|kula|abdi|beta|awak|sa)"
_RELATIVE = (
    r"(?:anak|putr[ai]|istri|isteri|suami|ibu(?: kandung)?|bapak|ayah|mama|orang ?tua|ortu|adik|adek|kakak|kakek|nenek"
    r"|cucu|keponakan|mertua|menantu|paman|tante|bayi)"
)
_ROLE = (
    r"(?:pelapor|pemohon|pasien|siswa|petugas|pemilik|pengirim|penerima|peserta|pelaku|oknum|pegawai|korban|terlapor"
    r"|ybs)"
)
_KIN = rf"{_RELATIVE}(?:nya|ku| {_SELF})?(?: (?:pertama|kedua|ketiga|sulung|bungsu))?"
_ROLED = rf"{_ROLE}(?:nya)?"
_COLON = r"\s*[:=]\s*"
_SAYS = rf"(?:{_COLON}|\s*,?\s+(?:adalah|ialah|yaitu|yakni|itu)\s+|\s+)"
_TITLE = r"(?:(?:bapak|bpk|pak|ibu|bu|sdri?|saudar[ai]|alm(?:arhum(?:ah)?)?|hj?|mas|mbak|kak)\b\.?\s+)?"
_PAPER = (
    r"(?:e?-?ktp|kk|kia|kis|akt[ae]|surat|sertifikat|sertipikat|rek(?:ening)?|bpjs|berkas|permohonan|paspor|sim|stnk)"
)
_BEHALF = rf"(?:atas\s+nam[ao]\b|\ba\.\s?n\.?|\ba/n\b|\ban\.|\b{_PAPER}\s+an\b)(?:{_COLON}|,?\s+|(?<=\.))"

_NAMED = (
    rf"\bnam[ao]\s+(?:lengkap|asli|panggilan)(?:\s+(?:{_SELF}|{_KIN}|{_ROLED}))?{_SAYS}"
    rf"|\bnam[ao]\s+(?:{_SELF}|{_KIN}){_SAYS}"
    rf"|\bnam[ao](?:\s+{_ROLED}|ku|nya)?{_COLON}"
    r"|\bnamaku\s+|\bmy\s+name\s+is\s+"
    rf"|\bperkenalkan,?\s+(?:nam[ao]\s+)?{_SELF}{_SAYS}"
)
_ANY_CASE = re.compile(
    rf"(?<!\[)(?:{_NAMED}|{_BEHALF}(?:(?:{_SELF}|{_KIN}|{_ROLED})(?:{_COLON}|,?\s+))?){_TITLE}", re.IGNORECASE
)
_CAPITALS_ONLY = re.compile(
    rf"(?<!\byang )(?<!\byg )(?<!\bapa )\b(?:nam[ao](?:nya|\s+{_ROLED}){_SAYS}){_TITLE}", re.IGNORECASE
)
THING = (
    r"(?:aplikasi|program|fitur|jalan|desa|kampung|dusun|kota|pulau|sungai|pasar|grup|akun|toko|pt|cv|perusahaan|situs"
    r"|layanan|kegiatan|lembaga|yayasan|sekolah|rumah sakit|penyakit|obat|bantuan|menu|file|web|website|anjing|kucing"
    r"|restoran|kafe|warung|rumah makan|hotel|masakan|minuman)"
)
_OF_PEOPLE = "".join(
    rf"(?<!{role} )" for role in ("perangkat", "aparat", "kepala", "petugas", "pegawai", "warga", "anggota", "oknum")
)
_CALLED = re.compile(
    rf"(?:({_OF_PEOPLE}\b{THING}(?:nya)?)\s+(?:\w+\s+)?)?\bbernama(?:{_COLON}|\s+){_TITLE}", re.IGNORECASE
)

_WRITTEN_AS = re.compile(
    rf"(?i:\bnam[ao](?:nya)?\s+(?!{THING}\b|usaha\b|jalan\b|kelompok\b)[^.;?!\n]{{0,40}}?\b(?:ter(?:tulis|cantum|tera|cetak|ketik"
    rf"|baca|daftar|ekam)|ditulis|tercatat|seharusnya|harusnya)(?:\s+sebagai)?(?:{_COLON}|\s+))[\"'“]?(?=[A-Z])"
)
_PLAIN_BEHALF = re.compile(r"\b(?:[Aa]tas nam[ao]|a\.? ?n\b|a/n)")
_ON_BEHALF = re.compile(r"\ba(?:\.\s?n|/n|n[.\s])")
_I_AM = re.compile(r"\b(?:saya|sy|aku)\s*,?\s+", re.IGNORECASE)
_AFTER_SELF = re.compile(r"\s+(?P<from>warga\b|dari\b|asal\b|umur\b|usia\b|tinggal\b)|\s*(?:,|\(\d)", re.IGNORECASE)
BELIEFS = frozenset({"muslim", "muslimah", "islam", "kristen", "katolik", "hindu", "buddha", "yatim"})

_THREE_LETTERS = re.compile(r"[ :][A-Za-z][ .\-][A-Za-z][ .\-][A-Za-z]\b")
_SPACED_LETTERS = re.compile(
    r"\b(?:pak|bapak|bpk|bu|ibu|mas|mbak|sdri?|bernama|nam[ao](?: saya| sy|nya)?|atas nam[ao]|a\.?n)\.?[ :]+"
    r"([a-z](?:[ .\-][a-z]){3,24})(?![\w@])",
    re.IGNORECASE,
)

_NEXT_WORD = re.compile(r"(?:[A-Z]\.|[A-Za-z]+(?:['’][A-Za-z]+)*(?![\w@/]))")
_CONNECTOR = re.compile(r" (?:bin|binti|bte|van|de|al)(?= [A-Za-z])", re.IGNORECASE)
_PARTICLE = re.compile(
    r"(?:[lw]a(?= ode )|ode|ni(?= (?:luh|made|wayan|nyoman|ketut|putu|kadek|komang|gusti)))\b", re.IGNORECASE
)
_CAPITAL_PAIR = re.compile(r"([A-Z][a-z]{2,}) ([A-Z][a-z]{2,})(?![\w@])")
_CAPITAL_PAIR_ENDS = re.compile(r"(?<!\w)([A-Z][a-z]{2,}) ([A-Z][a-z]{2,})$")
_MOST_WORDS = 4


def _is_shouted(cue: str) -> bool:
    return cue.isupper() and len(cue) > len("a.n. ")


def _is_capital_pair(text: str, word: re.Match[str]) -> bool:
    """Tell whether an everyday word is a name by its capital and that of the next: "a.n. Rambu Ana" (a sign, if small).

    Neither word may be one of offices, institutions or other holders of papers.
    """
    pair = _CAPITAL_PAIR.match(text, word.start()) or _CAPITAL_PAIR_ENDS.search(
        text, max(0, word.start() - 32), word.end()
    )
    return pair is not None and all(may_be_named(one) for one in pair.groups())


def _words_of_name(text: str, start: int, *, shouted: bool, behalf: bool = False) -> list[re.Match[str]]:
    """Return the one to four words from `start` on that make a name."""
    words: list[re.Match[str]] = []
    position = start
    while len(words) < _MOST_WORDS and (word := _NEXT_WORD.match(text, position)) is not None:
        written = word.group()
        small = written.islower() or shouted
        initial = written.endswith(".")
        if small and words and not shouted and not words[0].group().islower():
            break
        particle = _PARTICLE.match(text, position)
        if not (
            particle or initial or can_be_name(written, caseless=small) or (behalf and _is_capital_pair(text, word))
        ):
            break
        words.append(word)
        connector = _CONNECTOR.match(text, word.end())
        position = connector.end() if connector else word.end()
        if text[position : position + 1] != " ":
            break
        position += 1
    while words and words[-1].group().endswith("."):
        words.pop()
    return words


def _after(text: str, cue: re.Match[str], *, capitals_only: bool) -> Iterator[Span]:
    behalf = _PLAIN_BEHALF.search(cue.group()) is not None
    words = _words_of_name(text, cue.end(), shouted=_is_shouted(cue.group()), behalf=behalf)
    if words and not (capitals_only and words[0].group().islower()):
        yield Span(words[0].start(), words[-1].end(), PiiKind.NAME)


def _after_self(text: str, cue: re.Match[str]) -> Iterator[Span]:
    """Find the name in "saya Yohanis dari …", "saya Yohanis, …", which must look like a name or be known for one."""
    shouted = cue.group().isupper()
    words = _words_of_name(text, cue.end(), shouted=shouted)
    follows = _AFTER_SELF.match(text, words[-1].end()) if words else None
    if follows is None or words[0].group().lower() in BELIEFS:
        return
    first = words[0].group()
    titled = not shouted and first[0].isupper() and not first.isupper()
    citizen = (follows.group("from") or "").lower() == "warga"
    if titled or citizen or is_known(first):
        yield Span(words[0].start(), words[-1].end(), PiiKind.NAME)


def find_introduced_names(text: str) -> Iterator[Span]:
    """Find names after words that introduce one, also single names and names no list holds."""
    lowered = text.lower()
    # Most messages hold none of these, and looking for them first makes redaction twice as fast.
    named = "nam" in lowered
    if named or "perkenalkan" in lowered or _ON_BEHALF.search(lowered):
        for cue in _ANY_CASE.finditer(text):
            yield from _after(text, cue, capitals_only=False)
    if named:
        for cue in _CAPITALS_ONLY.finditer(text):
            yield from _after(text, cue, capitals_only=True)
        for cue in _WRITTEN_AS.finditer(text):
            yield from _after(text, cue, capitals_only=True)
        for cue in _CALLED.finditer(text):
            if cue.group(1) is None:
                yield from _after(text, cue, capitals_only=False)
    for cue in _I_AM.finditer(text):
        yield from _after_self(text, cue)
    if _THREE_LETTERS.search(text):
        for cue in _SPACED_LETTERS.finditer(text):
            yield Span(*cue.span(1), PiiKind.NAME)
