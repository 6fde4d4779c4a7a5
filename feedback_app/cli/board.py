"""`feedback board`: the leaders' board of an agency, in a terminal or for other programs."""

from __future__ import annotations

import json

import click

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit, today_of


@click.command("board", short_help="The leaders' board of an agency.")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--unit", help="Only this unit and those below it (its code).")
@click.option("--span", type=click.Choice(["quarter", "month"]), default="quarter", show_default=True)
@click.option("--close", "closes", is_flag=True, help="First close the lots that are due, as the worker does.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for other programs.")
def board_command(*, agency: str, unit: str | None, span: str, closes: bool, as_json: bool) -> None:
    """Show how the units of an agency stand against their own past, and who is not heard. It names no people."""
    from feedback_app.evaluation.board.area import whole_agency
    from feedback_app.evaluation.board.closing import close_days, close_lots
    from feedback_app.evaluation.board.queries import board
    from feedback_app.evaluation.board.telling import told
    from feedback_app.evaluation.board.trends import Span

    now = clock.utcnow()
    with database() as session:
        if closes:
            close_lots(session, now=now)
            close_days(session, now=now)
            session.commit()
        owner = find_agency(session, agency)
        day = today_of(owner, now)
        area = whole_agency(session, owner.id, day)
        ids = area.with_below(find_unit(session, owner, unit, day).id) if unit else list(area.units)
        found = told(board(session, area, ids, day, span=Span(span)), owner.code, now=now, people=None)
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for row in found["units"]:
        newest = row["newest"]
        value = f"{newest['value']:.2f} of {newest['n']} up to {newest['last_on']}" if newest else "no point yet"
        marks = [*row["signals"], *(["silent"] if row["is_silent"] else [])]
        click.echo(f"{row['code']}  {value}  {' '.join(marks) or '-'}")
    click.echo(f"{len(found['units'])} units, {len(found['silent_units'])} without feedback in 30 days")
