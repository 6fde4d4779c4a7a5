"""Read the words of a PDF as a reader's search would: through the fonts' own maps from glyphs to letters."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\nendobj", re.S)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_LENGTH = re.compile(rb"/Length (\d+)")
_SHOWN = re.compile(rb"/(f\d+) [\d.]+ Tf|\[((?:\((?:\\.|[^\\)])*\)|[^\]])*)\]\s*TJ|\((?:\\.|[^\\)])*\)\s*Tj", re.S)
_STRING = re.compile(rb"\(((?:\\.|[^\\)])*)\)", re.S)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.S)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    """Return the words of every page."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    return [_page(objects, body) for body in pages]


def _page(objects: dict[int, bytes], page: bytes) -> str:
    contents = re.search(rb"/Contents (\d+) 0 R", page)
    resources = re.search(rb"/Resources (\d+) 0 R", page)
    assert contents
    named = objects[int(resources[1])] if resources else page
    maps = {name: _letters_of(objects, int(number)) for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", named)}
    return _words(_content(objects[int(contents[1])]), maps)


def _letters_of(objects: dict[int, bytes], font: int) -> dict[int, str]:
    found = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert found
    pairs = re.findall(
        rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>", _content(objects[int(found[1])]).split(b"beginbfchar", 1)[1]
    )
    return {int(glyph, 16): bytes.fromhex(letters.decode()).decode("utf-16-be") for glyph, letters in pairs}


def _words(content: bytes, maps: dict[bytes, dict[int, str]]) -> str:
    font, said = {}, []
    for found in _SHOWN.finditer(content):
        if found[1]:
            font = maps.get(found[1], {})
            continue
        for raw in _STRING.findall(found[0]):
            glyphs = _ESCAPE.sub(_plain, raw)
            said += [font.get(int.from_bytes(glyphs[at : at + 2]), "") for at in range(0, len(glyphs), 2)]
        said.append(" ")
    return re.sub(r"\s+", " ", "".join(said))


def _plain(found: re.Match[bytes]) -> bytes:
    meant = found[1]
    return bytes([int(meant, 8)]) if len(meant) == 3 else _LETTERS.get(meant, meant)


def _content(body: bytes) -> bytes:
    # By its length: what is packed may end with what looks like the end of a line.
    found, length = _STREAM.search(body), _LENGTH.search(body)
    assert found
    assert length
    packed = body[found.end() : found.end() + int(length[1])]
    return zlib.decompress(packed) if b"/FlateDecode" in body[: found.start()] else packed
