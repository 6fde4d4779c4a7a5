"""`feedback privacy`: what is held of people, how long, copies without names, breaches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency
from feedback_app.cli.privacy_breaches import breach_group

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from feedback_app.privacy.copies.gathering import Copy
    from feedback_app.privacy.models import RetentionRun


@click.group("privacy", short_help="Personal data: map, retention, copies.")
def privacy_group() -> None:
    """Personal data: what is held, for how long, copies for training, breaches (docs/privacy.md)."""


@privacy_group.command("map", short_help="Print the record of processing.")
@click.option(
    "--format", "shape", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True,
    help="markdown is docs/data-map.md.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def map_command(*, shape: str, as_json: bool) -> None:
    """Print what is held of people, why, how long and who sees it. Exit code 1 where a column is not declared."""
    from feedback_app import models
    from feedback_app.db import Base
    from feedback_app.privacy.data_map.columns import as_record, problems
    from feedback_app.privacy.data_map.page import markdown

    assert models.ROOMS_WITH_TABLES  # noqa: S101 - importing them is what fills the metadata
    if as_json or shape == "json":
        click.echo(json.dumps(as_record(Base.metadata), indent=2, ensure_ascii=False))
    elif shape == "markdown":
        click.echo(markdown(Base.metadata), nl=False)
    else:
        for category in as_record(Base.metadata)["categories"]:
            click.echo(f"{category['key']}: {category['title']} ({len(category['columns'])} columns)")
            click.echo(f"    {category['purpose']}; {category['basis']}; {category['kept']}")
    found = problems(Base.metadata)
    if found:
        for name in (*found.undeclared, *found.gone, *found.twice):
            click.echo(f"not declared, gone or twice: {name}", err=True)
        raise click.exceptions.Exit(1)


@privacy_group.group("retention", short_help="How long data stays.")
def retention_group() -> None:
    """How long data stays in an agency, and forgetting what is old enough."""


@retention_group.command("list", short_help="Show the rules in force.")
@click.argument("agency")
def list_command(agency: str) -> None:
    """Show the times of keeping of AGENCY: in force, to come, and those that are no setting."""
    from feedback_app.cli.lookup import today_of
    from feedback_app.privacy.retention.queries import in_force, to_come
    from feedback_app.privacy.retention.rules import FIXED

    with database() as session:
        found = find_agency(session, agency)
        day = today_of(found, clock.utcnow())
        for rule in in_force(session, found.id, day):
            origin = f"since {rule.rule.starts_on}" if rule.rule else "default"
            click.echo(f"{rule.kind.value:15} {rule.days:6} days  {origin}: {rule.basis}")
        for coming in to_come(session, found.id, day):
            click.echo(f"{coming.kind.value:15} {coming.days:6} days  from {coming.starts_on}: {coming.basis}")
    for name, fixed in FIXED.items():
        click.echo(f"{name:15} {fixed.days or 'kept':>6}{' days' if fixed.days else '     '}  fixed: {fixed.basis}")


@retention_group.command("run", short_help="Forget what is old enough.")
@click.argument("agency")
@click.option("--dry-run", is_flag=True, help="Count only; nothing goes.")
def run_command(agency: str, *, dry_run: bool) -> None:
    """Forget what AGENCY keeps no longer, a commit for each batch. May be stopped and repeated at any moment."""
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.evaluation.holds import needed_by_a_cycle
    from feedback_app.privacy.retention import runs

    with database() as session:
        agency_id, further = find_agency(session, agency).id, [needed_by_a_cycle()]
        if dry_run:
            made = runs.dry_run(session, agency_id, further=further, actor=SYSTEM, now=clock.utcnow())
            session.commit()
        else:
            made = _forget(session, agency_id)
        _tell(made)


def _forget(session: Session, agency_id: int) -> RetentionRun:
    from flask import current_app

    from feedback_app.audit.operations import SYSTEM
    from feedback_app.evaluation.holds import needed_by_a_cycle
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.privacy.retention import runs

    record_goes_on(session)
    steps = runs.run(
        session, current_app.extensions["suara_storage"], agency_id, further=[needed_by_a_cycle()], actor=SYSTEM,
        now=clock.utcnow(),
    )  # fmt: skip
    made = next(steps)
    for _ in steps:
        session.commit()
        record_goes_on(session)
    session.commit()
    return made


def _tell(made: RetentionRun) -> None:
    click.echo("Would go now:" if made.is_dry else "Gone:")
    for kind, n in made.counts.items():
        held = f", held {made.held[kind]}" if kind in made.held else ""
        click.echo(f"  {kind:15} {n:8}{held}  (older than {made.cutoffs[kind][:10]})")


@privacy_group.command("copy", short_help="Copy texts and ratings without names.")
@click.argument("agency")
@click.option(
    "--to", "target", required=True, metavar="DIR|URL", help="New folder, or postgresql://… of another database."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Draws the rows where --most wants fewer.")
@click.option("--most", type=click.IntRange(min=1), help="At most so many texts, and so many ratings.")
def copy_command(agency: str, target: str, *, seed: int, most: int | None) -> None:
    """Copy the open texts and the ratings of AGENCY for training or tests.

    Only everyday words stay in a text; units, services and rows get names under a key that is thrown away; days become
    weeks; a unit's service and week with fewer than five rows is folded or left out. Contacts, confidential, restricted
    and erased feedback never leave. Refuses where a check of the finished copy fails.
    """
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.privacy.copies.gathering import gather

    with database() as session:
        _check_target(target)
        found = find_agency(session, agency)
        made = gather(session, found, seed=seed, most=most, actor=SYSTEM, now=clock.utcnow())
        _write(made, target)
        session.commit()
    click.echo(json.dumps(made.report.as_dict(), indent=2))


def _check_target(target: str) -> None:
    from flask import current_app

    from feedback_app.privacy.copies.writing import check_database

    if "://" in target:
        check_database(target, current_app.extensions["suara_settings"].database_url or "")
    elif Path(target).exists() and any(Path(target).iterdir()):
        raise click.UsageError(f"{target} is not empty; name a new folder.")


def _write(made: Copy, target: str) -> None:
    from feedback_app.privacy.copies.writing import write_database, write_folder

    if "://" in target:
        write_database(made, target)
    else:
        write_folder(made, Path(target))


privacy_group.add_command(breach_group)
