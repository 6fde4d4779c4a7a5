"""`feedback db`: the tables."""

from __future__ import annotations

import sys

import click

from feedback_app.cli.context import database


@click.group("db")
def db_group() -> None:
    """Create, change and check the tables."""


@db_group.command("upgrade")
@click.argument("revision", default="head")
def upgrade_command(revision: str) -> None:
    """Bring the tables to REVISION (the newest by default). Running it again changes nothing."""
    from flask_migrate import upgrade

    with database():
        upgrade(revision=revision)
    click.echo(f"The tables are at {revision}.")


@db_group.command("downgrade")
@click.argument("revision")
@click.confirmation_option(prompt="Going down drops columns and tables with their rows. Go on?")
def downgrade_command(revision: str) -> None:
    """Take the tables back to REVISION (`base` drops everything)."""
    from flask_migrate import downgrade

    with database():
        downgrade(revision=revision)
    click.echo(f"The tables are at {revision}.")


@db_group.command("check", short_help="Tell whether migrations and code agree.")
def check_command() -> None:
    """Tell whether the migrations give exactly the tables the code expects. Exit code 1 if not."""
    from alembic.util import CommandError
    from flask_migrate import check

    with database():
        try:
            check()
        except (CommandError, SystemExit) as error:
            click.echo(f"The tables differ from the code: {error}", err=True)
            sys.exit(1)
    click.echo("The tables are what the code expects.")


@db_group.command("check-wall", short_help="Tell whether the second wall stands.")
def check_wall_command() -> None:
    """Tell whether PostgreSQL holds the web to one agency: roles, policies, grants. Exit code 1 if not."""
    from feedback_app.db_wall.problems import problems

    with database() as session:
        found = problems(session)
    for sentence in found:
        click.echo(sentence, err=True)
    if found:
        sys.exit(1)
    click.echo("The second wall stands: the web sees one agency at a time.")
