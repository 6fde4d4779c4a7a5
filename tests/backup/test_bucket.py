"""Files in a bucket are copied when that is asked for, stay there when not, and come back into another bucket."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from feedback_app import config
from feedback_app.backup.checking import check
from feedback_app.storage import S3, Storage, open_storage
from tests.backup.conftest import Office
from tests.buckets import serving_buckets

BUCKET, OTHER = "suara-uji", "suara-lain"


@pytest.fixture(scope="module")
def bucket_server() -> Iterator[str]:
    with serving_buckets() as address:
        yield address


@pytest.fixture
def in_bucket(office: Office, bucket_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The small installation, with its one file in a bucket."""
    for name, value in {
        "ATTACHMENTS_URL": f"s3://{BUCKET}/kupang", "S3_ENDPOINT_URL": bucket_server, "S3_ACCESS_KEY_ID": "penguji",
        "S3_SECRET_ACCESS_KEY": "rahasia-bucket", "S3_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    place = opened()
    for name in (BUCKET, OTHER):
        place.client.create_bucket(Bucket=name)
    for key, data in on_disk(office).items():
        place.put(key, data)
    yield office
    for name in (BUCKET, OTHER):
        for found in place.client.list_objects_v2(Bucket=name).get("Contents", ()):
            place.client.delete_object(Bucket=name, Key=found["Key"])
        place.client.delete_bucket(Bucket=name)
    place.client.close()


def opened() -> Any:
    place = open_storage(config.load())
    assert isinstance(place, S3)
    return place


def contents(place: Storage) -> dict[str, bytes]:
    found = {}
    for one in place.stored():
        with place.open(one.key) as stream:
            found[one.key] = stream.read()
    return found


def on_disk(office: Office) -> dict[str, bytes]:
    return contents(open_storage(office.live.settings))


def test_without_the_switch_the_files_stay_in_the_bucket(in_bucket: Office) -> None:
    checked = check(in_bucket.copy(), in_bucket.identities())
    assert checked.manifest.files_where == f"left in s3://{BUCKET}/kupang"
    assert checked.files == {}
    assert "rahasia-bucket" not in str(checked.manifest)


@pytest.mark.slow
def test_with_it_they_are_copied_and_come_back_into_another_bucket(
    in_bucket: Office, other_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, url = in_bucket.copy("--with-bucket"), other_database()
    checked = check(path, in_bucket.identities())
    digests = {key: hashlib.sha256(data).hexdigest() for key, data in on_disk(in_bucket).items()}
    assert checked.manifest.files_where == "copied"
    assert checked.files == digests
    assert len(digests) == 1
    identity = str(in_bucket.identity)
    drilled = in_bucket.call("backup", "drill", str(path), "--identity", identity).output
    assert "1 files, each the one its row names" in drilled
    monkeypatch.setenv("ATTACHMENTS_URL", f"s3://{OTHER}/pulih")
    in_bucket.call("restore", str(path), "--identity", identity, "--into", url)
    back = opened()
    assert contents(back) == on_disk(in_bucket)
    back.client.close()
    with psycopg.connect(url) as link:
        rows = link.execute("SELECT storage_key, encode(sha256, 'hex') FROM attachments").fetchall()
    assert dict(rows) == digests


def test_a_bucket_that_is_away_leaves_no_copy(in_bucket: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:9")
    done = in_bucket.call(
        "backup", "--to", str(in_bucket.folder), "--recipient", in_bucket.public, "--with-bucket", code=1
    )
    assert "The copy was not made" in done.output
    assert list(in_bucket.folder.iterdir()) == []
