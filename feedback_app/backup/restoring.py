"""From a copy to an empty database and an empty folder. The copy is read to its end before anything is changed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from psycopg import sql

from feedback_app.backup import archive, facts, tools
from feedback_app.backup.archive import BackupError
from feedback_app.backup.checking import Checked, check
from feedback_app.backup.reading import reading
from feedback_app.backup.verification import Found, Level, compare_counts, compare_files, verify_database
from feedback_app.config import Settings, project_root
from feedback_app.intake.vault import Vault, vault_of
from feedback_app.key_files import vault_key_file
from feedback_app.storage import Storage, open_storage

Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was read to its end, and the identities that open it."""

    path: Path
    identities: list[Any]
    checked: Checked


def open_copy(path: Path, identities: list[Any]) -> Copy:
    """Read a copy to its end, and see whether this version of the platform can take it.

    Raises
    ------
    feedback_app.backup.archive.BackupError
    """
    checked = check(path, identities)
    if checked.manifest.head not in _revisions():
        raise BackupError(
            f"The copy was made by a newer version ({checked.manifest.version}, tables {checked.manifest.head}): "
            "restore it with that version, or a later one."
        )
    return Copy(path, identities, checked)


def restore(copy: Copy, settings: Settings, *, empty_first: bool, progress: Progress) -> list[Found]:
    """Restore a copy into the database and the storage of these settings; return what a look at it found.

    Raises
    ------
    feedback_app.backup.archive.BackupError
        The database or the storage is not empty, or did not take the copy; the database is then as it was.
    feedback_app.errors.ConfigurationError
    """
    url, storage = str(settings.database_url), open_storage(settings)
    _prepare(url, storage, copy.checked, empty_first=empty_first)
    restore_database(copy, url)
    progress("database restored")
    if copy.checked.manifest.files_where == "copied":
        _put_files(copy, storage)
        progress(f"{len(copy.checked.files)} files restored")
    return look_at(copy, settings)


def restore_database(copy: Copy, url: str) -> None:
    """Feed the dump of a copy to an empty database, all or nothing.

    Raises
    ------
    feedback_app.backup.archive.BackupError
    """

    def write(stdin: IO[bytes]) -> None:
        with reading(copy.path, copy.identities) as entries:
            for name, content in entries:
                if name.startswith(archive.DATABASE):
                    while data := content.read(archive.PIECE):
                        stdin.write(data)

    tools.feed(url, copy.checked.manifest.postgres, write)


def look_at(copy: Copy, settings: Settings) -> list[Found]:
    """Compare a restored database with its copy, bring it to this version where it is older, and verify all of it.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    url, manifest = str(settings.database_url), copy.checked.manifest
    found = [*compare_counts(url, manifest), *compare_files(url, copy.checked)]
    if manifest.head != newest_revision():
        _upgrade(settings)
        found.append(Found(Level.WARN, f"the copy is of an older version: tables brought from {manifest.head} to ours"))
    return [*found, *verify_database(url, settings, manifest, _vault(settings))]


def _prepare(url: str, storage: Storage, checked: Checked, *, empty_first: bool) -> None:
    with tools.connect(url, autocommit=True) as link:
        missing = facts.missing_roles(link, checked.manifest.roles)
        if missing:
            typed = " ".join(f"CREATE ROLE {name} NOLOGIN;" for name in missing)
            raise BackupError(
                f"The copy gives rights to {', '.join(missing)}, which this server does not know: as its superuser "
                f"type {typed} (see docs/wall.md)."
            )
        if not facts.is_empty(link):
            if not empty_first:
                raise BackupError(
                    "The database is not empty, and nothing is overwritten: give another one, or --force to lose "
                    "everything in this one."
                )
            owner = sql.Identifier(link.info.user)
            link.execute("DROP SCHEMA public CASCADE")
            link.execute(sql.SQL("CREATE SCHEMA public AUTHORIZATION {}").format(owner))
    if checked.files and not empty_first and next(iter(storage.stored()), None) is not None:
        raise BackupError("The storage of attachments is not empty: give another ATTACHMENTS_URL, or --force.")


def _put_files(copy: Copy, storage: Storage) -> None:
    with reading(copy.path, copy.identities) as entries:
        for name, content in entries:
            if name.startswith(archive.FILES):
                storage.put(name.removeprefix(archive.FILES), content.read())


def _vault(settings: Settings) -> Vault | None:
    if settings.lasting is None:
        return None
    return vault_of(settings.lasting, settings.vault_keys, vault_key_file(settings.home))


def _upgrade(settings: Settings) -> None:
    from flask_migrate import upgrade

    from feedback_app.app import create_app
    from feedback_app.db import db

    # No queue and no second login: nothing that happens here may reach a running installation.
    secret = settings.secret_key or secrets.token_urlsafe(32)
    app = create_app(replace(settings, redis_url=None, web_database_url=None, secret_key=secret))
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


def _script() -> Any:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    made = Config()
    made.set_main_option("script_location", str(project_root() / "migrations"))
    return ScriptDirectory.from_config(made)


def _revisions() -> set[str]:
    return {one.revision for one in _script().walk_revisions()}


def newest_revision() -> str:
    """Return the revision that the tables of this version have."""
    return str(_script().get_current_head())
