"""`feedback nlp refit|models|rollback|draw`: what the reader learns, and which model of it serves."""

from __future__ import annotations

import click


@click.command("refit", short_help="Make the nightly round now.")
@click.option("--gently", is_flag=True, help="Let everything else on the machine go first.")
def refit_command(*, gently: bool) -> None:
    """Learn from everything people said so far, and let the result serve only where nothing gets worse.

    Makes the round of the night, whatever the time. The exit code is 1 where it failed.
    """
    from feedback_app import jobs_learning
    from feedback_app.analysis.learning.models import Decision
    from feedback_app.cli.context import database

    if gently:
        jobs_learning.lower_priority()
    with database():
        outcome = jobs_learning.refit()
    if outcome is None:
        click.echo("Another round is under way; nothing was done.")
        return
    version = outcome.packed.version if outcome.packed else None
    click.echo(f"{outcome.decision.value}{f': {version}' if version else ''}")
    for reason in outcome.reasons:
        click.echo("  " + ", ".join(f"{name} {value}" for name, value in reason.items() if value is not None))
    if outcome.decision is Decision.FAILED:
        raise click.exceptions.Exit(1)


@click.command("models", short_help="List the models there are.")
def models_command() -> None:
    """List the models, the newest first: the one that serves is marked with *."""
    from feedback_app.analysis.learning.registry import uses, versions
    from feedback_app.cli.context import database

    with database() as session:
        found, changes = versions(session), uses(session, limit=5)
        if not found:
            click.echo("The shipped model serves; none other was registered yet.")
            return
        for row in found:
            mark = "*" if row.serves else " "
            kept = "" if row.can_serve else "  (not kept)"
            click.echo(f"{mark} {row.version:<28}{row.origin.value:<9}{row.made_at:%Y-%m-%d %H:%M}{kept}")
        click.echo("Served since:")
        for use in changes:
            click.echo(f"  {use.since:%Y-%m-%d %H:%M}  {use.version}  {use.why.value}")


@click.command("rollback", short_help="Let an earlier model serve again.")
@click.option("--to", "version", help="The version; the one before the present if unset.")
@click.option("--note", help="Why, for whoever reads the list later.")
def rollback_command(*, version: str | None, note: str | None) -> None:
    """Let an earlier model serve again, from the next drain on."""
    from feedback_app import clock
    from feedback_app.analysis.learning.registry import roll_back
    from feedback_app.cli.context import database

    with database() as session:
        serves = roll_back(session, version, note=note, now=clock.utcnow())
        session.commit()
    click.echo(f"{serves} serves from the next drain on.")


@click.command("draw", short_help="Draw texts for people from days that are over.")
def draw_command() -> None:
    """Draw the texts of days that are over, for people to read, and look for drift; a day is drawn from once."""
    from feedback_app import jobs_learning
    from feedback_app.cli.context import database

    with database():
        drawn = jobs_learning.watch_reader()
    click.echo(f"Drew {drawn} texts.")


LEARNING_COMMANDS = (refit_command, models_command, rollback_command, draw_command)
