"""What identifies or opens something is taken out of every line before it is logged.

A log is copied, mailed and kept longer than anything else. No line of ours is meant to hold a code, a key, an address
or a number of a person; this is the second wall, for what comes in by an exception's words, a path or a library. It
knows forms, not meaning: the words of a report are kept out by the code that never logs them, and by cutting off what a
database repeats of a row (`DETAIL:` and `CONTEXT:`).

It stands in the factory of log records, before any handler: a handler that a library adds later cannot go past it.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

_NAMES_OF_SECRETS: Final = (
    r"[\w.-]{0,40}(?:passw(?:or)?d|kata[_-]?sandi|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|vault[_-]?keys?"
    r"|session|cookie|csrf|otp|recovery[_-]?codes?|tracking[_-]?code|kode[_-]?pelacakan)[\w-]{0,40}"
)
# Within one line: what follows a colon at its end is not its value.
_IS: Final = r"(['\"]?[ \t]{0,9}[:=][ \t]{0,9})"
# Letters and digits of codes as people type them: all but U.
_TYPED: Final = "[0-9A-TV-Z]"
_DASH: Final = "[-_\u2010-\u2014\u2212]"
# A line of a log that is longer was not written by us; the rest of it would only cost time.
_HEAD: Final = 12_000
_TAIL: Final = 4_000

# What begins no entry of its own. Every further line of an entry carries it, so that words from outside cannot pass
# for an entry, however they break lines (ASVS 5.0, 16.4.1; CWE-117).
MARGIN: Final = "  | "
_BREAKS: Final = re.compile(r"\r\n?|\n")
# Signs that move the cursor, begin a line in some viewer, or turn the direction of writing.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

# In this order: what is larger, or holds others within it, first.
_FORMS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, flags), put)
    for pattern, put, flags in (
        # What PostgreSQL repeats of the row that it refuses: words of citizens, addresses, anything.
        (r"(^\s*|\\n)(DETAIL|CONTEXT|QUERY|STATEMENT|LINE \d+):[^\n]*", r"\1\2: [removed]", re.MULTILINE),
        (r"(invalid input (?:syntax|value) for [^:\n]{0,80}: ).*", r"\1[removed]", 0),
        (r"\[(SQL|parameters): [^\n]*", r"[\1: removed]", 0),
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", "[key]", re.DOTALL),
        (r"AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+", "[key]", re.IGNORECASE),
        (r"\$argon2\w*\$[^\s'\"]+", "[hash]", 0),
        (r"\bgAAAA[\w-]{20,}={0,2}", "[sealed]", 0),
        (rf"(?i)\b((?:proxy-)?authorization|set-cookie|cookie|x-[\w-]{{0,40}}(?:key|token|signature)){_IS}[^\r\n]+",
         r"\1\2[removed]", 0),
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}", r"\1 [removed]", 0),
        # The password, and the name beside it, in an address of a server.
        (r"\b([a-z][a-z0-9+.-]{0,30}://)[^\s/'\"]{0,500}@", r"\1[removed]@", re.IGNORECASE),
        (r"([?&;][\w.\[\]%-]{1,60}=)(?!\[removed)[^&;\s'\"<>)\]]+", r"\1[removed]", 0),
        (rf"\b({_NAMES_OF_SECRETS}){_IS}(?:b?'[^']*'|b?\"[^\"]*\"|(?!\[removed)[^\s,;)}}\]]+)",
         r"\1\2[removed]", re.IGNORECASE),
        # Signed by itsdangerous: cookies of sessions, tokens of forms and links.
        (r"(?<![\w-])\.?[\w-]{2,2000}\.[\w-]{5,8}\.(?=[\w-]{0,60}[A-Z])[\w-]{27,}", "[signed]", 0),
        # Before long words of any kind, or the part before the @ would be one.
        (r"[\w.!#$%&*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", "[email]", 0),
        (r"[\w.+-]{1,64}%40[\w-]{1,63}(?:\.[\w-]{1,63})+", "[email]", re.IGNORECASE),
        # NIP (18 digits), NIK (16), also as they are written in groups.
        (r"(?<![\w.-])\d{8}[ .]?\d{6}[ .]?\d[ .]?\d{3}(?![\w-])", "[nip]", 0),
        (r"(?<![\w.-])\d{4}(?:[ .-]?\d{4}){3}(?![\w-])", "[nik]", 0),
        (r"(?<!\d)\d{6}[ .-]\d{6}[ .-]\d{4}(?!\d)", "[nik]", 0),
        (r"(?<![\w.])(?:\+?62|%2[bB]62|0)[ .-]?\(?8\d{1,3}\)?(?:[ .-]?\d{2,5}){2,4}(?!\d)", "[phone]", 0),
        (r"(?<![\w.])(?:\+62|\(?0)[ .-]?[2-9]\d{1,2}\)?[ .-]\d{3,4}[ .-]?\d{3,5}(?!\d)", "[phone]", 0),
        # Not within a UUID or the name of a model; I, L and O are read as 1 and 0 when they are typed.
        (rf"(?<![\w-]){_TYPED}{{4}}{_DASH}{_TYPED}{{4}}{_DASH}{_TYPED}{{4}}(?![\w-])", "[code]", re.IGNORECASE),
        # With blanks, and without dashes, only with digits among the letters: else these are words.
        (rf"(?<![\w-])(?=[A-Z ]{{0,13}}\d){_TYPED}{{4}} {_TYPED}{{4}} {_TYPED}{{4}}(?![\w-])", "[code]", re.IGNORECASE),
        (rf"(?<![\w-])(?=[A-Z]*\d)(?=\d*[A-Z]){_TYPED}{{12}}(?![\w-])", "[code]", re.IGNORECASE),
        (rf"(?<![\w-])(?=[A-Z]*\d)(?=\d*[A-Z]){_TYPED}{{26}}(?![\w-])", "[token]", re.IGNORECASE),
        # Addresses that are themselves the key to what they open.
        (r"(/(?:k|berhenti|undangan|tautan|pulihkan|pemulihan|atur-ulang|sandi)/)[^/\s?'\"<>]{16,}", r"\1[token]", 0),
        # Long, of small and capital letters and digits: a key or a token, whosever it is.
        (r"(?<![\w/+-])(?=[\w/+-]*[a-z])(?=[\w/+-]*[A-Z])(?=[\w/+-]*\d)[\w+-]{32,}={0,2}", "[secret]", 0),
    )
)  # fmt: skip


def scrub(text: str) -> str:
    """Return the text without codes, tokens, keys, addresses and numbers of persons, each replaced by its kind.

    >>> scrub("Laporan 0001-0001-000X dari maria@contoh.id, 0812-3456-7890")
    'Laporan [code] dari [email], [phone]'
    """
    if len(text) > _HEAD + _TAIL:
        left_out = len(text) - _HEAD - _TAIL
        text = f"{text[:_HEAD]}\n[{left_out} characters left out]\n{text[-_TAIL:]}"
    for form, put in _FORMS:
        text = form.sub(put, text)
    return text


def within_entry(text: str) -> str:
    """Return the text with each line after the first set in, and with its other control signs written out.

    >>> print(within_entry("gagal\\n2026-01-01T00:00:00Z INFO x: semua baik\\x1b[2J"))
    gagal
      | 2026-01-01T00:00:00Z INFO x: semua baik\\x1b[2J
    """
    lines = _BREAKS.sub("\n" + MARGIN, text.rstrip("\r\n"))
    return _CONTROLS.sub(lambda sign: sign[0].encode("unicode_escape").decode(), lines)


def scrubbed_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """Return an exception with its trace, as Python prints it, scrubbed, its lines set in."""
    return within_entry(scrub("".join(traceback.format_exception(kind, error, trace))))


def install() -> None:
    """Scrub every log record of this process and every exception that ends a thread or the process. May be repeated."""
    made = logging.getLogRecordFactory()
    if not getattr(made, "scrubs", False):
        logging.setLogRecordFactory(_Scrubbing(made))
    if sys.excepthook is not _uncaught:
        sys.excepthook = _uncaught
    if threading.excepthook is not _uncaught_in_thread:
        threading.excepthook = _uncaught_in_thread
    logging.captureWarnings(capture=True)


class _Scrubbing:
    """A factory of log records whose words, arguments and exception are scrubbed before any handler sees them."""

    scrubs: Final = True

    def __init__(self, made: Callable[..., logging.LogRecord]) -> None:
        self._made = made

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._made(*args, **kwargs)
        try:
            record.msg, record.args = within_entry(scrub(record.getMessage())), ()
        except Exception:
            # Wrong arguments for the words: the words alone are kept, the arguments may be anything.
            record.msg, record.args = within_entry(scrub(str(record.msg))), ()
        if record.exc_info and record.exc_info[0] is not None and record.exc_info[1] is not None:
            # A formatter uses this text instead of making its own.
            record.exc_text = MARGIN + scrubbed_traceback(*record.exc_info)
        return record


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    print(scrubbed_traceback(kind, error, trace), file=sys.stderr)


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is None or issubclass(given.exc_type, SystemExit):
        return
    name = given.thread.name if given.thread else "unknown"
    print(f"Exception in thread {name}:", file=sys.stderr)
    print(scrubbed_traceback(given.exc_type, given.exc_value, given.exc_traceback), file=sys.stderr)
