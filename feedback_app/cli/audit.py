"""`feedback audit`: seals over the audit trail, and whether it still is what was sealed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from feedback_app import clock
from feedback_app.audit.canonical import moment
from feedback_app.audit.operations import SYSTEM
from feedback_app.audit.proofs import BadProofError, check_proof
from feedback_app.audit.publishing import last_root, publish, read_roots
from feedback_app.audit.sealing_key import KeyFiles, as_pem, known_keys, take_over
from feedback_app.audit.upkeep import change_key, ready_key
from feedback_app.audit.upkeep import resume as go_on
from feedback_app.cli.audit_verify import cut_command, verify_command
from feedback_app.cli.context import database
from feedback_app.jobs import settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("audit")
def audit_group() -> None:
    """Seals over the audit trail.

    \b
    The worker seals each minute. To look after it:
      feedback audit verify       exit code 0: the trail is what was sealed
      feedback audit public-key   give it to whoever is to verify on their own
      feedback audit roots        keep copies of these elsewhere
    """


audit_group.add_command(verify_command)
audit_group.add_command(cut_command)


@audit_group.command("public-key", short_help="Print the public keys of all seals.")
def public_key_command() -> None:
    """Print the public halves of all keys that ever sealed here, in PEM, the oldest first."""
    with database() as session:
        files = KeyFiles(settings().audit_key)
        ready_key(session, files)
        for public in known_keys(files.known):
            click.echo(as_pem(public), nl=False)


@audit_group.command("new-key", short_help="Let another key sign from now on.")
@click.option("--lost", is_flag=True, help="The present key is gone: the new one signs alone.")
@click.confirmation_option(prompt="A new key signs from now on, and the present one is thrown away. Go on?")
def new_key_command(*, lost: bool) -> None:
    """Make a new key. The seal of the change is signed by both keys, so that who trusts the old one trusts the new."""
    with database() as session:
        files = KeyFiles(settings().audit_key)
        seal = change_key(session, files, actor=SYSTEM, now=clock.utcnow(), is_lost=lost)
        session.commit()
        take_over(files)
        publish(session, settings().audit_roots)
        session.commit()
        click.echo(f"Seal {seal.number} says so; the key from now on:")
        click.echo(as_pem(seal.public_key), nl=False)
    if lost:
        click.echo("Nothing vouches for it but you: give it to everybody who verifies.", err=True)


@audit_group.command("roots", short_help="Print the seals as they are published.")
@click.option("--last", type=click.IntRange(1), help="Only so many, the newest.")
def roots_command(*, last: int | None) -> None:
    """Print the file of roots, one JSON line a seal. Keep copies where nobody of this machine can write."""
    with database():
        lines = [one.line() for one in read_roots(settings().audit_roots)]
    for line in lines[-last:] if last else lines:
        click.echo(line, nl=False)


@audit_group.command("resume", short_help="Go on after an older copy was put back.")
@click.confirmation_option(prompt="The seals that were published and are missing here are declared lost. Go on?")
def resume_command() -> None:
    """Set a seal that declares the missing ones lost, after a backup was restored. `verify` tells of it ever after."""
    with database() as session:
        roots = settings().audit_roots
        key = ready_key(session, KeyFiles(settings().audit_key))
        seal = go_on(session, key, last_root(roots), actor=SYSTEM, now=clock.utcnow())
        session.commit()
        publish(session, roots)
        session.commit()
        gone = seal.number - (seal.refers_to or 0) - 1
        click.echo(f"Seal {seal.number} declares {gone} seals lost; sealing goes on.")


@audit_group.command("check-proof", short_help="Check an exported trail without a database.")
@click.argument("file", type=_FILE)
@click.option("--public-key", "key_file", type=_FILE, required=True, help="The public keys you trust, in PEM.")
def check_proof_command(*, file: Path, key_file: Path) -> None:
    """Check each event of FILE, the JSON lines that the viewer exports. Exit code 0 if all were sealed as told."""
    trusted = known_keys(key_file)
    good = bad = waiting = held = 0
    for place, line in enumerate(file.open(encoding="utf-8"), start=1):
        try:
            told = json.loads(line)
            if "held_back" in told:
                held += 1
                continue
            if told["proof"] is None:
                waiting += 1
                continue
            seal = check_proof(told["event"], told["proof"], trusted)
        except (BadProofError, ValueError, KeyError, TypeError) as error:
            bad += 1
            why = error if isinstance(error, BadProofError) else "no event with a proof"
            click.echo(f"line {place}: {why}")
            continue
        good += 1
        said = moment(seal.statement.sealed_at)
        click.echo(f"line {place}: event {told['event']['id']} in seal {seal.statement.number} of {said}")
    click.echo(f"{good} sealed as told, {waiting} not sealed yet, {held} held back, {bad} not as told")
    sys.exit(1 if bad else 0)
