from __future__ import annotations

import codecs
import hashlib
import os
from pathlib import Path

import pytest

from feedback_app.intake.imports import files
from feedback_app.intake.imports.files import encoding_of, fingerprint, refuse_changed
from feedback_app.intake.imports.problems import UnreadableFileError


def written(folder: Path, content: bytes) -> Path:
    path = folder / "berkas.csv"
    path.write_bytes(content)
    return path


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = written(tmp_path, b"A\nsatu\n")
    assert fingerprint(path, "utf-8").sha256 == hashlib.sha256(b"A\nsatu\n").hexdigest()


@pytest.mark.parametrize("block", [1, 3, 1 << 20])
def test_the_line_that_cannot_be_decoded_is_named(tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BLOCK", block)
    path = written(tmp_path, "A\nsatu é\n".encode() + b"kafe caf\xe9\n")
    with pytest.raises(UnreadableFileError) as caught:
        fingerprint(path, "utf-8")
    assert "Line 3 of berkas.csv is not utf-8: byte 0xe9" in str(caught.value)
    assert "--encoding cp1252" in str(caught.value)


def test_a_character_cut_off_at_the_end_is_named_too(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="Line 2 "):
        fingerprint(written(tmp_path, b"A\n\xc3"), "utf-8")


def test_a_file_of_another_encoding_passes_with_its_name(tmp_path: Path) -> None:
    assert fingerprint(written(tmp_path, b"caf\xe9\n"), "cp1252").size == 5


@pytest.mark.parametrize(
    ("start", "wanted", "name"),
    [
        (b"A,B", None, "utf-8"),
        (codecs.BOM_UTF8 + b"A", None, "utf-8-sig"),
        (codecs.BOM_UTF8 + b"A", "UTF8", "utf-8-sig"),
        ("A".encode("utf-16"), None, "utf-16"),
        (b"A,B", "latin1", "iso8859-1"),
        (b"", None, "utf-8"),
    ],
)
def test_the_encoding_is_the_one_wanted_or_that_of_the_mark(
    tmp_path: Path, start: bytes, wanted: str | None, name: str
) -> None:
    assert encoding_of(written(tmp_path, start), wanted) == name


@pytest.mark.parametrize("wanted", ["ebcdic-9", "base64"])
def test_an_encoding_that_does_not_exist_is_refused(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(UnreadableFileError, match="no encoding"):
        encoding_of(written(tmp_path, b"A"), wanted)


def test_a_file_written_to_meanwhile_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"A\nsatu\n")
    known = fingerprint(path, "utf-8")
    refuse_changed(path, known)
    path.write_bytes(b"A\nduaa\n")
    os.utime(path, ns=(known.changed_ns, known.changed_ns + 1))
    with pytest.raises(UnreadableFileError, match="changed while it was being read"):
        refuse_changed(path, known)
