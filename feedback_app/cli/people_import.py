"""`feedback people import`, `undo`: bring a list of people and posts in, and take it back."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency
from feedback_app.cli.people_acting import actor_of, as_account

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from feedback_app.audit.operations import Actor
    from feedback_app.organisation.models import Agency
    from feedback_app.organisation.people.imports.mapping import Choices
    from feedback_app.organisation.people.models import PeopleImport

SHOWN: Final = 100
NOT_APPLIED: Final = 1
_FILE: Final = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
_DAY: Final = click.DateTime(["%Y-%m-%d"])


@click.command("import", short_help="Bring in a list of people and posts.")
@click.argument("file", type=_FILE)
@click.option("--agency", "agency_code", required=True, metavar="CODE")
@click.option(
    "--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="What a column means, where it is not guessed."
)
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook that has several.")
@click.option("--starts-on", type=_DAY, help="First day of new posts without one.")
@click.option("--decree", help="Number of the decree of new posts without one.")
@click.option("--whole-list-ends-on", type=_DAY, help="The list names everybody: other posts end on this day.")
@click.option("--without-past", is_flag=True, help="Leave out rows that touch days gone by.")
@click.option("--only-good", is_flag=True, help="Apply the rows that can be read and leave out the others.")
@click.option("--dry-run", is_flag=True, help="Say what would change and keep nothing; so it is without --apply, too.")
@click.option("--apply", "applies", is_flag=True, help="Apply it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--reason", default="", help="Why; needed where days gone by change.")
@as_account
def import_command(
    file: Path, agency_code: str, pairs: Sequence[str], sheet: str | None, starts_on: datetime | None,
    decree: str | None, whole_list_ends_on: datetime | None, reason: str, by: str | None, password: str | None, *,
    without_past: bool, only_good: bool, dry_run: bool, applies: bool, as_json: bool,
) -> None:  # fmt: skip
    """Compare a FILE of people and posts (.csv or .xlsx) with what is known; with --apply, take it over.

    A list that changes who was responsible on days gone by waits until a second person agrees: ask for it with --by and
    --reason. Without them it is kept as a preview for the pages of staff.

    Exit codes: 0 done, waiting or nothing to do, 1 nothing was applied and why, 2 the call is wrong.
    """
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.organisation.people.imports.terms import Options

    if dry_run and applies:
        raise click.UsageError("--dry-run and --apply exclude each other.")
    options = Options(_day(starts_on), decree, _day(whole_list_ends_on), without_past)
    with database() as session:
        if applies:
            record_goes_on(session)
        agency = find_agency(session, agency_code)
        actor = actor_of(session, agency, by, password)
        made = _looked_at(session, agency, file, sheet, pairs, options, actor)
        _tell(session, made, as_json=as_json)
        if not applies:
            session.rollback()
            click.echo("Nothing was applied (add --apply).", err=True)
            return
        _apply(session, agency, made, actor, reason, only_good=only_good)


@click.command("undo", short_help="Take an import back.")
@click.argument("number", type=click.IntRange(1))
@click.option("--agency", "agency_code", required=True, metavar="CODE")
@click.option("--reason", default="", help="Why; needed where days gone by change.")
@as_account
def undo_command(number: int, agency_code: str, reason: str, by: str | None, password: str | None) -> None:
    """Supersede what import NUMBER wrote and let what it superseded stand again.

    Where that changes who was responsible on days gone by, it waits until a second person agrees: name --by, --reason.
    """
    from feedback_app.intake.first_feedback import office_moment
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.organisation.people.imports.undoing import undo
    from feedback_app.organisation.people.models import PeopleImport

    with database() as session:
        record_goes_on(session)
        agency = find_agency(session, agency_code)
        made = session.get(PeopleImport, (agency.id, number))
        if made is None:
            raise click.UsageError(f"{agency_code} has no import {number}.")
        actor = actor_of(session, agency, by, password)
        waits = undo(session, made, reason=reason, actor=actor, at=office_moment(session, agency, clock.utcnow()))
        session.commit()
    click.echo(f"Waits for a second person: undoing import {number}." if waits else f"Undone: import {number}.")


def _looked_at(
    session: Session, agency: Agency, file: Path, sheet: str | None, pairs: Sequence[str], options: Any, actor: Actor
) -> PeopleImport:
    from feedback_app.blueprints.people_import_table import read_list
    from feedback_app.intake.first_feedback import office_moment
    from feedback_app.organisation.people.imports import preview
    from feedback_app.organisation.people.imports.mapping import read_choices

    content = file.read_bytes()
    read = read_list(content, sheet=sheet)
    now = clock.utcnow()
    click.echo(f"{len(read.rows):,} rows read; comparing …", err=True)
    source = preview.Source("cli", file.name, hashlib.sha256(content).hexdigest())
    made = preview.take_in(session, agency.id, source, read.header, read.rows, actor=actor, now=now)
    choices = replace(_columns(session, agency, read_choices(made.mapping), pairs), options=options)
    preview.choose(session, made, choices, at=office_moment(session, agency, now))
    return made


def _columns(session: Session, agency: Agency, choices: Choices, pairs: Sequence[str]) -> Choices:
    from feedback_app.organisation.people.imports.fields import columns_of, guess
    from feedback_app.organisation.people.imports.queries import remembered_columns

    named = []
    for pair in pairs:
        field, equals, column = (part.strip() for part in pair.partition("="))
        if not equals or not column:
            raise click.UsageError(f"--map takes FIELD=COLUMN, for example --map nip=NIP_BARU, not {pair!r}.")
        named.append((field, column))
    said = columns_of(named, choices.header)
    guessed = guess(choices.header, remembered_columns(session, agency.id))
    taken = set(said.values())
    return replace(choices, columns={**{f: at for f, at in guessed.items() if at not in taken}, **said})


def _tell(session: Session, made: PeopleImport, *, as_json: bool) -> None:
    from flask_babel import force_locale

    # The words of a list are those of the office it comes from.
    with force_locale("id"):
        rows = _rows(session, made)
    columns = {field: made.mapping["header"][at] for field, at in made.mapping["columns"].items()}
    if as_json:
        click.echo(json.dumps({**made.counts, "columns": columns, "rows": rows}))
        return
    for field, column in columns.items():
        click.echo(f"{column} -> {field}", err=True)
    for row in rows[:SHOWN]:
        past = " [days gone by]" if row["touches_past"] else ""
        said = row["sentence"] or "; ".join(": ".join(filter(None, one.values())) for one in row["problems"])
        click.echo(f"row {row['row']}: {row['change']}{past}: {said}")
    if len(rows) > SHOWN:
        click.echo(f"… and {len(rows) - SHOWN} more")
    click.echo(", ".join(f"{change} {number:,}" for change, number in sorted(made.counts["changes"].items())))


def _rows(session: Session, made: PeopleImport) -> list[dict[str, Any]]:
    """Return the rows that change something or are refused, in words."""
    from feedback_app.blueprints.people_import_frame import names_in
    from feedback_app.blueprints.people_import_words import problems, sentence
    from feedback_app.organisation.people.imports.mapping import read_choices
    from feedback_app.organisation.people.imports.queries import rows_of
    from feedback_app.organisation.people.rules import RowChange

    names, choices = names_in(made), read_choices(made.mapping)
    return [
        {
            "row": row.row_number, "change": row.change.value, "touches_past": row.touches_past,
            "sentence": sentence(row, names),
            "problems": [{"column": one.column, "sentence": one.sentence} for one in problems(row, choices)],
        }
        for row in rows_of(session, made)
        if row.change is not RowChange.SAME
    ]  # fmt: skip


def _apply(session: Session, agency: Agency, made: PeopleImport, actor: Actor, reason: str, *, only_good: bool) -> None:
    from feedback_app.intake.first_feedback import office_moment
    from feedback_app.organisation.people.imports import applying

    if made.counts["touches"] and actor.user_id is None:
        number = made.id
        session.commit()
        click.echo(
            f"Kept as import {number}: it changes who was responsible on days gone by. Somebody has to ask for it on "
            "the pages of staff or with --by, and somebody else to agree; or add --without-past.",
            err=True,
        )
        sys.exit(NOT_APPLIED)
    at = office_moment(session, agency, clock.utcnow())
    try:
        done = applying.apply(
            session, made, seen=made.counts["digest"], only_good=only_good, reason=reason, actor=actor, at=at
        )
    except applying.NothingToApplyError:
        session.rollback()
        click.echo("Nothing to do: everything is known already.", err=True)
        return
    number = made.id
    session.commit()
    waits = done is applying.Outcome.WAITING
    said = f"Waits for a second person as import {number}." if waits else f"Applied as import {number}."
    click.echo(said, err=True)


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None
