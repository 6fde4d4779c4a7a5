"""`feedback people assign`, `end`, `correct`, `cancel`: posts changed from a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_employee_id, find_service_id, find_unit_id
from feedback_app.cli.people_acting import actor_of, as_account
from feedback_app.cli.post_options import DAY, post_options
from feedback_app.organisation.models import Agency, Assignment
from feedback_app.organisation.rules import AssignmentKind

KINDS = click.Choice([kind.value for kind in AssignmentKind])
REASON = click.option("--reason", default="", help="Why; read by whoever has to agree.")


@click.command("assign", short_help="Give somebody a post.")
@click.argument("agency")
@click.argument("nip")
@click.argument("unit")
@click.option("--position", required=True, help='Such as "Kepala Dinas" or "Petugas Loket".')
@click.option("--kind", type=KINDS, default=AssignmentKind.DEFINITIVE.value, show_default=True)
@post_options
@REASON
@as_account
def assign_command(agency: str, nip: str, unit: str, **asked: Any) -> None:
    """Give the civil servant of this NIP a post in a unit of AGENCY."""
    from feedback_app.organisation.people.post_edits import PostEdit
    from feedback_app.organisation.people.post_rules import PostFields
    from feedback_app.organisation.people.rules import ChangeKind

    with database() as session:
        owner = find_agency(session, agency)
        unit_id = find_unit_id(session, owner, unit)
        post = PostFields(
            employee_id=find_employee_id(session, owner, nip, clock.utcnow().date()), unit_id=unit_id,
            service_id=find_service_id(session, owner, unit, unit_id, asked["service"]) if asked["service"] else None,
            position=asked["position"], kind=AssignmentKind(asked["kind"]),
            is_head=asked["head"] or asked["kind"].startswith("acting"), share=Decimal(str(asked["share"])),
            decree_number=asked["decree"], starts_on=asked["starts"].date(),
            ends_on=asked["ends"].date() if asked["ends"] else None,
        )  # fmt: skip
        _change(session, owner, ChangeKind.ASSIGN, [PostEdit(None, post)], asked)


@click.command("end", short_help="Let a post end with a day.")
@click.argument("agency")
@click.argument("post_id", metavar="POST", type=int)
@click.option("--on", "on", type=DAY, required=True, help="Last day.")
@REASON
@as_account
def end_command(agency: str, post_id: int, on: datetime, **asked: Any) -> None:
    """Let POST (its number in `feedback people list`) end with a day."""
    from feedback_app.organisation.people.posts import planned_end
    from feedback_app.organisation.people.rules import ChangeKind

    with database() as session:
        owner = find_agency(session, agency)
        _change(session, owner, ChangeKind.END, planned_end(_post(session, owner, post_id), on.date()), asked)


@click.command("correct", short_help="Put right what was recorded of a post.")
@click.argument("agency")
@click.argument("post_id", metavar="POST", type=int)
@click.option("--position")
@click.option("--kind", type=KINDS)
@click.option("--share", type=click.FloatRange(0, 1))
@click.option("--decree")
@click.option("--from", "starts", type=DAY)
@click.option("--to", "ends", type=DAY)
@click.option("--still", is_flag=True, help="Without a last day.")
@REASON
@as_account
def correct_command(agency: str, post_id: int, **asked: Any) -> None:
    """Put right what was recorded of POST; what is not named stays."""
    from feedback_app.organisation.people.post_edits import PostEdit, fields_of
    from feedback_app.organisation.people.rules import ChangeKind

    with database() as session:
        owner = find_agency(session, agency)
        post = _post(session, owner, post_id)
        right = replace(fields_of(post), **_named(asked))
        _change(session, owner, ChangeKind.CORRECT, [PostEdit(post, right)], asked)


@click.command("cancel", short_help="Take out a post that never was.")
@click.argument("agency")
@click.argument("post_id", metavar="POST", type=int)
@REASON
@as_account
def cancel_command(agency: str, post_id: int, **asked: Any) -> None:
    """Take out POST, which never was; the row stays, superseded."""
    from feedback_app.organisation.people.post_edits import PostEdit
    from feedback_app.organisation.people.rules import ChangeKind

    with database() as session:
        owner = find_agency(session, agency)
        _change(session, owner, ChangeKind.CANCEL, [PostEdit(_post(session, owner, post_id), None)], asked)


def _change(session: Session, owner: Agency, kind: Any, edits: Sequence[Any], asked: dict[str, Any]) -> None:
    from feedback_app.intake.first_feedback import office_moment
    from feedback_app.measures.operations import record_goes_on
    from feedback_app.organisation.people.changes import parse_reason
    from feedback_app.organisation.people.models import PeopleChange
    from feedback_app.organisation.people.post_edits import change_posts
    from feedback_app.organisation.people.rules import ChangeKind

    record_goes_on(session)
    reason = asked["reason"] if kind is ChangeKind.ASSIGN else parse_reason(asked["reason"])
    done = change_posts(
        session, owner.id, kind, edits, actor=actor_of(session, owner, asked["by"], asked["password"]),
        at=office_moment(session, owner, clock.utcnow()), reason=reason,
    )  # fmt: skip
    if isinstance(done, PeopleChange):
        said = (
            f"Change {done.id} waits: it touches {done.touches_from} to {done.touches_to}. Somebody else approves it."
        )
    else:
        said = f"Done: {', '.join(f'post {row.id}' for row in done) or 'no post stands in its place'}."
    session.commit()
    click.echo(said)


def _post(session: Session, owner: Agency, post_id: int) -> Assignment:
    found = session.get(Assignment, (owner.id, post_id))
    if found is None or found.superseded_at is not None:
        raise click.UsageError(f"{owner.code} has no standing post {post_id}; see `feedback people list {owner.code}`.")
    return found


def _named(asked: dict[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    if asked["position"]:
        named["position"] = asked["position"]
    if asked["kind"]:
        named["kind"] = AssignmentKind(asked["kind"])
        if asked["kind"].startswith("acting"):
            named["is_head"] = True
    if asked["share"] is not None:
        named["share"] = Decimal(str(asked["share"]))
    if asked["decree"]:
        named["decree_number"] = asked["decree"]
    if asked["starts"]:
        named["starts_on"] = asked["starts"].date()
    if asked["ends"] or asked["still"]:
        named["ends_on"] = asked["ends"].date() if asked["ends"] else None
    return named
