"""Tracking codes and visit tokens: how they are made, read back after typing, and hashed.

A tracking code is 11 random characters (55 bits) and one check character, in Crockford's base 32 (no I, L, O,
U), shown as `XXXX-XXXX-XXXX`. The check is a linear code over GF(32): the twelve characters are elements of
that field and their sum, each times a power of the field's generator, is zero. The weights differ from each
other and from zero, so every wrong character and every swap of two characters, neighbours or not, is caught.
Crockford's own check (modulo 37) needs `*~$=U`, which are hard to type and to read out; a weighted sum modulo
32 misses errors, because 32 is not prime.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from feedback_app.errors import InvalidInputError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 12
GROUP: Final = 4
VISIT_TOKEN_LENGTH: Final = 26
WALL_CODE_LENGTH: Final = 10
KEY_BYTES_MIN: Final = 16

_VALUES: Final = {char: value for value, char in enumerate(ALPHABET)}
_MISREAD: Final = str.maketrans("OIL", "011")
_DASHES: Final = "-\u2010\u2011\u2012\u2013\u2014\u2212_"
_RAW_MAX: Final = 100


class InvalidCodeError(InvalidInputError):
    """What was typed cannot be a tracking code: a typing error, not an unknown code."""

    code = "invalid_tracking_code"


class InvalidVisitTokenError(InvalidInputError):
    """What was sent does not have the form of a visit token."""

    code = "invalid_visit_token"


def new_code(random_bytes: Callable[[int], bytes]) -> str:
    """Return a new tracking code, grouped for people; `random_bytes(n)` must give n unpredictable bytes."""
    number = int.from_bytes(random_bytes(7), "big") >> 1
    return _grouped(_with_check(_base32(number, CODE_LENGTH - 1)))


def derived_code(mark: str, key: bytes) -> str:
    """Return the tracking code that belongs to a mark, the same each time; without the key nobody can tell it."""
    digest = hmac.new(key, mark.encode(), hashlib.sha256).digest()
    return new_code(lambda length: digest[:length])


def normalise_code(raw: str) -> str:
    """Return a typed tracking code in its one form, `XXXX-XXXX-XXXX`.

    Lower case, spaces and dashes are forgiven; O is read as 0, I and L as 1. The message never repeats the
    code.

    Raises
    ------
    InvalidCodeError
        Wrong length, a character no code has, or a check character that does not fit.

    >>> normalise_code("oool ooo1 ooox")
    '0001-0001-000X'
    """
    text = _canonical(raw)
    if len(text) != CODE_LENGTH:
        raise InvalidCodeError(
            f"Kode pelacakan terdiri atas {CODE_LENGTH} huruf dan angka; yang ditulis {len(text)}. "
            "Salin kembali kode dari tanda terima."
        )
    if not _VALUES.keys() >= set(text):
        raise InvalidCodeError(
            "Kode pelacakan hanya memuat angka dan huruf tanpa U. Periksa kembali kode pada tanda terima."
        )
    if _syndrome(text) != 0:
        raise InvalidCodeError(
            "Kode ini salah ketik: ada huruf atau angka yang keliru atau tertukar. "
            "Periksa kembali kode pada tanda terima."
        )
    return _grouped(text)


def code_hash(code: str, key: bytes) -> bytes:
    """Return the 32 bytes (HMAC-SHA256) under which a tracking code is stored.

    All spellings that `normalise_code` forgives give the same hash. Raises InvalidCodeError for what is no
    code and ValueError for a key shorter than 16 bytes.
    """
    return _keyed_hash("tracking-code", normalise_code(code), key)


def new_visit_token(random_bytes: Callable[[int], bytes]) -> str:
    """Return a new visit token: 128 bits as 26 characters, fit for a URL and a QR code's short alphabet."""
    return _base32(int.from_bytes(random_bytes(16), "big"), VISIT_TOKEN_LENGTH)


def visit_token_hash(token: str, key: bytes) -> bytes:
    """Return the 32 bytes (HMAC-SHA256) under which a visit token is stored.

    The same spellings are forgiven as in a tracking code. Raises InvalidVisitTokenError for what has not the
    form of a token (its sentence says no more than that for an unknown one should) and ValueError for a short
    key.
    """
    text = _canonical(token)
    if len(text) != VISIT_TOKEN_LENGTH or not _VALUES.keys() >= set(text):
        raise InvalidVisitTokenError("Kode kunjungan ini tidak dikenal. Pindai kembali kode pada struk layanan Anda.")
    return _keyed_hash("visit-token", text, key)


def new_wall_code(random_bytes: Callable[[int], bytes]) -> str:
    """Return a new code for a wall: 50 bits as 10 characters; it hangs in public, so it need not be hashed."""
    return _base32(int.from_bytes(random_bytes(7), "big") >> 6, WALL_CODE_LENGTH)


def wall_code_form(raw: str) -> str | None:
    """Return a wall code in its one form, or None for what has not the form of one.

    The same spellings are forgiven as in a tracking code, and a whole address that ends in the code is read.

    >>> wall_code_form("https://contoh.go.id/q/oi234-56789")
    '0123456789'
    """
    text = _canonical(raw.strip().rstrip("/").rpartition("/")[2])
    return text if len(text) == WALL_CODE_LENGTH and _VALUES.keys() >= set(text) else None


def _canonical(raw: str) -> str:
    # Cut first: nobody types more, and what follows should cost little for whatever is sent.
    kept = (char for char in raw[:_RAW_MAX] if not char.isspace() and char not in _DASHES)
    return "".join(kept).upper().translate(_MISREAD)


def _grouped(text: str) -> str:
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def _base32(number: int, length: int) -> str:
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(length)))


def _keyed_hash(purpose: str, text: str, key: bytes) -> bytes:
    if len(key) < KEY_BYTES_MIN:
        raise ValueError(f"the key needs at least {KEY_BYTES_MIN} bytes")
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).digest()


def _times_generator(value: int) -> int:
    # GF(32) = GF(2)[x] / (x^5 + x^2 + 1); the polynomial is primitive, so x runs through all 31 non-zero
    # elements.
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _syndrome(text: str) -> int:
    total = 0
    for char in text:  # Horner: the last character has weight 1, each earlier one a further power of x
        total = _times_generator(total) ^ _VALUES[char]
    return total


def _with_check(text: str) -> str:
    return text + ALPHABET[_times_generator(_syndrome(text))]
