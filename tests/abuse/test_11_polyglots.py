"""A file that is two things at once is refused, or comes out as one harmless thing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.blueprints.headers import FILE_POLICY
from feedback_app.intake.extra_models import Attachment
from feedback_app.storage import Disk
from tests.abuse import attached
from tests.file_places import files_in
from tests.intake import files

SCRIPT = b"<html><script>alert(document.domain)</script></html>"


def _archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Main.class", b"\xca\xfe\xba\xbe" * 10)
    return packed.getvalue()


REFUSED = {
    "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": SCRIPT,
    "html behind a byte order mark": b"\xef\xbb\xbf" + SCRIPT,
    "gif that is a program": b"GIF89a/*" + SCRIPT + b"*/=1;",
    "gif and archive": b"GIF89a" + bytes(20) + _archive(),
    "archive": _archive(),
    "bmp that is a program": b"BM=1;/*" + bytes(40) + b"*/alert(1)",
    "tiff": b"II*\0" + bytes(40),
    "jpeg in name only": b"\xff\xd8\xff\xe0" + SCRIPT,
    "png in name only": b"\x89PNG\r\n\x1a\n" + SCRIPT,
    "webp in name only": b"RIFF\x10\0\0\0WEBPVP8 " + SCRIPT,
    "heic in name only": b"\0\0\0\x18ftypheic" + SCRIPT,
    "pdf with a program": files.PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
    "pdf that starts another program": files.PDF.replace(b"/Catalog", b"/Catalog/A<</S/Launch/F(x)>>"),
    "pdf and archive": files.PDF + _archive(),
    "pdf behind html": SCRIPT + files.PDF,
}
REDRAWN = {
    "jpeg and archive": files.written("JPEG") + _archive(),
    "html in a jpeg comment": files.written("JPEG", comment=SCRIPT),
    "html behind a jpeg": files.written("JPEG") + SCRIPT,
    "html behind a png": files.written("PNG") + SCRIPT,
    "html in the notes of a webp": files.written("WEBP", exif=b"Exif\0\0" + SCRIPT, xmp=SCRIPT),
    "pdf behind a jpeg": files.written("JPEG") + files.PDF,
}


@pytest.fixture(autouse=True)
def place(app: Flask, tmp_path: Path) -> Iterator[Disk]:
    with files_in(app, tmp_path / "files") as place:
        yield place


@pytest.mark.parametrize("raw", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_photo_or_plain_document_is_refused(
    client: FlaskClient, session: Session, place: Disk, raw: bytes
) -> None:
    attached.report(client, session)
    assert attached.send(client, raw, "foto.jpg").status_code in {415, 422}
    assert session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 0
    assert list(place.stored()) == []


# The decoder grumbles about notes that are none.
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("raw", REDRAWN.values(), ids=REDRAWN.keys())
def test_photo_that_hides_something_loses_it(client: FlaskClient, session: Session, raw: bytes) -> None:
    attached.report(client, session)
    assert attached.send(client, raw, "foto.html").status_code == 201
    answer = client.get(f"/lacak/berkas/{session.scalars(sa.select(Attachment.id)).one()}")
    assert answer.mimetype == "image/jpeg"
    assert files.opened(answer.data).format == "JPEG"
    assert not zipfile.is_zipfile(io.BytesIO(answer.data))
    assert b"<script" not in answer.data
    assert b"%PDF" not in answer.data


def test_document_is_only_ever_saved_and_can_do_nothing(client: FlaskClient, session: Session) -> None:
    hidden = files.PDF.replace(b"%%EOF", b"% " + SCRIPT + b"\n%%EOF")
    attached.report(client, session)
    assert attached.send(client, hidden, "x.html").status_code == 201
    answer = client.get(f"/lacak/berkas/{session.scalars(sa.select(Attachment.id)).one()}")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="lampiran-1.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == FILE_POLICY


@pytest.mark.parametrize("claimed", ["text/html", "image/svg+xml", "application/x-php", ""])
def test_what_the_sender_says_of_the_type_counts_for_nothing(
    client: FlaskClient, session: Session, claimed: str
) -> None:
    attached.report(client, session)
    data = {"files": (io.BytesIO(files.written("JPEG")), "../../x.php\0.jpg", claimed)}
    answer = client.post("/lacak/lampiran", data=data, content_type="multipart/form-data", headers=attached.PROGRAM)
    assert answer.status_code == 201
    row = session.scalars(sa.select(Attachment)).one()
    assert client.get(f"/lacak/berkas/{row.id}").mimetype == "image/jpeg"
