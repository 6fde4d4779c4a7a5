"""How long an agency keeps what: the rules in force, new ones, what the next run would forget, and past runs."""

from __future__ import annotations

from typing import Final

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.forms.privacy import RetentionForm
from feedback_app.blueprints.privacy_frame import MANAGE, bp, day_at, managed, managed_agency, me, page
from feedback_app.blueprints.privacy_words import BASES, KINDS, SINCE, fixed_words
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.evaluation.holds import needed_by_a_cycle
from feedback_app.organisation.models import Agency
from feedback_app.privacy.retention.operations import set_rule, withdraw_rule
from feedback_app.privacy.retention.queries import in_force, past_runs, to_come
from feedback_app.privacy.retention.rules import DEFAULTS, RetentionKind
from feedback_app.privacy.retention.runs import dry_run

# Files that are being imported are none of the web's business (migration 0018): a command counts them.
OUT_OF_SIGHT: Final = frozenset({RetentionKind.STAGED_IMPORTS})


@bp.get("/privasi")
@requires(MANAGE)
def start() -> ResponseReturnValue:
    """Lead to the only agency, or let one be chosen."""
    found = managed()
    if len(found) == 1:
        return redirect(url_for("privacy.retention", agency_id=found[0].id), 303)
    return page("start", "retention", agencies=found)


@bp.get("/privasi/<int:agency_id>")
@requires(MANAGE)
def retention(agency_id: int) -> ResponseReturnValue:
    """Show the rules of an agency, the form of a new one, and the runs."""
    return _page(managed_agency(agency_id), RetentionForm(formdata=None))


@bp.post("/privasi/<int:agency_id>")
@requires(MANAGE)
def new_rule(agency_id: int) -> ResponseReturnValue:
    """Set for how long something is kept from a day to come."""
    agency, form = managed_agency(agency_id), RetentionForm()
    if not form.validate():
        return _page(agency, form), 422
    try:
        set_rule(
            db.session(), agency_id, RetentionKind(form.kind.data), form.days.data or 0, form.basis.data or "",
            starts_on=form.first_day, today=day_at(agency), actor=me(), now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        return _page(managed_agency(agency_id), form), 422
    db.session.commit()
    flash(gettext("Aturan disimpan dan mulai berlaku pada tanggalnya. Sampai saat itu dapat dibatalkan."), "success")
    return _back(agency_id)


@bp.post("/privasi/<int:agency_id>/aturan/<int:retention_id>/batal")
@requires(MANAGE)
def withdraw(agency_id: int, retention_id: int) -> ResponseReturnValue:
    """Take a rule back that has not begun."""
    agency = managed_agency(agency_id)
    try:
        withdraw_rule(
            db.session(), agency_id, retention_id, today=day_at(agency), actor=me(), now=clock.utcnow()
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return _back(agency_id)
    db.session.commit()
    flash(gettext("Aturan yang akan datang dibatalkan."), "success")
    return _back(agency_id)


@bp.post("/privasi/<int:agency_id>/hitung")
@requires(MANAGE)
def count(agency_id: int) -> ResponseReturnValue:
    """Count what the next run would forget; nothing goes."""
    managed_agency(agency_id)
    dry_run(
        db.session(), agency_id, further=[needed_by_a_cycle()], without=OUT_OF_SIGHT, actor=me(), now=clock.utcnow()
    )
    db.session.commit()
    flash(gettext("Sudah dihitung. Tidak ada yang dihapus."), "success")
    return redirect(url_for("privacy.retention", agency_id=agency_id, _anchor="jalan"), 303)


def _back(agency_id: int) -> ResponseReturnValue:
    return redirect(url_for("privacy.retention", agency_id=agency_id), 303)


def _page(agency: Agency, form: RetentionForm) -> str:
    day = day_at(agency)
    return page(
        "retention", "retention", agency=agency, form=form, rules=in_force(db.session(), agency.id, day),
        coming=to_come(db.session(), agency.id, day), runs=past_runs(db.session(), agency.id), defaults=DEFAULTS,
        kinds=KINDS, since=SINCE, bases=BASES, fixed=fixed_words(), order=list(RetentionKind),
        least_days=", ".join(f"{KINDS[kind]} {DEFAULTS[kind].least_days}" for kind in RetentionKind),
    )  # fmt: skip
