"""A whole copy read before anything is changed with it: to its end, every byte compared."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from feedback_app.backup import archive
from feedback_app.backup.archive import DamagedBackupError
from feedback_app.backup.manifest import Manifest, unpacked
from feedback_app.backup.reading import reading

_SMALL = 64 * 1024 * 1024


@dataclass(slots=True)
class Checked:
    """What a whole file holds: `files` are the hashes by name, `gone` the files that were missing when it was made."""

    manifest: Manifest
    database_bytes: int = 0
    files: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)


def check(path: Path, identities: list[Any]) -> Checked:
    """Read a copy to its end.

    Raises
    ------
    feedback_app.backup.archive.BackupError
        It cannot be read, was changed, lacks its end, or was made for others.
    """
    if not path.is_file():
        raise archive.BackupError(f"There is no file {path}.")
    sums: dict[str, str] = {}
    kept: dict[str, bytes] = {}
    database, size = hashlib.sha256(), 0
    with reading(path, identities) as entries:
        for name, content in entries:
            if name.startswith(archive.DATABASE):
                size += _into(database, content)
            else:
                sums[name] = _hash(name, content, kept)
    if archive.MANIFEST not in kept or archive.CHECKSUMS not in kept:
        raise DamagedBackupError(f"{path} holds something else than a copy of this platform.")
    sums[archive.DATABASE] = database.hexdigest()
    del sums[archive.CHECKSUMS]
    if json.loads(kept[archive.CHECKSUMS])["sha256"] != sums:
        raise DamagedBackupError(f"The contents of {path} are not what its list says: use another copy.")
    return Checked(
        unpacked(kept[archive.MANIFEST]),
        size,
        {name.removeprefix(archive.FILES): hash_ for name, hash_ in sums.items() if name.startswith(archive.FILES)},
        json.loads(kept.get(archive.GONE, b"[]")),
        json.loads(kept.get(archive.SECRETS, b"{}")),
    )


def _into(digest: hashlib._Hash, content: IO[bytes]) -> int:
    size = 0
    while data := content.read(archive.PIECE):
        digest.update(data)
        size += len(data)
    return size


def _hash(name: str, content: IO[bytes], kept: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    if name.startswith(archive.FILES):
        _into(digest, content)
    else:
        kept[name] = content.read(_SMALL)
        digest.update(kept[name])
    return digest.hexdigest()
