"""The secrets of an installation: which are in force, and how they come into a copy and back out of it.

They are left out unless somebody asks, so that whoever may read copies cannot open the contacts of citizens. Left out,
they have to be kept apart: a restored database without them finds no tracking code and opens no contact.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Final

from feedback_app.backup.archive import DamagedBackupError
from feedback_app.config import Settings
from feedback_app.errors import ConfigurationError
from feedback_app.key_files import (
    FALLBACKS,
    LASTING,
    SECRET_KEY,
    SECRETS,
    KeyEntry,
    read_entries,
    vault_key_file,
    write_entries,
    write_secret,
)

_AUDIT: Final = "audit-key"
_VAULT: Final = "vault-keys"
_PLAIN: Final = (SECRET_KEY, FALLBACKS, LASTING, _AUDIT, f"{_AUDIT}.public", f"{_AUDIT}.next")


def in_force(settings: Settings, *, now: datetime) -> dict[str, str]:
    """Return every secret that a restored installation needs, by the name of its file.

    What is given by the environment is taken from there; logins of the embedded servers are made anew by each.
    """
    folder = settings.home / SECRETS
    found = {name: (folder / name).read_text("utf-8") for name in _PLAIN if (folder / name).is_file()}
    if settings.audit_key_file and settings.audit_key_file.is_file():
        found[_AUDIT] = settings.audit_key_file.read_text("utf-8")
    if settings.secret_key:
        found[SECRET_KEY] = settings.secret_key
    if settings.secret_key_fallbacks:
        found[FALLBACKS] = "\n".join(settings.secret_key_fallbacks)
    if settings.lasting_secret:
        found[LASTING] = settings.lasting_secret
    kept = {entry.key: entry for entry in read_entries(vault_key_file(settings.home))}
    given = {key: KeyEntry(key, now, now) for key in settings.vault_keys}
    entries = [*given.values(), *(entry for key, entry in kept.items() if key not in given)]
    if entries:
        found[_VAULT] = json.dumps([[entry.key, entry.made_at.isoformat()] for entry in entries])
    return found


def names(settings: Settings) -> list[str]:
    """Return which secrets are in force, for the list of what has to be kept apart."""
    folder = settings.home / SECRETS
    there = [name for name in _PLAIN if (folder / name).is_file()]
    given = [
        *(["SECRET_KEY"] if settings.secret_key and SECRET_KEY not in there else []),
        *(["LASTING_SECRET"] if settings.lasting_secret and LASTING not in there else []),
        *(["VAULT_KEYS"] if settings.vault_keys else []),
    ]
    kept = [_VAULT] if vault_key_file(settings.home).exists() else []
    return sorted({*there, *given, *kept})


def put_back(home: Path, found: dict[str, str], *, now: datetime) -> list[str]:
    """Write the secrets of a copy into a home that has none; return the names of those written.

    Raises
    ------
    feedback_app.errors.ConfigurationError
        The home has secrets of its own already.
    feedback_app.backup.archive.DamagedBackupError
    """
    folder = home / SECRETS
    taken = [name for name in (*_PLAIN, _VAULT) if (folder / name).exists()]
    if taken:
        raise ConfigurationError(f"{folder} holds {', '.join(taken)} already: take an empty folder.")
    for name in _PLAIN:
        if name in found:
            write_secret(folder / name, found[name])
    if _VAULT in found:
        try:
            rows = [KeyEntry(key, datetime.fromisoformat(made), now) for key, made in json.loads(found[_VAULT])]
        except (ValueError, TypeError) as error:
            raise DamagedBackupError("The keys of the vault in the copy cannot be read.") from error
        write_entries(folder / _VAULT, tuple(rows))
    return [name for name in (*_PLAIN, _VAULT) if name in found]
