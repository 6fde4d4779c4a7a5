"""Bytes in, clean bytes out: what a citizen's file is, told by its content, and a photo drawn anew without its past.

A photo is decoded and written again as JPEG. Of the file that came nothing is copied: no place, no serial number, no
comment, no colour profile, no second file hidden behind the first.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pillow_heif
from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from feedback_app.errors import InvalidInputError
from feedback_app.intake import pdf
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX, AttachmentKind

# The largest photos that usual phones take have 50 million points. Only JPEG can be decoded at a part of its size;
# the other kinds need up to 16 bytes of memory a point meanwhile, so they may have fewer.
PIXELS_MAX: Final = 25_000_000
JPEG_PIXELS_MAX: Final = 50_000_000
SIDE_MAX: Final = 12_000
KEPT_SIDE_MAX: Final = 2560
QUALITY: Final = 85
LOWER_QUALITY: Final = 60
# A usual progressive JPEG has about ten; each further one costs a pass over the whole picture.
SCANS_MAX: Final = 64

JPEG: Final = "image/jpeg"
PDF: Final = "application/pdf"

_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
_ORIENTATION_TAG: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_MARKER: Final = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
# What the decoders raise at broken input, each in its own way.
_DECODER_ERRORS: Final = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, AttributeError, RuntimeError,
    OverflowError, ZeroDivisionError, NotImplementedError, AssertionError, struct.error, MemoryError,
)  # fmt: skip

# Several files are cleaned side by side already.
pillow_heif.options.DECODE_THREADS = 1


class EmptyFileError(InvalidInputError):
    """There is nothing in it."""

    code = "empty_file"


class TooLargeFileError(InvalidInputError):
    """More bytes than one file may have."""

    status = 413
    code = "file_too_large"


class UnsupportedFileError(InvalidInputError):
    """Neither a photo nor a PDF by its content, whatever its name says."""

    status = 415
    code = "unsupported_file"


class BrokenPictureError(InvalidInputError):
    """It begins as a photo and cannot be decoded to its end."""

    code = "broken_picture"


class TooManyPixelsError(InvalidInputError):
    """More points than are worth decoding."""

    code = "too_many_pixels"


@dataclass(frozen=True, slots=True)
class CleanFile:
    """What may be kept. `width` and `height` are of photos only, in points."""

    kind: AttachmentKind
    media_type: str
    data: bytes
    width: int | None = None
    height: int | None = None


def cleaned(raw: bytes) -> CleanFile:
    """Return a photo written anew, or a PDF that passed its checks unchanged.

    Raises
    ------
    EmptyFileError, TooLargeFileError, UnsupportedFileError, BrokenPictureError, TooManyPixelsError
    feedback_app.intake.pdf.BrokenDocumentError, LockedDocumentError, ActingDocumentError
    """
    if not raw:
        raise EmptyFileError("Berkas ini kosong. Pilih berkas lain.")
    check_size(len(raw))
    if raw.startswith(pdf.MAGIC):
        pdf.check_pdf(raw)
        return CleanFile(AttachmentKind.DOCUMENT, PDF, raw)
    return _redrawn(raw, _decoder_of(raw))


def check_size(size_bytes: int) -> None:
    """Refuse a file of more bytes than one may have.

    Raises
    ------
    TooLargeFileError
    """
    if size_bytes > ATTACHMENT_BYTES_MAX:
        raise TooLargeFileError("Berkas ini lebih besar dari 10 MB. Pilih atau perkecil berkasnya, lalu kirim lagi.")


Decoder = Callable[[io.BytesIO], ImageFile.ImageFile]


def _decoder_of(raw: bytes) -> Decoder:
    """Return the one decoder that may see these bytes; no other guesses at them."""
    if raw.startswith(b"\xff\xd8\xff"):
        return JpegImageFile
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return PngImageFile
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return WebPImageFile
    if raw[4:8] == b"ftyp" and raw[8:12] in _HEIF_BRANDS:
        return pillow_heif.HeifImageFile
    raise UnsupportedFileError("Jenis berkas ini tidak diterima. Kirim foto (JPEG, PNG, WebP, HEIC) atau PDF.")


def _redrawn(raw: bytes, decoder: Decoder) -> CleanFile:
    try:
        picture = _picture(raw, decoder)
        data = _written(picture, QUALITY)
        if len(data) > ATTACHMENT_BYTES_MAX:
            data = _written(picture, LOWER_QUALITY)
    except _DECODER_ERRORS as error:
        raise BrokenPictureError(
            "Foto ini rusak atau terpotong sehingga tidak dapat dibuka. Ambil atau pilih ulang fotonya."
        ) from error
    return CleanFile(AttachmentKind.PHOTO, JPEG, data, picture.width, picture.height)


def _picture(raw: bytes, decoder: Decoder) -> Image.Image:
    """Return the first picture of the file, upright, in plain colours, no larger than is kept."""
    _check_before_opening(raw, decoder)
    # Opening reads the head only; the points come with the first use.
    with decoder(io.BytesIO(raw)) as opened:
        _check_points(*opened.size, most=JPEG_PIXELS_MAX if decoder is JpegImageFile else PIXELS_MAX)
        turn = _turn(opened)
        if decoder is JpegImageFile:
            # The decoder itself leaves out what would be scaled away, which saves most of memory and time.
            opened.draft("RGB", _fitting(*opened.size))
        opened.load()
        _check_points(*opened.size)
        small = _small(opened)
    flat = _on_white(small)
    return flat.transpose(turn) if turn is not None else flat


def _check_before_opening(raw: bytes, decoder: Decoder) -> None:
    if decoder is WebPImageFile:
        # Its decoder asks for the memory of the whole picture as soon as it is opened.
        _check_points(*_webp_size(raw))
    elif decoder is JpegImageFile and _scans(raw) > SCANS_MAX:
        raise ValueError("more scans than a photo has")


def _check_points(width: int, height: int, most: int = PIXELS_MAX) -> None:
    if width < 1 or height < 1:
        raise ValueError("a picture without points")
    if max(width, height) > SIDE_MAX or width * height > most:
        raise TooManyPixelsError(
            f"Ukuran foto ini terlalu besar: paling banyak {most // 1_000_000} juta titik dan {SIDE_MAX} titik tiap "
            f"sisi. Perkecil fotonya, lalu kirim lagi."
        )


def _webp_size(raw: bytes) -> tuple[int, int]:
    """Return the size that the head of a WebP file states (RFC 9649, 2.5 to 2.7)."""
    form = raw[12:16]
    if form == b"VP8X":
        return 1 + int.from_bytes(raw[24:27], "little"), 1 + int.from_bytes(raw[27:30], "little")
    if form == b"VP8L":
        bits = int.from_bytes(raw[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", raw[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("no form of WebP")


def _scans(raw: bytes) -> int:
    """Return how often the points of a JPEG are gone over; what lies behind its end does not count."""
    found, at = 0, 2
    while match := _MARKER.search(raw, at):
        marker, at = match[1][0], match.end()
        if marker == _END_OF_IMAGE:
            break
        found += marker == _START_OF_SCAN
        at += int.from_bytes(raw[at : at + 2], "big")
    return found


def _turn(opened: Image.Image) -> Image.Transpose | None:
    # A photo is worth keeping where only its notes are broken; it may then lie on its side.
    try:
        return _TURNS.get(opened.getexif().get(_ORIENTATION_TAG, 1))
    except _DECODER_ERRORS:
        return None


def _fitting(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, KEPT_SIDE_MAX / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _small(opened: Image.Image) -> Image.Image:
    """Return the picture no larger than is kept, in colours that can be mixed."""
    if opened.mode.startswith("I"):
        # Sixteen bits a point, as scanners write them; the upper eight are seen.
        opened = opened.convert("I").point(lambda value: value / 256).convert("L")
    elif opened.mode not in {"RGB", "RGBA", "L"}:
        opened = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    # Made small before it is laid on white, for that needs the memory of all points twice over.
    return opened.resize(_fitting(*opened.size), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _on_white(small: Image.Image) -> Image.Image:
    if not small.has_transparency_data:
        return small.convert("RGB")
    seen = small.convert("RGBA")
    ground = Image.new("RGB", seen.size, "white")
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


def _written(picture: Image.Image, quality: int) -> bytes:
    # What is noted beside the points would be written along: a comment, a profile, a description.
    picture.info = {}
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()
