"""Which PDF may be kept: complete, open to read, and without parts that act by themselves.

The document is kept byte for byte and is only ever given out as a download. What is looked at is the file as it lies
there; objects packed inside a compressed stream are not unpacked, so a hidden action can pass and is left to the
reader's own program.
"""

from __future__ import annotations

import re
from typing import Final

from feedback_app.errors import InvalidInputError

MAGIC: Final = b"%PDF-"
_END: Final = b"%%EOF"
_TAIL_BYTES: Final = 1024
_BLANK: Final = b"\0\t\n\f\r "
# A name may spell any of its letters as #xx (ISO 32000-1, 7.3.5).
_SPELLED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_LOCKED: Final = re.compile(rb"/Encrypt(?![A-Za-z])")
_ACTING: Final = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|Rendition|Movie|GoTo[ER])(?![A-Za-z])"
)


class BrokenDocumentError(InvalidInputError):
    """The file begins as a PDF and is not a whole one."""

    code = "broken_document"


class LockedDocumentError(InvalidInputError):
    """Nobody could read it without a password."""

    code = "locked_document"


class ActingDocumentError(InvalidInputError):
    """It runs programs, starts others, sends what is typed, plays films, opens other files or carries some inside."""

    code = "acting_document"


def check_pdf(raw: bytes) -> None:
    """Refuse a PDF that is incomplete, locked, or acts by itself.

    Raises
    ------
    BrokenDocumentError, LockedDocumentError, ActingDocumentError
    """
    end = raw.rfind(_END)
    # Something else behind the end, such as an archive, would make it two files in one.
    if not raw.startswith(MAGIC) or end < len(raw) - _TAIL_BYTES or raw[end + len(_END) :].strip(_BLANK):
        raise BrokenDocumentError("PDF ini tidak lengkap atau rusak. Simpan ulang dokumennya sebagai PDF, lalu kirim.")
    plain = _SPELLED.sub(lambda match: bytes([int(match[1], 16)]), raw)
    if _LOCKED.search(plain):
        raise LockedDocumentError("PDF ini terkunci dengan kata sandi. Simpan tanpa kata sandi, lalu kirim.")
    if _ACTING.search(plain):
        raise ActingDocumentError(
            "PDF ini berisi program, formulir aktif, film, atau rujukan ke berkas lain. Cetak ulang ke PDF biasa."
        )
