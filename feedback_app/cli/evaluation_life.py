"""`feedback evaluation reply|review|sign|freeze|version|objections`: the life of a cycle, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM, person
from feedback_app.cli.context import database
from feedback_app.cli.evaluation_people import find_cycle, of_cycle
from feedback_app.cli.evaluation_state import step_of
from feedback_app.cli.lookup import find_agency
from feedback_app.cli.own_password import account_with_password, with_code

if TYPE_CHECKING:
    from feedback_app.evaluation.cycles.telling import Told
    from feedback_app.evaluation.models import Cycle


def _cycle(session: Session, where: dict[str, Any]) -> Cycle:
    return find_cycle(session, find_agency(session, where["agency"]), where["name"], where["version"])


@click.command("reply", short_help="Show employees their figures.")
@of_cycle
def reply_command(**where: Any) -> None:
    """Open the right of reply: employees see their figures, may contest them, and are told by mail."""
    from feedback_app import config
    from feedback_app.evaluation.cycles.life import open_replies

    with database() as session:
        cycle = _cycle(session, where)
        with step_of(cycle, where["agency"]):
            told = open_replies(session, cycle, days=config.load().reply_days, actor=SYSTEM, now=clock.utcnow())
        session.commit()
        click.echo(f"Open until {cycle.reply_until}. {_told(told)}")


@click.command("review", short_help="Close the right of reply.")
@of_cycle
def review_command(**where: Any) -> None:
    """Close the right of reply; refused while the window is open or a contest is not settled."""
    from feedback_app.evaluation.cycles.life import finish_review

    with database() as session:
        cycle = _cycle(session, where)
        with step_of(cycle, where["agency"]):
            finish_review(session, cycle, actor=SYSTEM, now=clock.utcnow())
        session.commit()
    click.echo("Reviewed. Two people sign it now.")


@click.command("sign", short_help="Sign the figures of a reviewed cycle.")
@of_cycle
@click.option("--as", "email", required=True, help="Address of the account that signs.")
@click.option("--hash", "seen", required=True, help="Output hash of the figures that were looked at.")
@click.password_option(prompt="Password of that account", confirmation_prompt=False)
@with_code
def sign_command(email: str, seen: str, password: str, **where: Any) -> None:
    """Sign the figures; the account needs the right to sign over the whole agency, its password, and its code."""
    from feedback_app.evaluation.cycles.queries import cycle_over_all
    from feedback_app.evaluation.cycles.signing import sign
    from feedback_app.identity.rules import Permission

    with database() as session:
        now, signer = clock.utcnow(), account_with_password(session, email, password)
        actor, wanted = person(signer.id), _cycle(session, where)
        cycle = cycle_over_all(session, signer.id, wanted.id, [Permission.SIGN_CYCLE], clock.office_day(now))
        with step_of(cycle, where["agency"]):
            count = sign(session, cycle, seen_hash=seen, actor=actor, now=now)
        session.commit()
    click.echo(f"Signed: {count} of 2 signatures.")


@click.command("freeze", short_help="Make a signed cycle final.")
@of_cycle
def freeze_command(**where: Any) -> None:
    """Freeze a cycle that two people signed; from then on the database refuses every change of it."""
    from feedback_app.evaluation.cycles.freezing import freeze

    with database() as session:
        cycle = _cycle(session, where)
        with step_of(cycle, where["agency"]):
            told = freeze(session, cycle, actor=SYSTEM, now=clock.utcnow())
        session.commit()
        click.echo(f"Frozen. output sha256 {cycle.output_hash}")
    click.echo(_told(told))


@click.command("version", short_help="Open a new version of a frozen cycle.")
@of_cycle
@click.option("--reason", required=True, help="Why it is needed; shown beside the difference.")
def version_command(reason: str, **where: Any) -> None:
    """Open a new version: the same ratings, posts and decisions as known now. The frozen one stays."""
    from feedback_app.evaluation.cycles.versions import open_version

    with database() as session:
        cycle = _cycle(session, where)
        with step_of(cycle, where["agency"]):
            version = open_version(session, cycle, reason=reason, actor=SYSTEM, now=clock.utcnow())
        session.commit()
        click.echo(f"Opened version {version.version} of {version.name}. Compute it next.")


@click.command("objections", short_help="List objections and their clocks.")
@click.option("--agency", required=True, help="Code of the agency.")
def objections_command(agency: str) -> None:
    """List the objections of an agency, those that wait first; no names and no words."""
    import sqlalchemy as sa

    from feedback_app.evaluation.models import Cycle
    from feedback_app.evaluation.replies.models import Objection

    with database() as session:
        rows = session.execute(
            sa.select(Objection, Cycle.name, Cycle.version)
            .join(Cycle, sa.and_(Cycle.agency_id == Objection.agency_id, Cycle.id == Objection.cycle_id))
            .where(Objection.agency_id == find_agency(session, agency).id)
            .order_by(Objection.decided_at.is_not(None), Objection.filed_at)
        ).all()
        for objection, name, version in rows:
            state = objection.outcome or ("explained" if objection.explained_at else "waits for the explanation")
            click.echo(f"{objection.id}  {name} v{version}  filed {objection.filed_at:%Y-%m-%d}  {state}")
    if not rows:
        click.echo("No objections.")


def _told(told: Told) -> str:
    return f"{told.told} employees told by mail, {told.without_account} without an account"


COMMANDS: Final[tuple[click.Command, ...]] = (
    reply_command, review_command, sign_command, freeze_command, version_command, objections_command,
)  # fmt: skip
