"""Which password an account may have. One rule for the terminal, an invitation, a recovery and a change.

ASVS 5.0, V6.2, and NIST SP 800-63B-4, 3.1.1: long enough, of any characters, never asked to change by a calendar, and
not among what is tried first. What is tried first is known by zxcvbn, from its lists of leaked passwords, names and
words; it is told the words that lie near: of the owner and agency, of this platform, and what Indonesians use. Where it
counts too much, for two everyday words with a year behind them, `password_shape` looks once more.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from zxcvbn import zxcvbn

from feedback_app.errors import InvalidInputError
from feedback_app.identity.password_shape import is_bare

# ASVS 6.2.1 asks for 8 and advises 15; NIST asks for 15 where a password stands alone, 8 beside a second factor.
PASSWORD_MIN: Final = 12
# ASVS 6.2.9 asks that at least 64 be taken. Every one of them counts: nothing is cut off before hashing.
PASSWORD_MAX: Final = 128
# Of zxcvbn's 0 to 4: a hundred million guesses (10^8) or more.
SCORE_MIN: Final = 3
# Its time grows with the length, for some texts without measure (dwolfhub/zxcvbn-python, issue 70): 5 s for 128
# characters made for it, so it reads a piece at the beginning and, where that is weak, one at the end.
READ_AT_ONCE: Final = 20
# What must be left of a password when the owner's name, address, agency and unit are taken out of it.
REST_MIN: Final = 8
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_PLATFORM: Final = ("suaralayanan", "administrator", "operator", "layanan", "petugas", "suara", "admin")
# What is in many passwords here and in no list of zxcvbn's.
_NEAR: Final = (*_PLATFORM, *(Path(__file__).parent / "password_words.txt").read_text(encoding="utf-8").split())
# zxcvbn keeps the given words in a dictionary of its module: two threads at once would read each other's.
_ONE_AT_A_TIME: Final = threading.Lock()
WEAK_SENTENCES = {
    "repeat": "Kata sandi ini mudah ditebak karena mengulang huruf atau kata yang sama.",
    "sequence": "Kata sandi ini mudah ditebak karena berisi urutan seperti 12345 atau abcde.",
    "spatial": "Kata sandi ini mudah ditebak karena mengikuti letak tombol, seperti qwerty.",
    "date": "Kata sandi ini mudah ditebak karena sebagian besar berisi tanggal atau tahun.",
    "user_inputs": "Kata sandi ini mudah ditebak karena berisi nama, surel, instansi, atau kata yang sangat umum.",
    "passwords": "Kata sandi ini ada di daftar kata sandi yang sering dipakai dan dicoba paling dahulu.",
    "bare": "Kata sandi ini hanya satu atau dua kata yang umum dengan sedikit angka atau tanda. Tambahkan dua kata "
    "lain yang tidak berhubungan.",
    "common": "Kata sandi ini mudah ditebak karena berisi kata-kata yang umum.",
}


class WeakPasswordError(InvalidInputError):
    """The password is too short, too long, or among what is tried first."""

    code = "weak_password"


def normalised(password: str) -> str:
    """Return a password in the form in which it is hashed and compared (NFKD, as the sign-in form does)."""
    return unicodedata.normalize("NFKD", password)


def check_password(password: str, near: Iterable[str] = ()) -> None:
    """Refuse a password that would be guessed; the sentence says why (what to do instead stands beside the field).

    Parameters
    ----------
    near
        What somebody who knows the owner tries: address, name, agency, unit. Taken whole and word by word.

    Raises
    ------
    WeakPasswordError
    """
    if len(password) < PASSWORD_MIN:
        raise WeakPasswordError(f"Kata sandi terlalu pendek: pakai paling sedikit {PASSWORD_MIN} huruf atau angka.")
    if len(password) > PASSWORD_MAX:
        raise WeakPasswordError(f"Kata sandi terlalu panjang: pakai paling banyak {PASSWORD_MAX} huruf atau angka.")
    owned = near_words(near)
    if len(_rest(password, owned)) < REST_MIN:
        raise WeakPasswordError(WEAK_SENTENCES["user_inputs"])
    once = _without_repetition(password)
    if len(once) < PASSWORD_MIN:
        raise WeakPasswordError(WEAK_SENTENCES["repeat"])
    words = [*owned, *_NEAR]
    cause = _weakness(once[:READ_AT_ONCE], words)
    if cause is not None and len(once) > READ_AT_ONCE:
        cause = _weakness(once[-READ_AT_ONCE:], words) and cause
    if cause is None and is_bare(once):
        cause = WEAK_SENTENCES["bare"]
    if cause is not None:
        raise WeakPasswordError(cause)


def near_words(near: Iterable[str]) -> list[str]:
    """Return what is near an owner, whole and in words of three letters or more, without repetition.

    >>> near_words(["Maria Ndun", "maria.n@kupang.go.id"])
    ['maria ndun', 'maria', 'ndun', 'maria.n@kupang.go.id', 'kupang']
    """
    found: dict[str, None] = {}
    for text in near:
        whole = text.casefold().strip()
        if whole:
            found.update(dict.fromkeys((whole, *_WORD.findall(whole))))
    return list(found)


def _rest(password: str, owned: list[str]) -> str:
    """Return a password without what lies near its owner; zxcvbn values a name and a year together too highly."""
    rest = password.casefold()
    for word in sorted({*owned, *_PLATFORM}, key=len, reverse=True):
        if len(word) >= 4:
            rest = rest.replace(word, "")
    return rest


def _without_repetition(password: str) -> str:
    """Return what a password repeats from its beginning to its end, the password itself where it repeats nothing.

    >>> _without_repetition("abcabcab"), _without_repetition("abcabd")
    ('abc', 'abcabd')
    """
    for length in range(1, len(password) // 2 + 1):
        if password[length:] == password[:-length]:
            return password[:length]
    return password


def _weakness(piece: str, words: list[str]) -> str | None:
    """Return the sentence about a piece that is guessed soon; None for a good one."""
    with _ONE_AT_A_TIME:
        read: dict[str, Any] = zxcvbn(piece, user_inputs=words, max_length=PASSWORD_MAX)
    parts: list[dict[str, Any]] = [part for part in read["sequence"] if part["pattern"] != "bruteforce"]
    is_one_entry = len(read["sequence"]) == 1 and read["sequence"][0]["pattern"] == "dictionary"
    if read["score"] >= SCORE_MIN and not is_one_entry:
        return None
    if not parts:
        return WEAK_SENTENCES["common"]
    longest = max(parts, key=lambda part: len(part["token"]))
    kind = longest.get("dictionary_name") or longest["pattern"]
    return WEAK_SENTENCES.get(kind, WEAK_SENTENCES["common"])
