"""The two places for files: a folder, and a bucket on a server that speaks S3."""

from __future__ import annotations

import os
import stat
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feedback_app import config
from feedback_app.errors import ConfigurationError
from feedback_app.storage import Disk, MissingFileError, Storage, StorageUnavailableError, new_key, open_storage
from tests.buckets import serving_buckets

BUCKET = "suara-uji"


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[str]:
    with serving_buckets() as address:
        yield address


def bucket_settings(tmp_path: Path, endpoint: str) -> config.Settings:
    return config.load(
        {
            "FEEDBACK_HOME": str(tmp_path), "ATTACHMENTS_URL": f"s3://{BUCKET}/kupang", "S3_ENDPOINT_URL": endpoint,
            "S3_ACCESS_KEY_ID": "penguji", "S3_SECRET_ACCESS_KEY": "rahasia", "S3_REGION": "us-east-1",
        }
    )  # fmt: skip


@pytest.fixture
def bucket(bucket_server: str, tmp_path: Path) -> Iterator[Any]:
    opened: Any = open_storage(bucket_settings(tmp_path, bucket_server))
    opened.client.create_bucket(Bucket=BUCKET)
    yield opened
    urllib.request.urlopen(urllib.request.Request(f"{bucket_server}/moto-api/reset", method="POST")).close()
    opened.client.close()


@pytest.fixture(params=["disk", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return open_storage(config.load({"FEEDBACK_HOME": str(tmp_path)}))
    found: Storage = request.getfixturevalue("bucket")
    return found


def content(place: Storage, key: str) -> bytes:
    with place.open(key) as stream:
        return stream.read()


def test_file_comes_back_as_it_was_put(place: Storage) -> None:
    key = new_key()
    place.put(key, b"\0\xff" * 70_000)
    assert place.exists(key)
    assert content(place, key) == b"\0\xff" * 70_000


def test_removed_file_is_gone_and_removing_it_again_is_no_error(place: Storage) -> None:
    key = new_key()
    place.put(key, b"x")
    place.delete(key)
    place.delete(key)
    assert not place.exists(key)
    with pytest.raises(MissingFileError):
        place.open(key)


def test_all_files_are_listed_with_their_moment(place: Storage) -> None:
    keys = {new_key() for _ in range(5)}
    for key in keys:
        place.put(key, key.encode())
    listed = list(place.stored())
    assert {file.key for file in listed} == keys
    assert all(abs(file.written_at - datetime.now(UTC)) < timedelta(minutes=1) for file in listed)


def test_empty_place_lists_nothing(place: Storage) -> None:
    assert list(place.stored()) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "", "x" * 32, "A" * 32, "a" * 31, "a" * 32 + "/x", "a" * 32 + "\n"]
)
def test_only_names_made_here_are_looked_for(place: Storage, name: str) -> None:
    for ask in (place.open, place.delete, place.exists):
        with pytest.raises(ValueError, match="new_key"):
            ask(name)


def test_bucket_is_shared_by_prefix(bucket: Any) -> None:
    bucket.client.put_object(Bucket=BUCKET, Key="kupang2/" + new_key(), Body=b"x")
    bucket.client.put_object(Bucket=BUCKET, Key="kupang/catatan.txt", Body=b"x")
    assert list(bucket.stored()) == []


def test_bucket_that_is_missing_or_away_is_said_to_be_unavailable(bucket_server: str, tmp_path: Path) -> None:
    for settings in (
        replace(bucket_settings(tmp_path, bucket_server), attachments_url="s3://tidak-ada"),
        bucket_settings(tmp_path, "http://127.0.0.1:9"),
    ):
        place: Any = open_storage(settings)
        with pytest.raises(StorageUnavailableError):
            place.put(new_key(), b"x")
        with pytest.raises(StorageUnavailableError):
            list(place.stored())
        place.client.close()


def test_bucket_without_its_library_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("feedback_app.storage.importlib.import_module", refuse)
    with pytest.raises(ConfigurationError, match="extra s3"):
        open_storage(bucket_settings(tmp_path, "http://127.0.0.1:9"))


def test_files_on_the_disk_are_for_the_platform_alone(tmp_path: Path) -> None:
    place, key = Disk(tmp_path / "files"), new_key()
    place.put(key, b"x")
    [path] = [found for found in (tmp_path / "files").rglob("*") if found.is_file()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.parent == tmp_path / "files" / key[:2] / key[2:4]


def test_no_folder_of_files_is_open_to_others(tmp_path: Path) -> None:
    place, key = Disk(tmp_path / "files"), new_key()
    place.put(key, b"x")
    folders = [found for found in (tmp_path / "files", *(tmp_path / "files").rglob("*")) if found.is_dir()]
    assert len(folders) == 3
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_folder_given_to_a_group_is_shared_by_its_accounts(tmp_path: Path) -> None:
    root, keys = tmp_path / "files", [new_key(), new_key()]
    root.mkdir()
    root.chmod(0o2770)
    before = os.umask(0o077)
    try:
        for key in keys:
            Disk(root).put(key, b"x")
    finally:
        os.umask(before)
    kept = [found for found in root.rglob("*") if found.is_file()]
    folders = [found for found in root.rglob("*") if found.is_dir()]
    assert {stat.S_IMODE(found.stat().st_mode) for found in kept} == {0o640}
    assert {stat.S_IMODE(found.stat().st_mode) for found in folders} == {0o2770}


def test_disk_that_refuses_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    place = Disk(tmp_path)
    monkeypatch.setattr("feedback_app.storage.os.fsync", full)
    with pytest.raises(StorageUnavailableError, match="No space left"):
        place.put(new_key(), b"x" * 1000)
    assert list(place.stored()) == []
    assert not [found for found in tmp_path.rglob("*") if found.is_file()]


def test_half_written_file_of_a_crash_is_listed_and_can_be_removed(tmp_path: Path) -> None:
    place = Disk(tmp_path)
    left = tmp_path / "ab" / "cd" / f"{new_key()}.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    [found] = place.stored()
    place.delete(found.key)
    assert not left.exists()


def test_folder_may_be_named_and_is_within_the_home_otherwise(tmp_path: Path) -> None:
    named = config.load({"FEEDBACK_HOME": str(tmp_path), "ATTACHMENTS_URL": f"file://{tmp_path}/foto%20warga"})
    assert open_storage(named) == Disk(tmp_path / "foto warga")
    assert open_storage(config.load({"FEEDBACK_HOME": str(tmp_path)})) == Disk(tmp_path.resolve() / "attachments")


@pytest.mark.parametrize("url", ["http://x/y", "file://relative", "file:///", "s3://", "s3:///prefix"])
def test_place_that_cannot_be_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ConfigurationError, match="ATTACHMENTS_URL"):
        config.load({"ATTACHMENTS_URL": url})


def test_the_key_of_the_bucket_is_not_shown_with_the_settings(tmp_path: Path) -> None:
    assert "rahasia" not in repr(bucket_settings(tmp_path, "http://127.0.0.1:9"))
