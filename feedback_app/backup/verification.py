"""Whether a restored database is what it was: its rows counted, its trail verified, its figures recounted."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.publishing import read_roots
from feedback_app.audit.sealing_key import KeyFiles, known_keys
from feedback_app.audit.verifying import verify
from feedback_app.backup import facts, tools
from feedback_app.backup.checking import Checked
from feedback_app.backup.manifest import Manifest
from feedback_app.config import Settings, sqlalchemy_url
from feedback_app.db_wall.problems import problems
from feedback_app.errors import ConfigurationError
from feedback_app.intake.vault import Vault
from feedback_app.intake.vault_upkeep import unreadable_contacts
from feedback_app.measures.operations import recount
from feedback_app.measures.releases import verify as verify_releases

SHOWN = 5


class Level(enum.StrEnum):
    """How a finding is meant."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Found:
    """One sentence about a copy or what became of it."""

    level: Level
    text: str


def compare_counts(url: str, manifest: Manifest) -> list[Found]:
    """Compare the rows of every table with those that were copied; to be asked before the tables are changed."""
    with tools.connect(url) as link:
        counts, head = facts.counts_of(link), facts.head_of(link)
    if counts == manifest.counts and head == manifest.head:
        return [Found(Level.OK, f"{manifest.rows} rows in {len(counts)} tables, as when the copy was made")]
    differing = [
        f"{name}: {manifest.counts.get(name, 0)} copied, {counts.get(name, 0)} restored"
        for name in sorted({*counts, *manifest.counts})
        if counts.get(name) != manifest.counts.get(name)
    ]
    return [Found(Level.BAD, line) for line in differing[:SHOWN] or [f"revision {head} instead of {manifest.head}"]]


def compare_files(url: str, checked: Checked) -> list[Found]:
    """Compare the files of the copy with the rows that name them."""
    if checked.manifest.files_where != "copied":
        text = f"{checked.manifest.files} files are not in the copy: {checked.manifest.files_where}"
        return [Found(Level.WARN, text)] if checked.manifest.files else []
    with tools.connect(url) as link:
        named = dict(facts.files_named(link))
    missing = [key for key in named if key not in checked.files]
    lost = [key for key in missing if key not in checked.gone]
    changed = [key for key, digest in named.items() if checked.files.get(key, digest.hex()) != digest.hex()]
    found = [
        *(Found(Level.BAD, f"the file {key} is not in the copy") for key in lost[:SHOWN]),
        *(Found(Level.BAD, f"the file {key} is not the one its row names") for key in changed[:SHOWN]),
    ]
    if len(missing) > len(lost):
        text = f"{len(missing) - len(lost)} files were missing when the copy was made: `feedback attachments check`"
        found.append(Found(Level.WARN, text))
    return found or [Found(Level.OK, f"{len(checked.files)} files, each the one its row names")]


def verify_database(url: str, settings: Settings, manifest: Manifest, vault: Vault | None) -> list[Found]:
    """Verify trail, figures, releases and contacts of a restored database whose tables are of this version."""
    engine = sa.create_engine(sqlalchemy_url(url), hide_parameters=True)
    steps: tuple[tuple[str, Callable[[Session], list[Found]]], ...] = (
        ("the audit trail", lambda session: _trail(session, settings, manifest)),
        ("the daily figures", _figures),
        ("the released figures", _releases),
        ("the sealed contacts", lambda session: _contacts(session, vault)),
        ("the second wall", _wall),
    )
    found: list[Found] = []
    try:
        for what, step in steps:
            with Session(engine) as session:
                try:
                    found += step(session)
                except (sa.exc.SQLAlchemyError, ConfigurationError) as error:
                    first = str(error).partition("\n")[0]
                    found.append(Found(Level.BAD, f"{what} could not be checked: {first}"))
    finally:
        engine.dispose()
    return found


def _trail(session: Session, settings: Settings, manifest: Manifest) -> list[Found]:
    if manifest.audit is None:
        return [Found(Level.WARN, "the copy was made before anything of the audit trail was sealed")]
    trusted, vouched = _trusted(settings.audit_key, manifest.audit)
    until = int(manifest.audit["seal"])
    # The copy is older than what was published since; what it must hold is what was there when it was made.
    roots = [one for one in read_roots(settings.audit_roots) if one.statement.number <= until]
    verdict = verify(session, trusted=trusted, roots=roots or None)
    if not verdict.holds:
        more = f", {sum(verdict.counts.values())} in all" if sum(verdict.counts.values()) > 1 else ""
        return [Found(Level.BAD, f"the audit trail was changed: {one.text()}{more}") for one in verdict.findings[:1]]
    text = f"the audit trail holds: {verdict.events} events under {verdict.seals} seals, {len(roots)} roots compared"
    if not vouched:
        return [Found(Level.WARN, f"{text}; its key is known from the copy alone: compare it with one kept elsewhere")]
    return [Found(Level.OK, text)]


def _trusted(key: Path, audit: dict[str, Any]) -> tuple[list[bytes], bool]:
    files = KeyFiles(key)
    if files.known.exists():
        return known_keys(files.known), True
    return [bytes.fromhex(str(audit["public_key"]))], False


def _figures(session: Session) -> list[Found]:
    differences = recount(session, repair=False)
    session.rollback()
    if not differences:
        return [Found(Level.OK, "the daily figures are what the rows give")]
    shown = [f"{one.table} {one.cell}: stored {one.stored}, counted {one.counted}" for one in differences[:SHOWN]]
    return [Found(Level.BAD, line) for line in shown]


def _releases(session: Session) -> list[Found]:
    count, differences = verify_releases(session)
    session.rollback()
    if differences:
        return [Found(Level.BAD, f"{len(differences)} of {count} released figures are not what the rows give")]
    return [Found(Level.OK, f"{count} released figures are what the rows give")]


def _wall(session: Session) -> list[Found]:
    faults = problems(session)
    if not faults:
        return [Found(Level.OK, "the second wall stands: rights and policies are those of this version")]
    return [Found(Level.BAD, f"the second wall: {fault}") for fault in faults[:SHOWN]]


def _contacts(session: Session, vault: Vault | None) -> list[Found]:
    if vault is None:
        return [Found(Level.WARN, "no keys of the vault at hand: nobody looked whether contacts open")]
    broken = sum(1 for _ in unreadable_contacts(session, vault))
    if broken:
        return [
            Found(Level.BAD, f"{broken} contacts open with none of the keys at hand: which keys belong to this copy?")
        ]
    return [Found(Level.OK, "every contact opens with the keys at hand")]
