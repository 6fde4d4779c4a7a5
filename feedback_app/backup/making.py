"""From a running installation to one encrypted file, without stopping anything."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from feedback_app import __version__
from feedback_app.backup import archive, facts, secret_files, tools
from feedback_app.backup.archive import BackupError, Piece
from feedback_app.backup.manifest import Manifest
from feedback_app.config import Settings
from feedback_app.storage import MissingFileError, Storage, StorageUnavailableError, open_storage

# What an operator has to set again; everything secret among the settings is left out by not standing here.
_TOLD: Final = (
    "public_url", "web_workers", "web_threads", "cookie_secure", "trusted_proxies", "rate_limits", "drain_batch",
    "sweep_seconds", "model_dir", "log_level", "reply_days", "review_days", "objection_day_kind", "mail_from",
    "attachments_url", "s3_endpoint_url", "s3_region", "second_factor", "session_idle_minutes",
    "session_absolute_hours", "security_contact",
)  # fmt: skip

Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for: `recipients` are public keys of age, files of a bucket come along only when wanted."""

    recipients: list[Any]
    with_secrets: bool = False
    with_bucket: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A copy that lies there whole. `size` in bytes, `seconds` of wall clock."""

    path: Path
    size: int
    seconds: float
    manifest: Manifest


def make(settings: Settings, path: Path, wanted: Wanted, *, now: datetime, progress: Progress) -> Made:
    """Write a copy of database and files, as they are at one moment, to a file that must not exist.

    Raises
    ------
    feedback_app.backup.archive.BackupError
    feedback_app.errors.ConfigurationError
        No recipient, no database, or no program to dump it with.
    """
    if not wanted.recipients:
        raise BackupError("A copy is made for recipients only: give --recipient age1… (feedback backup new-identity).")
    if path.exists():
        raise BackupError(f"{path} exists already; nothing is overwritten.")
    if not path.parent.is_dir():
        raise BackupError(f"The folder {path.parent} does not exist.")
    began = time.monotonic()
    url = str(settings.database_url)
    with tools.connect(url) as link:
        link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = link.execute("SELECT pg_export_snapshot()").fetchone()
        manifest = _manifest(settings, link, wanted, now=now)
        progress(f"{manifest.rows} rows in {len(manifest.counts)} tables, revision {manifest.head}")
        source = _Source(settings, wanted, manifest, link, str(found[0]) if found else "", now, progress)
        size = archive.write(path, source.pieces(), wanted.recipients)
    return Made(path, size, time.monotonic() - began, manifest)


def _manifest(settings: Settings, link: facts.Link, wanted: Wanted, *, now: datetime) -> Manifest:
    head = facts.head_of(link)
    if head is None:
        raise BackupError("The database has no tables of this platform: there is nothing to copy.")
    bucket = urlsplit(settings.attachments_url or "").scheme == "s3"
    return Manifest(
        made_at=now,
        version=__version__,
        head=head,
        postgres=link.info.server_version // 10_000,
        counts=facts.counts_of(link),
        roles=facts.roles_of(link),
        files=sum(1 for _ in facts.files_named(link)),
        files_where="copied" if wanted.with_bucket or not bucket else f"left in {settings.attachments_url}",
        settings={name: str(value) for name in _TOLD if (value := getattr(settings, name, None)) is not None},
        needed=secret_files.names(settings),
        has_secrets=wanted.with_secrets,
        audit=facts.audit_of(link),
    )


@dataclass(frozen=True, slots=True)
class _Source:
    settings: Settings
    wanted: Wanted
    manifest: Manifest
    link: facts.Link
    snapshot: str
    now: datetime
    progress: Progress

    def pieces(self) -> Iterator[Piece]:
        yield Piece(archive.MANIFEST, self.manifest.packed())
        yield from self._database()
        if self.manifest.files_where == "copied":
            # After the database: a file without a row is swept, a row without its file is a loss.
            yield from self._files(open_storage(self.settings))
        if self.wanted.with_secrets:
            kept = secret_files.in_force(self.settings, now=self.now)
            yield Piece(archive.SECRETS, json.dumps(kept).encode())

    def _database(self) -> Iterator[Piece]:
        size = 0
        with tools.dumping(str(self.settings.database_url), self.manifest.postgres, self.snapshot) as dump:
            for piece in archive.pieces_of(dump, archive.DATABASE):
                size += len(piece.data)
                yield piece
                self.progress(f"database: {size // 1_000_000} MB")

    def _files(self, storage: Storage) -> Iterator[Piece]:
        copied, gone = 0, []
        for key, _digest in facts.files_named(self.link):
            try:
                with storage.open(key) as stream:
                    data = stream.read()
            except MissingFileError:
                gone.append(key)
                continue
            except StorageUnavailableError as error:
                raise BackupError(f"The copy was not made: {error}. See ATTACHMENTS_URL.") from error
            copied += 1
            yield Piece(f"{archive.FILES}{key}", data)
            if copied % 500 == 0:
                self.progress(f"files: {copied}")
        self.progress(f"files: {copied}")
        yield Piece(archive.GONE, json.dumps(gone).encode())
