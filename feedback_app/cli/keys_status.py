"""`feedback keys status`: every key there is, what it protects, where it comes from, how old it is."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from feedback_app import clock, config
from feedback_app.key_files import (
    FALLBACKS,
    LASTING,
    SECRET_KEY,
    SECRETS,
    others_may_read,
    read_entries,
    vault_key_file,
)

CODES = "hashes of tracking codes, visit tokens and keys of counters; links in mails; seals of second factors"
LASTS = "nothing may change it: codes handed out would no longer be found, and passwords no longer fit"


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key for the list; `made` is a day, where it is known; `fault` says what is wrong with it."""

    name: str
    protects: str
    source: str
    made: str | None
    change: str
    fault: str | None = None


@click.command("status", short_help="What protects what, and since when.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array, for other programs.")
@click.option("--count", is_flag=True, help="Also count the contacts under each key of the vault (opens the database).")
def status_command(*, as_json: bool, count: bool) -> None:
    """List every key, what it protects, where it lies and how old it is. No key is printed.

    Exit code 1 if anything is wrong with one.
    """
    settings = config.load()
    lines = [*_secret_lines(settings), *_vault_lines(settings), *_other_files(settings)]
    counts = _counts() if count else None
    if as_json:
        rows = [asdict(line) for line in lines]
        click.echo(json.dumps({"keys": rows, "contacts": counts} if count else rows, indent=2))
    else:
        for line in lines:
            _show(line)
        if counts is not None:
            click.echo(f"contacts by key, newest first: {counts['by_key']}; opened by none: {counts['by_none']}")
    if any(line.fault for line in lines) or (counts and counts["by_none"]):
        raise click.exceptions.Exit(1)


def _show(line: KeyLine) -> None:
    made = f", since {line.made}" if line.made else ""
    click.echo(f"{line.name}: {line.source}{made}")
    click.echo(f"    protects  {line.protects}")
    click.echo(f"    change    {line.change}")
    if line.fault:
        click.echo(f"    WRONG     {line.fault}")


def _secret_lines(settings: config.Settings) -> list[KeyLine]:
    folder = settings.home / SECRETS
    lines = []
    in_file = folder / SECRET_KEY
    alone = not (settings.lasting_secret or (not settings.secret_key and (folder / LASTING).exists()))
    protects = "session cookies and forms" + (f"; as long as it stands alone also {CODES}" if alone else "")
    change = "feedback keys rotate --sessions; sessions go on by SECRET_KEY_FALLBACKS"
    if settings.secret_key:
        lines.append(KeyLine("SECRET_KEY", protects, "environment", None, _by_hand(alone=alone)))
    elif in_file.exists():
        lines.append(_of_file("SECRET_KEY", in_file, protects, change))
    else:
        lines.append(KeyLine("SECRET_KEY", protects, "made at the first `feedback up`", None, change))
    if settings.lasting_secret:
        lines.append(KeyLine("LASTING_SECRET", CODES, "environment", None, LASTS))
    elif not alone:
        lines.append(_of_file("LASTING_SECRET", folder / LASTING, CODES, LASTS))
    if settings.secret_key_fallbacks:
        what = f"{len(settings.secret_key_fallbacks)} in the environment"
        lines.append(KeyLine("SECRET_KEY_FALLBACKS", "sessions begun before the last change", what, None, "drop it"))
    elif (folder / FALLBACKS).exists() and not settings.secret_key:
        what = "sessions begun before the last change"
        lines.append(_of_file("SECRET_KEY_FALLBACKS", folder / FALLBACKS, what, "goes with the next change"))
    return lines


def _by_hand(*, alone: bool) -> str:
    first = "put the present value into LASTING_SECRET and into SECRET_KEY_FALLBACKS" if alone else ""
    return f"{first}{', then ' if first else ''}set another one and restart"


def _vault_lines(settings: config.Settings) -> list[KeyLine]:
    what, lines = "contacts of citizens", []
    for place in range(1, len(settings.vault_keys) + 1):
        does = "seals and opens" if place == 1 else "opens"
        lines.append(
            KeyLine(
                f"VAULT_KEYS {place}", f"{what} ({does})", "environment", None, "a new one in front, restart, rotate"
            )
        )
    path = vault_key_file(settings.home)
    fault = _fault(path) if path.exists() else None
    for place, entry in enumerate(read_entries(path), start=1):
        seals = place == 1 and not settings.vault_keys
        state = "" if entry.resealed_at or not seals else "; a change is not finished: call `feedback keys rotate`"
        lines.append(
            KeyLine(
                f"vault key {place}", f"{what} ({'seals and opens' if seals else 'opens'}{state})", str(path),
                entry.made_at.date().isoformat(), "feedback keys rotate", fault,
            )
        )  # fmt: skip
    own = bool(lines)
    does = "opens what it sealed before there was a key of its own" if own else "seals and opens"
    made_from = "LASTING_SECRET" if settings.lasting_secret else "the secret of what lasts"
    lines.append(
        KeyLine("derived vault key", f"{what} ({does})", f"made from {made_from}", None, "feedback keys rotate")
    )
    return lines


def _other_files(settings: config.Settings) -> list[KeyLine]:
    folder = settings.home / SECRETS
    known = {SECRET_KEY, FALLBACKS, LASTING, vault_key_file(settings.home).name}
    purposes = {
        "postgres": ("the login of the owner of the embedded database", "remove it; the next start makes another"),
        "postgres-web": (
            "the login of the web server to the embedded database",
            "remove it; the next start makes another",
        ),
        "postgres-admin": ("the superuser of the embedded database", "by hand, as that superuser"),
        "audit-key": ("signatures of the sealed audit trail", "feedback audit new-key"),
    }
    if not folder.is_dir():
        return []
    return [
        _of_file(path.name, path, *purposes.get(path.name, ("kept by another part of the platform", "see its page")))
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in known and not path.name.startswith(".") and path.suffix != ".lock"
    ]


def _of_file(name: str, path: Path, protects: str, change: str) -> KeyLine:
    made = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    return KeyLine(name, protects, str(path), made, change, _fault(path))


def _fault(path: Path) -> str | None:
    if others_may_read(path):
        return f"others on this machine may read it: chmod 600 {path}"
    if path.stat().st_uid != os.geteuid():
        return f"{path} belongs to another user than the one who looks"
    if path.stat().st_mtime > clock.utcnow().timestamp() + 86_400:
        return f"{path} is dated in the future: see to the clock of this machine"
    return None


def _counts() -> dict[str, object]:
    from flask import current_app

    from feedback_app.cli.context import database
    from feedback_app.intake.vault_upkeep import count_by_key

    with database() as session:
        counts, by_none = count_by_key(session, current_app.config["VAULT"])
    return {"by_key": counts, "by_none": by_none}
