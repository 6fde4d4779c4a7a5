"""A photo tells nobody where it was taken, or with whose phone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pillow_heif import HeifImageFile
from sqlalchemy.orm import Session

from feedback_app.intake.extra_models import Attachment
from feedback_app.storage import Disk
from tests.abuse import attached
from tests.file_places import files_in
from tests.intake import files

KINDS = ["JPEG", "PNG", "WEBP", "HEIF"]


@pytest.fixture(autouse=True)
def place(app: Flask, tmp_path: Path) -> Iterator[Disk]:
    with files_in(app, tmp_path / "files") as place:
        yield place


def _tells_nothing(data: bytes) -> None:
    shown: Image.Image = files.opened(data)
    assert dict(shown.getexif()) == {}
    assert dict(shown.getexif().get_ifd(0x8825)) == {}
    assert {"exif", "xmp", "icc_profile", "comment", "photoshop"}.isdisjoint(shown.info)
    for secret in files.SECRETS:
        assert secret not in data


@pytest.mark.parametrize("kind", KINDS)
def test_sample_does_tell_where_it_was_taken(kind: str) -> None:
    raw = files.with_past(kind)
    shown = files.opened(raw) if kind != "HEIF" else _heif(raw)
    assert tuple(float(part) for part in shown.getexif().get_ifd(0x8825)[2]) == pytest.approx(files.GPS_LATITUDE)


def _heif(raw: bytes) -> Image.Image:
    return cast(Image.Image, HeifImageFile(io.BytesIO(raw)))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("kind", KINDS)
def test_photo_with_place_and_serial_number_is_stored_and_served_without_them(
    client: FlaskClient, session: Session, place: Disk, kind: str
) -> None:
    attached.report(client, session)
    assert attached.send(client, files.with_past(kind), "DSC_secret_name.bin").status_code == 201
    row = session.scalars(sa.select(Attachment)).one()
    with place.open(row.storage_key) as stream:
        stored = stream.read()
    answer = client.get(f"/lacak/berkas/{row.id}")
    assert answer.data == stored
    _tells_nothing(stored)
    assert "secret_name" not in str(answer.headers)


def test_name_of_the_file_is_kept_nowhere(client: FlaskClient, session: Session, place: Disk) -> None:
    attached.report(client, session)
    attached.send(client, files.written("JPEG"), "Rambu-Ana-081234567890.jpg")
    row = session.scalars(sa.select(Attachment)).one()
    assert all("Rambu" not in str(value) for value in vars(row).values())
    assert all("Rambu" not in path.name for path in place.root.rglob("*"))
    trail = session.execute(sa.text("SELECT detail::text FROM audit_events")).scalars().all()
    assert not [line for line in trail if "Rambu" in line]
