"""Where files lie: a folder of this machine, or a bucket that speaks S3.

A file has a random name without meaning and is never changed. It is written before the row that names it, and removed
after the row is gone, so that a crash in between leaves a file nobody names and never a row without its file.
"""

from __future__ import annotations

import importlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol
from urllib.parse import unquote, urlsplit

from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError

FOLDER: Final = "attachments"
_PART: Final = ".part"
# A folder that its group reads, writes and enters, and whose group new files inherit.
_SHARED: Final = stat.S_ISGID | stat.S_IRWXG
_KEY: Final = re.compile(rf"[0-9a-f]{{32}}({re.escape(_PART)})?")
_S3_SECONDS: Final = 10
_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class MissingFileError(LookupError):
    """No file of this name is stored."""


class StorageUnavailableError(Exception):
    """The disk or the bucket does not take or give a file now."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One file that lies there; `written_at` is aware, UTC."""

    key: str
    written_at: datetime


class Storage(Protocol):
    """What the platform needs of a place for files. A name is one that `new_key` made."""

    def put(self, key: str, data: bytes) -> None:
        """Write a file completely, or not at all."""

    def open(self, key: str) -> BinaryIO:
        """Return the content as a stream that the caller closes."""

    def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is no error."""

    def exists(self, key: str) -> bool:
        """Tell whether a file of this name is stored."""

    def stored(self) -> Iterator[Stored]:
        """Yield every file, also those a crash left half written."""


def new_key() -> str:
    """Return a random name of 128 bits for a file."""
    return secrets.token_hex(16)


def open_storage(settings: Settings) -> Storage:
    """Return the place that `ATTACHMENTS_URL` names; a folder in `FEEDBACK_HOME` where it is unset.

    Raises
    ------
    ConfigurationError
        The bucket needs boto3 and it is not installed.
    """
    parts = urlsplit(settings.attachments_url or "")
    if parts.scheme == "s3":
        return S3.connected(settings, bucket=parts.netloc, prefix=parts.path.strip("/"))
    return Disk(Path(unquote(parts.path)) if parts.scheme == "file" else settings.home / FOLDER)


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError("not a name that new_key made")
    return key


@dataclass(frozen=True, slots=True)
class Disk:
    """Files in folders by the first letters of their names, readable by the account of the platform alone.

    Where the operator gave the root folder to a group (mode 2770), the accounts of that group share what is written
    below it: web server and worker may then be two accounts.
    """

    root: Path

    def put(self, key: str, data: bytes) -> None:
        """Write beside the final place, force it to the disk, then give it its name."""
        path = self._path(key)
        part = path.with_name(secrets.token_hex(16) + _PART)
        try:
            self._make_folder(path.parent)
            _write_through(part, data, mode=0o640 if self._is_shared() else 0o600)
            part.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise StorageUnavailableError(f"the folder does not take a file ({error.strerror})") from error

    def open(self, key: str) -> BinaryIO:
        """Return the file, open for reading."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise MissingFileError(key) from error
        except OSError as error:
            raise StorageUnavailableError(f"the folder does not give a file ({error.strerror})") from error

    def delete(self, key: str) -> None:
        """Remove the file."""
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise StorageUnavailableError(f"the folder does not let a file go ({error.strerror})") from error

    def exists(self, key: str) -> bool:
        """Tell whether the file lies in its folder."""
        return self._path(key).is_file()

    def stored(self) -> Iterator[Stored]:
        """Yield what lies in the folders."""
        for path in self.root.glob("??/??/*"):
            if _KEY.fullmatch(path.name):
                with suppress(FileNotFoundError):
                    yield Stored(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))

    def _is_shared(self) -> bool:
        return self.root.stat().st_mode & _SHARED == _SHARED

    def _make_folder(self, folder: Path) -> None:
        # One after the other: those in between would get the mode of any folder.
        for one in (self.root, folder.parent, folder):
            with suppress(FileExistsError):
                one.mkdir(mode=0o700, parents=one == self.root)
                if one != self.root and self._is_shared():
                    one.chmod(0o2770)

    def _path(self, key: str) -> Path:
        # A half-written file lies in the folder of the file it was to become; it is looked for there.
        name = _checked(key)
        if name.endswith(_PART):
            return next(self.root.glob(f"??/??/{name}"), self.root / name)
        return self.root / name[:2] / name[2:4] / name


def _write_through(path: Path, data: bytes, *, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        # Whatever the umask of the process leaves of a mode given at the making.
        os.fchmod(handle, mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class S3:
    """Files in a bucket, under a prefix. `client` is boto3's, `failures` what it raises when something fails."""

    client: Any
    bucket: str
    prefix: str
    failures: tuple[type[Exception], ...]

    @classmethod
    def connected(cls, settings: Settings, *, bucket: str, prefix: str) -> S3:
        """Return the bucket with a client for it; nothing is sent yet."""
        try:
            boto3, botocore_config = importlib.import_module("boto3"), importlib.import_module("botocore.config")
            errors = importlib.import_module("botocore.exceptions")
        except ImportError as error:
            raise ConfigurationError(
                "ATTACHMENTS_URL names an S3 bucket: install the extra s3 (pip install 'suara-layanan[s3]')."
            ) from error
        options = botocore_config.Config(
            connect_timeout=_S3_SECONDS, read_timeout=_S3_SECONDS, retries={"max_attempts": 2},
            s3={"addressing_style": "path" if settings.s3_endpoint_url else "auto"},
        )  # fmt: skip
        client = boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint_url,
            aws_access_key_id=settings.s3_access_key_id,
            aws_secret_access_key=settings.s3_secret_access_key,
            region_name=settings.s3_region,
            config=options,
        )
        return cls(client, bucket, prefix, (errors.ClientError, errors.BotoCoreError))

    def put(self, key: str, data: bytes) -> None:
        """Send the file in one request; a bucket shows it only when it is complete."""
        self._ask("put_object", key, Body=data, ContentType="application/octet-stream")

    def open(self, key: str) -> BinaryIO:
        """Return the content as it arrives."""
        body: BinaryIO = self._ask("get_object", key)["Body"]
        return body

    def delete(self, key: str) -> None:
        """Remove the file."""
        self._ask("delete_object", key)

    def exists(self, key: str) -> bool:
        """Tell whether the bucket holds the file."""
        try:
            self._ask("head_object", key)
        except MissingFileError:
            return False
        return True

    def stored(self) -> Iterator[Stored]:
        """Yield what the bucket holds under the prefix."""
        start = f"{self.prefix}/" if self.prefix else ""
        try:
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=start):
                for item in page.get("Contents", ()):
                    name = item["Key"].rpartition("/")[2]
                    if _KEY.fullmatch(name) and item["Key"] == self._name(name):
                        yield Stored(name, item["LastModified"].astimezone(UTC))
        except self.failures as error:
            raise StorageUnavailableError(f"the bucket does not answer ({type(error).__name__})") from error

    def _ask(self, operation: str, key: str, **more: Any) -> Any:
        try:
            return getattr(self.client, operation)(Bucket=self.bucket, Key=self._name(key), **more)
        except self.failures as error:
            code = str(getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__))
            if code in _ABSENT:
                raise MissingFileError(key) from error
            raise StorageUnavailableError(f"the bucket does not answer ({code})") from error

    def _name(self, key: str) -> str:
        name = _checked(key)
        return "/".join(part for part in (self.prefix, name[:2], name) if part)
