"""`feedback measures`: the daily figures."""

from __future__ import annotations

import sys

import click
import sqlalchemy as sa

from feedback_app.cli.context import database


@click.group("measures")
def measures_group() -> None:
    """The daily figures that pages and scores are made of."""


@measures_group.command("recount")
@click.option("--repair", is_flag=True, help="Replace figures that differ by the counted ones.")
@click.option("--show", default=20, show_default=True, help="How many differences to print.")
def recount_command(*, repair: bool, show: int) -> None:
    """Count every daily figure again from the raw rows and print what differs.

    Exit code 0 if nothing differs, 1 if something does (also when --repair has put it right).
    """
    from feedback_app.measures.models import DailyMeasure, DailyTopic
    from feedback_app.measures.operations import recount

    with database() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        cells = sum(session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in (DailyMeasure, DailyTopic))
        differences = recount(session, repair=repair)
        session.commit()
    for found in differences[:show]:
        click.echo(f"{found.table} {found.cell}: stored {found.stored}, counted {found.counted}")
    if len(differences) > show:
        click.echo(f"… and {len(differences) - show} more")
    click.echo(f"{cells} figures, {len(differences)} differences{', repaired' if repair and differences else ''}")
    sys.exit(1 if differences else 0)
