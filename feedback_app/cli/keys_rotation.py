"""`feedback keys rotate`: from the old key to the new one in one go, or on from where it was ended."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.orm import Session

from feedback_app import clock, config
from feedback_app.errors import ConfigurationError
from feedback_app.key_files import change_session_key, only_one, vault_key_file

if TYPE_CHECKING:
    from feedback_app.intake.vault import Vault

UNREADABLE = "After {done} contacts one opens with no key; `feedback keys check` names it. No key was dropped."


@click.command("rotate", short_help="Change a key; go on where it was ended.")
@click.option("--sessions", is_flag=True, help="Change the key of session cookies instead; takes a restart.")
@click.option("--retire", is_flag=True, help="Drop the key before as well; else it stays until the next change.")
@click.option("--patience", default=120.0, show_default=True, help="Seconds to wait for transactions under way to end.")
def rotate_command(*, sessions: bool, retire: bool, patience: float) -> None:
    """Change the key of the citizens' contacts, without a stop of anything.

    A new key is laid in front of secrets/vault-keys of FEEDBACK_HOME, where every process of this machine finds it
    at once; every contact is sealed under it; a look at all of them finds no other; the key before stays until the
    next change (or goes with --retire). Ended at any moment, the same call goes on. Where VAULT_KEYS is set, put the
    new key in front there and restart everything first: every contact is then sealed under it.
    """
    if sessions:
        _rotate_sessions(retire=retire)
    else:
        _rotate_vault(retire=retire, patience=patience)


def _rotate_sessions(*, retire: bool) -> None:
    settings = config.load()
    if settings.secret_key:
        raise ConfigurationError(
            "SECRET_KEY is set, so this command cannot change it. Put the present value into LASTING_SECRET (unless "
            "that is set already) and in front in SECRET_KEY_FALLBACKS, a new one (feedback keys new) into "
            "SECRET_KEY, and restart."
        )
    with only_one(vault_key_file(settings.home)):
        change_session_key(settings.home, secrets.token_urlsafe(32), retire=retire)
    ended = "Whoever is signed in has to sign in again." if retire else "Whoever is signed in stays so."
    click.echo(f"The key of sessions is another one from the next `feedback up` on. {ended}")
    click.echo(
        "Tracking codes, links in mails and passwords go on: what they rest on is kept in secrets/lasting_secret."
    )


def _rotate_vault(*, retire: bool, patience: float) -> None:
    from flask import current_app

    from feedback_app.cli.context import database
    from feedback_app.intake.vault import Vault

    with database() as session:
        settings: config.Settings = current_app.extensions["suara_settings"]
        path, vault = vault_key_file(settings.home), current_app.config["VAULT"]
        assert isinstance(vault, Vault)  # noqa: S101 - the application has made it
        with only_one(path):
            if settings.vault_keys:
                _given_by_hand(session, vault, len(settings.vault_keys), patience)
            else:
                _kept_here(session, vault, path, retire=retire, patience=patience)


def _kept_here(session: Session, vault: Vault, path: Path, *, retire: bool, patience: float) -> None:
    from feedback_app.intake.vault_rotation import begin, finish

    fresh = begin(path, now=clock.utcnow())
    click.echo("A new key was made." if fresh else "A change that was not finished goes on.")
    done, total = _reseal(session, vault, patience)
    kept, gone = finish(path, retire=retire, now=clock.utcnow())
    _note(session, done)
    click.echo(f"{done} contacts sealed anew; all {total} lie under the new key.")
    click.echo(f"Older keys: {kept} kept until the next change, {gone} dropped.")
    click.echo(f"Keep a copy of {path} apart from database and backups: without it no contact opens.")


def _given_by_hand(session: Session, vault: Vault, given: int, patience: float) -> None:
    done, total = _reseal(session, vault, patience)
    _note(session, done)
    click.echo(f"{done} contacts sealed anew; all {total} lie under the first key of VAULT_KEYS.")
    if given > 1:
        click.echo(f"The other {given - 1} open nothing any more and can go from VAULT_KEYS at the next restart.")


def _reseal(session: Session, vault: Vault, patience: float) -> tuple[int, int]:
    from feedback_app.intake.vault import UnreadableSealError
    from feedback_app.intake.vault_rotation import NotSettledError, reseal

    seen = [0]

    def progress(done: int) -> None:
        seen[0] = done
        if done and done % 50_000 < 500:
            click.echo(f"  {done} …", err=True)

    try:
        return reseal(session, vault, patience=patience, progress=progress)
    except UnreadableSealError as error:
        raise ConfigurationError(UNREADABLE.format(done=seen[0])) from error
    except NotSettledError as error:
        raise ConfigurationError(f"Not finished: {error}. No key was dropped; call the same again later.") from error


def _note(session: Session, sealed: int) -> None:
    from feedback_app.audit.operations import SYSTEM, record_platform

    record_platform(
        session, actor=SYSTEM, action="keys.rotate", subject_type="vault", subject_id=None, now=clock.utcnow(),
        contacts=sealed,
    )  # fmt: skip
    session.commit()
