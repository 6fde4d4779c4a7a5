"""What `feedback doctor` sees on this machine: files and their modes, keys and their age, room, copies."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from feedback_app import clock
from feedback_app.cli.doctor_lines import Line, Lines, bad, judged, ok, span, warn
from feedback_app.cli.doctor_settings import is_public
from feedback_app.config import Settings, project_root
from feedback_app.key_files import SECRETS, read_entries, vault_key_file

_OLD_KEY: Final = timedelta(days=400)
_LATE_COPY: Final = timedelta(hours=26)
_NO_COPY: Final = timedelta(days=7)
_LATE_DRILL: Final = timedelta(days=35)
_SHARE_LEFT: Final = 0.10
_LEAST_LEFT: Final = 1_000_000_000
_DUMPS: Final = (".sql", ".dump", ".age", ".bak", ".env", ".pem", ".key", ".sqlite", ".tar", ".gz", ".zip", ".csv")


def folders(settings: Settings) -> Lines:
    """Look at who may read what is kept in FEEDBACK_HOME."""
    if not settings.home.is_dir():
        yield warn("home", f"{settings.home} does not exist yet", "it is made by the first `feedback up`")
        return
    for name, path, mask in (
        ("home", settings.home, 0o022), ("secrets", settings.home / SECRETS, 0o077),
        ("logs", settings.home / "logs", 0o077),
        ("attachments", settings.home / "attachments", 0o077),
    ):  # fmt: skip
        if path.is_dir():
            mode = stat.S_IMODE(path.stat().st_mode)
            yield judged(
                f"{name}_mode", f"{path} has mode {mode:04o}", f"chmod {'700' if mask == 0o077 else 'go-w'} {path}",
                is_warn=False, is_bad=bool(mode & mask),
            )  # fmt: skip
    open_files = [path for path in _secret_files(settings) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in open_files:
        yield bad("secret_mode", f"others on this machine may read {path}", f"chmod 600 {path}, and change that key")


def _secret_files(settings: Settings) -> Iterator[Path]:
    folder = settings.home / SECRETS
    found = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    # What is public by nature lies beside its key.
    yield from (path for path in found if path.suffix not in {".public", ".lock"})
    for extra in (settings.connection_file, settings.audit_key_file, settings.oidc_providers_file):
        if extra is not None and extra.is_file() and extra.parent != folder:
            yield extra


def vault(settings: Settings) -> Lines:
    """Look at the keys of the contacts: whose they are, how old, and whether a change was left half done."""
    entries = read_entries(vault_key_file(settings.home))
    if settings.vault_keys:
        yield ok("vault_key", "contacts are sealed under VAULT_KEYS")
    elif not entries:
        yield judged(
            "vault_key", "contacts are sealed under a key made from SECRET_KEY", "feedback keys rotate",
            is_warn=is_public(settings), is_bad=False,
        )  # fmt: skip
    else:
        age = clock.utcnow() - entries[0].made_at
        yield judged(
            "vault_key", f"contacts are sealed under a key of {span(age)}", "feedback keys rotate",
            is_warn=age > _OLD_KEY, is_bad=False,
        )  # fmt: skip
        if entries[0].resealed_at is None:
            yield warn("vault_change", "a change of the key was not finished", "feedback keys rotate")


def copies(settings: Settings) -> Lines:
    """Look at when a copy was made, and when one was tried."""
    from feedback_app.backup import shelf

    noted, public = shelf.noted(settings.home), is_public(settings)
    yield _made(noted.made_at, public=public)
    if noted.drill_was_good is False:
        yield bad(
            "drill", "the last drill failed", "feedback backup drill FILE --identity KEYFILE, and read what it says"
        )
    elif noted.drilled_at is None:
        yield warn("drill", "no copy was ever tried", "feedback backup drill FILE --identity KEYFILE")
    else:
        age = clock.utcnow() - noted.drilled_at
        yield judged(
            "drill", f"the last good drill was {span(age)} ago", "feedback backup drill FILE --identity KEYFILE",
            is_warn=age > _LATE_DRILL, is_bad=False,
        )  # fmt: skip


def _made(made_at: datetime | None, *, public: bool) -> Line:
    advice = "feedback backup --to DIR --recipient age1…, each night; see docs/operations.md"
    if made_at is None:
        return judged("backup", "there is no copy of this installation", advice, is_warn=True, is_bad=public)
    age = clock.utcnow() - made_at
    return judged(
        "backup", f"the last copy is {span(age)} old", advice, is_warn=age > _LATE_COPY, is_bad=age > _NO_COPY
    )


def room(settings: Settings) -> Lines:
    """Look at how much room is left where data lie."""
    place = settings.home if settings.home.exists() else settings.home.parent
    found = shutil.disk_usage(place if place.exists() else Path("/"))
    left = found.free / found.total
    yield judged(
        "disk", f"{found.free / 1e9:.1f} GB ({left:.0%}) left for {settings.home}",
        "make room: a full disk stops every report",
        is_warn=left < _SHARE_LEFT, is_bad=found.free < _LEAST_LEFT,
    )  # fmt: skip


def public_files(settings: Settings) -> Lines:  # noqa: ARG001 - as every check of this list
    """Look for copies and dumps where the web server gives files to everybody."""
    folder = project_root() / "feedback_app" / "static"
    found = [path for path in folder.rglob("*") if path.suffix.lower() in _DUMPS]
    for path in found:
        yield bad("static", f"{path} is given to everybody", "remove it")
    if not found:
        yield ok("static", "no dump lies among the files for everybody")


CHECKS: Final = {
    "home": folders, "vault_key": vault, "backup": copies, "disk": room, "static": public_files,
}  # fmt: skip
