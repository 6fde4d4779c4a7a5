"""Bytes in, clean bytes out."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from feedback_app.errors import DomainError
from feedback_app.intake import pdf, pictures
from feedback_app.intake.pictures import CleanFile, cleaned
from feedback_app.intake.rules import ATTACHMENT_BYTES_MAX, AttachmentKind
from tests.intake import files

KINDS = ["JPEG", "PNG", "WEBP", "HEIF"]


def is_red(point: object) -> bool:
    assert isinstance(point, tuple)
    return bool(point[0] > 150 > point[2])


@pytest.mark.parametrize("kind", KINDS)
def test_photo_of_each_kind_becomes_a_jpeg_with_the_same_picture(kind: str) -> None:
    clean = cleaned(files.written(kind))
    assert (clean.kind, clean.media_type) == (AttachmentKind.PHOTO, "image/jpeg")
    shown = files.opened(clean.data)
    assert (shown.format, shown.size, (clean.width, clean.height)) == ("JPEG", (64, 48), (64, 48))
    assert is_red(shown.getpixel((5, 20)))
    assert not is_red(shown.getpixel((60, 20)))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_picture_in_other_colours_is_redrawn(mode: str) -> None:
    drawn = Image.new("I;16", (40, 30), 40_000) if mode == "I;16" else files.picture(40, 30, mode)
    assert files.opened(cleaned(files.written("PNG", drawn)).data).mode == "RGB"


def test_sixteen_bits_a_point_keep_their_brightness() -> None:
    drawn = Image.new("I;16", (40, 30), 32_768)
    level = files.opened(cleaned(files.written("PNG", drawn)).data).convert("L").getextrema()
    assert level[0] == level[1]
    assert level[0] in range(125, 132)


def test_jpeg_in_printing_colours_is_redrawn() -> None:
    assert files.opened(cleaned(files.written("JPEG", files.picture(mode="CMYK"))).data).mode == "RGB"


def test_what_was_transparent_is_white() -> None:
    seen = files.opened(cleaned(files.written("PNG", Image.new("RGBA", (30, 30), (0, 0, 0, 0)))).data)
    assert seen.getpixel((15, 15)) == (255, 255, 255)


@pytest.mark.parametrize(("orientation", "size", "red_at"), [
    pytest.param(1, (64, 48), (5, 20), id="upright"),
    pytest.param(3, (64, 48), (60, 20), id="upside down"),
    pytest.param(6, (48, 64), (20, 5), id="turned right"),
    pytest.param(8, (48, 64), (20, 60), id="turned left"),
    pytest.param(2, (64, 48), (60, 20), id="mirrored"),
])  # fmt: skip
def test_photo_is_turned_upright(orientation: int, size: tuple[int, int], red_at: tuple[int, int]) -> None:
    clean = cleaned(files.written("JPEG", exif=files.past(orientation).tobytes()))
    shown = files.opened(clean.data)
    assert shown.size == size
    assert is_red(shown.getpixel(red_at))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")
def test_photo_with_broken_notes_is_kept() -> None:
    assert cleaned(files.written("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")).width == 64


def test_large_photo_is_made_small_and_keeps_its_shape() -> None:
    clean = cleaned(files.written("JPEG", files.picture(4000, 2000)))
    assert (clean.width, clean.height) == (2560, 1280)


def test_only_the_first_frame_of_a_moving_picture_is_kept() -> None:
    frames = [files.picture(), Image.new("RGB", (64, 48), "white")]
    raw = files.written("WEBP", frames[0], save_all=True, append_images=frames[1:])
    assert is_red(files.opened(cleaned(raw).data).getpixel((5, 20)))


def test_photo_with_a_film_behind_it_is_kept_without_the_film() -> None:
    clean = cleaned(files.written("JPEG") + b"\0\0\0\x18ftypmp42" + b"\xff\xda film " * 5000)
    assert b"ftypmp42" not in clean.data


@pytest.mark.parametrize("kind", KINDS)
def test_photo_cut_off_on_the_way_is_refused(kind: str) -> None:
    raw = files.written(kind, files.picture(400, 300))
    with pytest.raises(pictures.BrokenPictureError):
        cleaned(raw[: len(raw) // 2])


@pytest.mark.parametrize("raw", [
    pytest.param(b"GIF89a" + b"\0" * 40, id="gif"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="svg"),
    pytest.param(b"<!doctype html><script>alert(1)</script>", id="html"),
    pytest.param(b"PK\x03\x04" + b"\0" * 60, id="archive"),
    pytest.param(b"MZ" + b"\0" * 60, id="program"),
    pytest.param(b" %PDF-1.4 %%EOF", id="pdf behind a space"),
    pytest.param(b"\0\0\0\x18ftypmp42" + b"\0" * 60, id="film"),
    pytest.param(b"\0\0\0\x18ftypavif" + b"\0" * 60, id="avif"),
    pytest.param(b"x", id="one byte"),
])  # fmt: skip
def test_anything_else_is_refused_by_its_content(raw: bytes) -> None:
    with pytest.raises(pictures.UnsupportedFileError):
        cleaned(raw)


def test_empty_file_is_refused() -> None:
    with pytest.raises(pictures.EmptyFileError):
        cleaned(b"")


def test_file_of_exactly_the_largest_size_is_looked_at_and_one_byte_more_is_not() -> None:
    raw = files.written("JPEG")
    assert cleaned(raw.ljust(ATTACHMENT_BYTES_MAX, b"\0")).width == 64
    with pytest.raises(pictures.TooLargeFileError):
        cleaned(raw.ljust(ATTACHMENT_BYTES_MAX + 1, b"\0"))


@pytest.mark.parametrize("raw", [
    pytest.param(files.png_of_size(20_000, 20_000), id="png"),
    pytest.param(files.png_of_size(pictures.SIDE_MAX + 1, 10), id="one long side"),
    pytest.param(files.png_of_size(5001, 5000), id="one row too many"),
    pytest.param(files.webp_of_size(16_383, 16_383), id="webp"),
])  # fmt: skip
def test_too_many_points_are_refused_by_the_head_of_the_file(raw: bytes) -> None:
    with pytest.raises(pictures.TooManyPixelsError, match="25 juta titik"):
        cleaned(raw)


@pytest.mark.parametrize(("options", "size"), [
    pytest.param({}, (33, 21), id="lossy"), pytest.param({"lossless": True}, (33, 21), id="lossless"),
    pytest.param({"exif": files.past().tobytes()}, (33, 21), id="extended"),
])  # fmt: skip
def test_size_of_a_webp_is_read_from_its_head(options: dict[str, object], size: tuple[int, int]) -> None:
    assert pictures._webp_size(files.written("WEBP", files.picture(*size), **options)) == size


def test_jpeg_that_is_gone_over_without_end_is_refused() -> None:
    assert cleaned(files.jpeg_of_scans(1)).width == 64
    with pytest.raises(pictures.BrokenPictureError):
        cleaned(files.jpeg_of_scans(pictures.SCANS_MAX + 1))


def test_pdf_is_kept_byte_for_byte() -> None:
    assert cleaned(files.PDF) == CleanFile(AttachmentKind.DOCUMENT, "application/pdf", files.PDF)


@pytest.mark.parametrize(("raw", "error"), [
    pytest.param(files.PDF[:-8], pdf.BrokenDocumentError, id="cut off"),
    pytest.param(files.PDF + b"PK\x03\x04", pdf.BrokenDocumentError, id="something behind its end"),
    pytest.param(files.PDF.replace(b"trailer<<", b"trailer<</Encrypt 9 0 R"), pdf.LockedDocumentError, id="locked"),
    pytest.param(files.PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(x)>>"),
                 pdf.ActingDocumentError, id="program"),
    pytest.param(files.PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/J#61vaScript>>"),
                 pdf.ActingDocumentError, id="program spelled otherwise"),
    pytest.param(files.PDF.replace(b"/Catalog", b"/Catalog/A<</S/Launch/F(cmd.exe)>>"),
                 pdf.ActingDocumentError, id="starts others"),
    pytest.param(files.PDF.replace(b"/Catalog", b"/Catalog/Names<</EmbeddedFiles 3 0 R>>"),
                 pdf.ActingDocumentError, id="files inside"),
    *(
        pytest.param(files.PDF.replace(b"/Catalog", b"/Catalog/A<</S/" + name + b">>"), pdf.ActingDocumentError,
                     id=name.decode())
        for name in (b"SubmitForm", b"ImportData", b"Rendition", b"Movie", b"RichMedia", b"GoToE", b"GoToR")
    ),
])  # fmt: skip
def test_pdf_that_is_broken_locked_or_acts_is_refused(raw: bytes, error: type[DomainError]) -> None:
    with pytest.raises(error):
        cleaned(raw)


def test_a_link_to_a_page_of_the_same_document_is_harmless() -> None:
    assert cleaned(files.PDF.replace(b"/Catalog", b"/Catalog/A<</S/GoTo>>")).data


def test_words_about_encryption_do_not_lock_a_pdf() -> None:
    assert cleaned(files.PDF.replace(b"/Catalog", b"/Catalog/EncryptMetadata true")).data


def test_archive_hidden_behind_a_photo_does_not_survive() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("payload.txt", "x" * 100)
    clean = cleaned(files.written("JPEG") + packed.getvalue())
    assert not zipfile.is_zipfile(io.BytesIO(clean.data))


# The decoder grumbles about broken notes, and goes on.
@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_damaged_file_is_redrawn_or_refused_and_never_an_error_of_ours(kind: str, at: int, what: bytes) -> None:
    raw = bytearray(files.with_past(kind))
    place = at % len(raw)
    raw[place : place + len(what)] = what
    try:
        clean = cleaned(bytes(raw))
    except DomainError:
        return
    assert files.opened(clean.data).format == "JPEG"
