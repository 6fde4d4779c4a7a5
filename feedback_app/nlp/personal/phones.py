"""Finders for phone numbers, in figures, with letters for figures, and spelled out in words.

Plain spellings are checked against the numbering plan of libphonenumber; what it cannot read has rules of its own.
Short codes and free-call numbers are public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import phonenumbers

from feedback_app.nlp.personal.matters import is_number_of_a_matter
from feedback_app.nlp.personal.pii import PiiKind, Span

SEPARATOR: Final = r"[ .\-()/\u00a0\u200b]{0,3}"
DIGIT: Final = r"(?:\d|[OoIl](?=[.\-]?[\dOo])|(?<=[\dOo])[OoIl](?![a-z]))"
"""A figure, or beside one a letter that looks like it."""

_REGION = "ID"
_NOT_PERSONAL = re.compile(r"0?80[0479]|(?:0\d{2,3}|\+62\d{2,3})?1(?:500|40)\d{2,3}$")
_REMEMBERED = 4096

# A mobile number begins 08, 628 or +628; a second digit of 0 or 4 is not assigned. Eight to eleven digits follow the
# leading 8, with any of the separators people type, and the letter O where they mean zero.
_MOBILE = re.compile(
    rf"(?<![\w.])(?:(?:https?://)?(?:wa\.me|api\.whatsapp\.com/send\?phone=)/?)?"
    rf"(\(?(?:\+?6{SEPARATOR}2{SEPARATOR}\(?0?\)?|[0Oo]){SEPARATOR}8{SEPARATOR}[1-35-9]"
    rf"(?:{SEPARATOR}{DIGIT}){{7,10}})(?![\dA-Za-z])"
)
_AREA_CODE = r"(?:2[124]|31|61|2[35-9]\d|3[2-8]\d|4\d\d|5[1-6]\d|6[2-5]\d|7[1-7]\d|9\d\d)"
_FIXED_LINE = re.compile(
    r"(?<![\w.\-])(?<!\d{4} )"
    rf"((?:\(0{_AREA_CODE}\)\s?|0{_AREA_CODE}[ \-/.]|\+62[ \-]?\(?{_AREA_CODE}\)?[ \-])\d{{3,4}}[ \-.]?"
    r"\d{3,4})(?![\d\-]|\.\d)"
)
_CUED_PHONE = re.compile(
    rf"\b(?:wa|whatsapp|hp|hape|handphone|ponsel|telp?|tlp|telepon|tlpn|telfon|hub(?:ungi)?|kontak|call|chat|sms|phone)"
    rf"(?:nya|ku)?\b[^\d\n]{{0,16}}?(0{_AREA_CODE}\d{{5,8}}|8{SEPARATOR}[1-35-9](?:{SEPARATOR}\d){{7,10}})(?![\d\w])",
    re.IGNORECASE,
)
_FOREIGN = re.compile(r"(?<![\w+])\+(?!62)\d(?:[ \-()]{0,2}\d){7,13}(?!\d)")
SPELLED_DIGIT: Final = (
    r"(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan|zero|one|two|three|four|five|six|seven"
    rf"|eight|nine|{DIGIT})"
)
"""A figure or the word for it."""
BETWEEN: Final = r"[ ,.\-/]{0,3}"
_SPELLED = re.compile(
    rf"(?<!\w)(?:(?:plus\s?|\+)?(?:enam|six|6){BETWEEN}(?:dua|two|2)|nol|kosong|zero|[0Oo]){BETWEEN}"
    rf"(?:delapan|lapan|eight|8)(?:{BETWEEN}{SPELLED_DIGIT}){{7,11}}(?!\w)",
    re.IGNORECASE,
)
SPELLED_WORD: Final = re.compile(
    rf"\b(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan|eight|seven){BETWEEN}{SPELLED_DIGIT}",
    re.IGNORECASE,
)
"""A figure's word with another figure after it: without it nothing is spelled out."""
_DATE_LIKE = re.compile(r"\d{1,2}[.\-/]\d{1,2}[.\-/](?:19|20)\d{2}\b")
_GROUP_BEFORE = re.compile(r"(?<!\d)\d{4}[ \-]$")
_GROUP_AFTER = re.compile(r"[ \-]\d{4}(?!\d)")
_IN_FOURS = re.compile(r"\d{4}[ \-]\d{4}[ \-]\d{4}")


@lru_cache(maxsize=_REMEMBERED)
def _is_assigned(digits: str) -> bool:
    """Tell whether a number of figures alone can be dialled in Indonesia and is no free call or short code."""
    if _NOT_PERSONAL.match(digits):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, _REGION))
    except phonenumbers.NumberParseException:
        return False


def _is_part_of_a_longer_number(text: str, match: re.Match[str]) -> bool:
    """Tell whether a number in groups of four goes on with more such groups: "2024 0812 3456 7890"."""
    if _IN_FOURS.fullmatch(match.group(1)) is None:
        return False
    before = _GROUP_BEFORE.search(text, max(0, match.start(1) - 6), match.start(1))
    return before is not None or _GROUP_AFTER.match(text, match.end(1)) is not None


def _is_somethings(text: str, match: re.Match[str]) -> bool:
    return is_number_of_a_matter(text, match.start(1)) or _is_part_of_a_longer_number(text, match)


def find_mobiles(text: str) -> Iterator[Span]:
    """Find mobile numbers, with 0, 62 or +62 before them, in the spellings people use."""
    for match in _MOBILE.finditer(text):
        if not _DATE_LIKE.match(text, match.start(1)) and not _is_somethings(text, match):
            opened_only = match.group(1)[0] == "(" and ")" not in match.group(1)
            yield Span(match.start(1) + opened_only, match.end(1), PiiKind.PHONE)


def find_spelled_phones(text: str) -> Iterator[Span]:
    """Find mobile numbers of which some figures are spelled out: "kosong delapan satu dua …"."""
    for match in _SPELLED.finditer(text):
        yield Span(match.start(), match.end(), PiiKind.PHONE)


def find_other_phones(text: str) -> Iterator[Span]:
    """Find fixed lines, foreign numbers, and numbers that only a word like "WA" gives away."""
    for match in _FIXED_LINE.finditer(text):
        if _is_assigned(re.sub(r"[^\d+]", "", match.group(1))):
            yield Span(match.start(1), match.end(1), PiiKind.PHONE)
    for match in _CUED_PHONE.finditer(text):
        digits = re.sub(r"\D", "", match.group(1))
        if _is_assigned(digits if digits[0] == "0" else "0" + digits):
            yield Span(match.start(1), match.end(1), PiiKind.PHONE)
    for match in _FOREIGN.finditer(text):
        yield Span(match.start(), match.end(), PiiKind.PHONE)
