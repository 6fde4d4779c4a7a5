"""`feedback backup`: encrypted copies of the installation, and whether they can be used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedback_app import clock, config
from feedback_app.errors import ConfigurationError

if TYPE_CHECKING:
    from feedback_app.backup.verification import Found

IDENTITY = click.option(
    "--identity", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the age identity of a recipient.",
)  # fmt: skip
COPY = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("backup", invoke_without_command=True, short_help="Make encrypted copies, and try them.")
@click.option("--to", type=click.Path(path_type=Path), help="Folder for the copy, or the file it becomes.")
@click.option("--recipient", "recipients", multiple=True, help="Public key (age1…) that may open it. May be repeated.")
@click.option(
    "--recipients-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Public keys, one a line."
)
@click.option(
    "--with-secrets", is_flag=True, help="Also the keys of contacts, codes and audit: see docs/operations.md."
)
@click.option("--with-bucket", is_flag=True, help="Also the files of an S3 bucket; else they stay there.")
@click.option("--keep", type=click.IntRange(1), help="Then keep so many copies in the folder and remove older ones.")
@click.pass_context
def backup_group(
    ctx: click.Context, *, to: Path | None, recipients: tuple[str, ...], recipients_file: Path | None,
    with_secrets: bool, with_bucket: bool, keep: int | None,
) -> None:  # fmt: skip
    """Make an encrypted copy of database and files, while everything runs.

    \b
      feedback backup new-identity --to offsite.key     once, and keep it elsewhere
      feedback backup --to /backup --recipient age1… --keep 14
      feedback backup drill /backup/suara-….age --identity offsite.key

    The copy is written encrypted, and has its name only when it is whole. The secrets of this installation are not in
    it unless --with-secrets: keep them apart. Exit code 0 if it lies there, 1 if not.
    """
    if ctx.invoked_subcommand is not None:
        return
    if to is None:
        raise click.UsageError("Name the folder for the copy: --to DIR (or a command, see --help).")
    _make(to, _keys(recipients, recipients_file), with_secrets=with_secrets, with_bucket=with_bucket, keep=keep)


def _keys(recipients: tuple[str, ...], file: Path | None) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines() if file else []
    found = [*recipients, *(line.strip() for line in lines if line.strip() and not line.strip().startswith("#"))]
    if not found:
        raise click.UsageError("A copy is made for recipients only: --recipient age1… (feedback backup new-identity).")
    return found


def _make(to: Path, keys: list[str], *, with_secrets: bool, with_bucket: bool, keep: int | None) -> None:
    from feedback_app.backup import shelf
    from feedback_app.backup.archive import BackupError, recipient_of
    from feedback_app.backup.making import Wanted, make

    now = clock.utcnow()
    path = to / shelf.name_at(now) if to.is_dir() else to
    if keep and not to.is_dir():
        raise click.UsageError("--keep removes older copies of a folder: give --to a folder.")
    settings = config.resolved(config.load())
    wanted = Wanted([recipient_of(key) for key in keys], with_secrets, with_bucket)
    try:
        made = make(settings, path, wanted, now=now, progress=_tell)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    shelf.note_made(settings.home, made)
    click.echo(f"{made.path}: {made.size:,} bytes, {made.seconds:.1f} s, {made.manifest.rows:,} rows, "
               f"{made.manifest.files:,} files ({made.manifest.files_where})")  # fmt: skip
    if not with_secrets and made.manifest.needed:
        click.echo(f"Not in it, and needed with it: {', '.join(made.manifest.needed)}. Keep them apart.")
    for gone in shelf.thin(to, keep) if keep else []:
        click.echo(f"Removed {gone.name}")


@backup_group.command("new-identity", short_help="Make a pair of keys for copies.")
@click.option("--to", type=click.Path(path_type=Path), help="File for the identity; else it is printed.")
def new_identity_command(*, to: Path | None) -> None:
    """Make a pair of keys: the public one goes to `--recipient`, the identity opens copies. Keep it elsewhere."""
    import pyrage

    from feedback_app.key_files import write_secret

    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    text = f"# created: {clock.utcnow():%Y-%m-%dT%H:%M:%SZ}\n# public key: {public}\n{made}\n"
    if to is None:
        click.echo(text, nl=False)
        return
    if to.exists():
        raise ConfigurationError(f"{to} exists already; nothing is overwritten.")
    write_secret(to, text)
    click.echo(f"{public}\nThe identity lies in {to}: take it off this machine, and keep two copies of it.")


@backup_group.command("check", short_help="Read a copy to its end; change nothing.")
@COPY
@IDENTITY
def check_command(*, file: Path, identity: Path) -> None:
    """Read a copy to its end, compare every byte, and say what is in it. Exit code 1 if it cannot be used."""
    from feedback_app.backup.archive import BackupError, identities_in
    from feedback_app.backup.restoring import open_copy

    try:
        checked = open_copy(file, identities_in(identity)).checked
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    manifest = checked.manifest
    click.echo(f"made {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC by version {manifest.version}, tables {manifest.head}")
    click.echo(f"{manifest.rows:,} rows in {len(manifest.counts)} tables, dump {checked.database_bytes:,} bytes")
    click.echo(f"{len(checked.files):,} files ({manifest.files_where})")
    secret = "with" if manifest.has_secrets else "without"
    click.echo(f"{secret} secrets; in force were {', '.join(manifest.needed) or 'none'}")
    for name, value in sorted(manifest.settings.items()):
        click.echo(f"  {name.upper()}={value}")


@backup_group.command("drill", short_help="Restore a copy beside, verify it, drop it.")
@COPY
@IDENTITY
def drill_command(*, file: Path, identity: Path) -> None:
    """Restore a copy into a database of its own, verify the audit trail, recount every figure, compare, drop it.

    To be run after each copy, or once a week. Exit code 0 if an installation could go on from it, 1 if not.
    """
    from feedback_app.backup import shelf
    from feedback_app.backup.archive import BackupError, identities_in
    from feedback_app.backup.drill import drill
    from feedback_app.backup.restoring import open_copy

    settings = config.resolved(config.load())
    identities = identities_in(identity)
    try:
        done = drill(open_copy(file, identities), settings, progress=_tell)
    except BackupError as error:
        shelf.note_drill(settings.home, good=False, now=clock.utcnow())
        raise click.ClickException(str(error)) from error
    show(done.found)
    shelf.note_drill(settings.home, good=done.is_good, now=clock.utcnow())
    click.echo(f"{'The copy can be used' if done.is_good else 'The copy CANNOT be used as it is'}: restored in "
               f"{done.restoring:.1f} s, looked at in {done.looking:.1f} s")  # fmt: skip
    sys.exit(0 if done.is_good else 1)


def show(found: list[Found]) -> None:
    """Print findings, one a line."""
    for one in found:
        click.echo(f"{one.level.value:<5} {one.text}")


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"  {line}", err=True)
