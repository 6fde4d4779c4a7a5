"""Files as phones and programs make them, and as nobody honest does."""

from __future__ import annotations

import io
import zlib
from typing import Any, Final

import pillow_heif
from PIL import Image, PngImagePlugin

GPS_LATITUDE: Final = (10.0, 10.0, 37.44)
SERIAL: Final = "SERIAL-0815-4711"
SECRETS: Final = (SERIAL.encode(), b"Kamera Uji", b"Exif", b"<x:xmpmeta", b"rahasia-komentar")

PDF: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


MULTIPART: Final = "multipart/form-data; boundary=batas"


def multipart(*raws: bytes) -> bytes:
    """The body of a request with these files."""
    head = b'--batas\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    return b"".join(head + raw + b"\r\n" for raw in raws) + b"--batas--\r\n"


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and whose right half is blue."""
    drawn = Image.new("RGB", (width, height), (220, 20, 20))
    drawn.paste((20, 20, 220), (width // 2, 0, width, height))
    return drawn.convert(mode)


def past(orientation: int = 1) -> Image.Exif:
    """What a phone notes in a photo: where, with which device, which way up."""
    exif = Image.Exif()
    exif[0x010F] = "Kamera Uji"
    exif[0x0112] = orientation
    exif.get_ifd(0x8769)[0xA431] = SERIAL
    exif.get_ifd(0x8825).update({1: "S", 2: GPS_LATITUDE, 3: "E", 4: (123.0, 36.0, 0.0)})
    return exif


def written(kind: str, drawn: Image.Image | None = None, **options: Any) -> bytes:
    """The picture as a file of this kind."""
    target = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(drawn or picture()).save(target, quality=80, **options)
    else:
        (drawn or picture()).save(target, kind, **options)
    return target.getvalue()


def with_past(kind: str) -> bytes:
    """A photo with place, serial number and words, in every way its kind has."""
    exif, xmp = past().tobytes(), b"<x:xmpmeta>" + SERIAL.encode() + b"</x:xmpmeta>"
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", "rahasia-komentar " + SERIAL)
        words.add_itxt("XML:com.adobe.xmp", xmp.decode(), zip=True)
        return written(kind, exif=exif, pnginfo=words)
    more: dict[str, Any] = {"comment": b"rahasia-komentar"} if kind == "JPEG" else {}
    return written(kind, exif=exif, xmp=xmp, **more)


def opened(data: bytes) -> Image.Image:
    """The stored file as a viewer opens it."""
    shown = Image.open(io.BytesIO(data))
    shown.load()
    return shown


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    points = zlib.compress(b"\0" * 4096)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


def webp_of_size(width: int, height: int) -> bytes:
    """A WebP whose head states a size."""
    head = b"VP8X" + (10).to_bytes(4, "little") + bytes(4)
    head += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + (len(head) + 4).to_bytes(4, "little") + b"WEBP" + head


def jpeg_of_scans(scans: int) -> bytes:
    """A progressive JPEG in which the last pass over the points is repeated."""
    raw = written("JPEG", progressive=True)
    last, end = raw.rindex(b"\xff\xda"), raw.rindex(b"\xff\xd9")
    return raw[:end] + raw[last:end] * scans + raw[end:]
