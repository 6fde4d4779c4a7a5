"""What the figure of one person rests on: the evidence page, one group of it, and the whole to print."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_security import current_user

from feedback_app.blueprints import explain_words, score_words
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.evaluation_frame import bp, cycle_within_reach
from feedback_app.blueprints.score_figure import figure, scale_of
from feedback_app.db import db
from feedback_app.errors import NotFoundError
from feedback_app.evaluation.evidence import queries
from feedback_app.evaluation.evidence.content import content_of, position_of, sha256_of
from feedback_app.evaluation.evidence.groups import EvidenceGroup
from feedback_app.evaluation.evidence.pack import Pack, pack_of
from feedback_app.evaluation.models import Cycle
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import reach
from feedback_app.organisation.rules import mask_nip
from feedback_app.organisation.whole_agencies import whole_agencies
from feedback_app.reporting.evidence_feedback import feedback_text


class UnknownGroupError(NotFoundError):
    """The evidence about this person holds no group of this key."""

    code = "unknown_group"


class NotComputedError(NotFoundError):
    """The cycle was not computed yet, so there is no evidence."""

    code = "not_computed"


@bp.get("/evaluasi/<int:cycle_id>/pegawai/<int:employee_id>")
@requires(Permission.READ_EVIDENCE)
def employee(cycle_id: int, employee_id: int) -> ResponseReturnValue:
    """Show what the figure of one person rests on."""
    found = cycle_within_reach(cycle_id)
    return render_template("evaluation/employee.html", **page_of(read_pack(found, employee_id)))


@bp.get("/evaluasi/<int:cycle_id>/pegawai/<int:employee_id>/kelompok/<key>")
@requires(Permission.READ_EVIDENCE)
def rows(cycle_id: int, employee_id: int, key: str) -> ResponseReturnValue:
    """Show one group of ratings: how many, how it compares, and how it enters the score."""
    pack = read_pack(cycle_within_reach(cycle_id), employee_id)
    group = _asked_group(pack, key)
    return render_template("evaluation/rows.html", group=group, **page_of(pack))


@bp.get("/evaluasi/<int:cycle_id>/pegawai/<int:employee_id>/cetak")
@requires(Permission.READ_EVIDENCE)
def pack(cycle_id: int, employee_id: int) -> ResponseReturnValue:
    """Show the whole pack on one page to print, with the text for e-Kinerja."""
    found = read_pack(cycle_within_reach(cycle_id), employee_id)
    content = content_of(found)
    sha256 = sha256_of(content)
    return render_template(
        "evaluation/pack.html", sha256=sha256, feedback_text=feedback_text(content, sha256), **page_of(found)
    )


def read_pack(cycle: Cycle, employee_id: int) -> Pack:
    """Return the pack as far as the account reaches; the whole to whoever reaches the whole agency.

    Raises
    ------
    feedback_app.evaluation.evidence.queries.UnknownEmployeeError, NotComputedError
    """
    session, day = db.session(), today()
    queries.check_reachable(session, current_user.id, cycle, employee_id, day)
    if cycle.computed_at is None:
        raise NotComputedError("Siklus ini belum dihitung, jadi belum ada bukti.")
    return pack_of(session, cycle, employee_id, area=_area(cycle.agency_id, day))


def _area(agency_id: int, day: date) -> sa.Subquery | None:
    """Return what the account reaches; None for the whole agency."""
    whole = whole_agencies(db.session(), current_user.id, Permission.READ_EVIDENCE, day)
    if agency_id in {agency.id for agency in whole}:
        return None
    return reach(current_user.id, Permission.READ_EVIDENCE, day)


def page_of(pack: Pack) -> dict[str, Any]:
    """Return what the templates about one person are filled with."""
    agency: Agency = pack.agency
    return {
        "pack": pack,
        "cycle": pack.cycle,
        "agency": agency,
        "score": pack.score,
        "nip": mask_nip(pack.employee.nip),
        "figure": figure(pack.score, scale_of([pack.score], pack.cycle.delta)) if pack.steps else None,
        "words": score_words,
        "explained": explain_words,
        "position": lambda group: position_of(pack, group),
    }


def _asked_group(pack: Pack, key: str) -> EvidenceGroup:
    """Return the group that the address names."""
    for group in pack.groups.shown:
        if group.key == key:
            return group
    raise UnknownGroupError("Kelompok bukti itu tidak ada. Buka kembali dari halaman bukti pegawai.")


@bp.app_template_filter("month")
def month(value: date) -> str:
    """Return a month in words, such as `Mei 2026`."""
    return str(format_date(value, "MMMM yyyy"))
