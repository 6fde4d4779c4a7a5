"""`feedback evaluation explain` and `export`: the arithmetic of a figure in words, and evidence packs as files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM, record
from feedback_app.cli.context import database
from feedback_app.cli.evaluation_people import find_cycle, find_person, of_cycle, people_of
from feedback_app.cli.lookup import find_agency

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from feedback_app.evaluation.evidence.explain import Arithmetic
    from feedback_app.evaluation.evidence.pack import Pack
    from feedback_app.evaluation.models import Cycle

FULL_NIP_WARNING = "These files hold whole NIPs: hand them to the personnel system only, and delete them afterwards."

_RULES = {
    "no_ratings": "No rating of a proven visit counts for this person.",
    "withheld": "So few ratings that they would tell what one citizen said; every figure is withheld.",
    "no_difference": "People do not differ beyond chance in this cycle; nobody has a figure.",
    "few_ratings": "Fewer than 30 effective ratings, so nothing is concluded.",
    "low_reliability": "The reliability is below 0.70, so nothing is concluded.",
    "all_above": "The whole interval lies above +{delta:.2f}.",
    "all_below": "The whole interval lies below -{delta:.2f}.",
    "crosses_both": "The interval crosses both ±{delta:.2f}, so nothing is concluded.",
    "within": "The interval does not lie wholly beyond ±{delta:.2f}.",
}


@click.command("explain", short_help="Print how a person's figure came about.")
@of_cycle
@click.option("--nip-end", help="The last digits of the NIP, four or more.")
@click.option("--employee", type=int, help="The employee's id instead.")
def explain_command(*, agency: str, name: str, version: int | None, nip_end: str | None, employee: int | None) -> None:
    """Print the arithmetic of one person's figure, step by step, as far as small numbers allow."""
    from feedback_app.evaluation.evidence.pack import pack_of

    with database() as session:
        cycle = find_cycle(session, find_agency(session, agency), name, version)
        pack = pack_of(session, cycle, find_person(session, cycle, nip_end, employee))
        lines = explained(pack)
    click.echo("\n".join(lines))


def explained(pack: Pack) -> list[str]:
    """Return the lines of `explain`."""
    from feedback_app.organisation.rules import mask_nip

    score, cycle = pack.score, pack.cycle
    return [
        (
            f"{pack.employee.name} ({mask_nip(pack.employee.nip)}), {cycle.name} version {cycle.version}, "
            f"{'final' if pack.is_final else 'not final'}"
        ),
        (
            f"{score.n} ratings count (as much as {score.n_effective:.2f} whole ones; {score.n_counter} by the counter "
            f"record); {score.n_beside} stand beside, {score.n_excluded} left out after a contest, "
            f"{score.n_set_aside} set aside as odd"
        ),
        *_groups(pack),
        *(_steps(pack.steps) if pack.steps else ()),
        f"conclusion: {score.band.value}. {_RULES[pack.rule.value].format(delta=pack.ground.delta)}",
        f"method {cycle.method_version}; input sha256 {cycle.input_hash}; output sha256 {cycle.output_hash}",
    ]


def _groups(pack: Pack) -> list[str]:
    from feedback_app.evaluation.evidence.explain import difference_shown

    lines = []
    for group in pack.groups.shown:
        place = f"{group.unit_name}, {group.service_name or 'no service'}, {group.channel.value}"
        if group.exclusion is not None:
            told = f"does not count ({group.exclusion.value})"
        elif group.mean is None or group.baseline is None:
            told = "counts; its own figures are withheld"
        else:
            told = (
                f"mean {group.mean:.2f} - baseline {group.baseline:.2f} = "
                f"{difference_shown(group.mean, group.baseline):+.2f}, "
                f"weight {group.weight:.2f}"
            )
        lines.append(f"  {place}: {group.n} ratings; {told}")
    return lines


def _steps(found: Arithmetic) -> list[str]:
    sign = "=" if found.is_product_exact else "≈"
    return [
        f"mean {found.mean:.2f} - baseline {found.baseline:.2f} = residual {found.residual:+.2f}",
        f"residual {found.residual:+.2f} × factor {found.factor:.4f} {sign} score {found.score:+.2f}",
        (
            f"score {found.score:+.2f} ± {found.z:.3f} × standard error {found.standard_error:.2f} = "
            f"90 % interval {found.low:+.2f} to {found.high:+.2f}"
        ),
        f"reliability {found.reliability:.2f}",
    ]


@click.command("export", short_help="Write evidence packs as files.")
@of_cycle
@click.option("--nip-end", help="The last digits of one NIP, four or more.")
@click.option("--employee", type=int, help="One employee's id instead.")
@click.option("--all", "everybody", is_flag=True, help="Everybody in the cycle.")
@click.option("--format", "kind", type=click.Choice(["json", "xlsx", "pdf"]), default="json", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The folder.")
@click.option("--full-nip", is_flag=True, help="Write whole NIPs, for the personnel system.")
def export_command(*, agency: str, name: str, version: int | None, everybody: bool, out: Path, **chosen: Any) -> None:
    """Write the evidence pack of one person, or of everybody, and print the SHA-256 of each pack.

    The hash is of what the pack says: it is the same in every format, and the same each time once the cycle is frozen.
    """
    one = chosen["nip_end"] is not None or chosen["employee"] is not None
    if one == everybody:
        raise click.UsageError("Name one person with --nip-end or --employee, or take --all.")
    if chosen["full_nip"]:
        click.echo(FULL_NIP_WARNING, err=True)
    with database() as session:
        cycle = find_cycle(session, find_agency(session, agency), name, version)
        people = (
            people_of(session, cycle)
            if everybody
            else [find_person(session, cycle, chosen["nip_end"], chosen["employee"])]
        )
        for line in _written(session, cycle, people, chosen["kind"], out, full_nip=chosen["full_nip"]):
            click.echo(line)


def _written(session: Session, cycle: Cycle, people: list[int], kind: str, out: Path, *, full_nip: bool) -> list[str]:
    """Write the files, note that they left, and return a line for each."""
    from feedback_app.evaluation.evidence.content import content_of, sha256_of
    from feedback_app.evaluation.evidence.pack import pack_of
    from feedback_app.reporting.evidence_files import PackFormat, make

    out.mkdir(parents=True, exist_ok=True)
    lines = []
    with click.progressbar(people, label="Packs", file=sys.stderr, hidden=len(people) < 2) as shown:
        for employee_id in shown:
            pack = pack_of(session, cycle, employee_id)
            made = make(pack, PackFormat(kind), with_nip=full_nip)
            (out / made.name).write_bytes(made.content)
            lines.append(f"{sha256_of(content_of(pack))}  {made.name}")
    record(
        session, agency_id=cycle.agency_id, actor=SYSTEM, action="evaluation.export_pack", subject_type="cycle",
        subject_id=cycle.id, now=clock.utcnow(), people=len(lines), file=kind, full_nip=full_nip,
    )  # fmt: skip
    session.commit()
    return lines


@click.command("talent", short_help="Write the talent file of an agency's frozen cycles.")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="The folder.")
@click.option("--full-nip", is_flag=True, help="Write whole NIPs, for the personnel system.")
def talent_command(*, agency: str, kind: str, out: Path, full_nip: bool) -> None:
    """Write what frozen cycles say about everybody in an agency, for the talent file of the merit system."""
    from flask import current_app

    from feedback_app.evaluation.evidence.talent import talent_rows
    from feedback_app.reporting.evidence_talent import talent_csv, talent_json

    if full_nip:
        click.echo(FULL_NIP_WARNING, err=True)
    with database() as session:
        owner = find_agency(session, agency)
        rows = list(talent_rows(session, owner, key=current_app.config["CONTEST_KEY"], with_nip=full_nip))
        if not rows:
            click.echo(f"No frozen cycle of {owner.code} says anything about anybody; nothing is written.", err=True)
            return
        out.mkdir(parents=True, exist_ok=True)
        file = out / f"talenta-{owner.code}.{kind}"
        file.write_bytes(talent_csv(rows) if kind == "csv" else talent_json(rows))
        record(
            session, agency_id=owner.id, actor=SYSTEM, action="evaluation.export_talent", subject_type="agency",
            subject_id=owner.id, now=clock.utcnow(), file=kind, full_nip=full_nip,
        )  # fmt: skip
        session.commit()
    click.echo(f"{len(rows)} rows in {file}")
