"""The rules of an agency and its units: what holds, where it comes from, an example, and a new rule from a day on."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.clocks_frame import (
    Change,
    bp,
    carry_out_button,
    carry_out_form,
    day_at,
    managed_agency,
    me,
    page,
    units_here,
)
from feedback_app.blueprints.clocks_words import example, weekday
from feedback_app.blueprints.formats import day
from feedback_app.blueprints.forms.clocks import RuleForm
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import whole_number
from feedback_app.db import db
from feedback_app.handling.clocks.deadline_rounds import latest_round
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.handling.clocks.round_cases import LISTED_MOST, cases_of_round
from feedback_app.handling.clocks.sla_editing import add_rule, remove_rule, rule_rows, rules_for
from feedback_app.handling.rules import Classification
from feedback_app.identity.rules import Permission
from feedback_app.organisation.calendar import agencies_with_clocks, holiday_names
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnitCard

# While a round goes on its page asks for itself again.
REFRESH_SECONDS: Final = 3


@bp.get("/tenggat")
@requires(Permission.MANAGE_CLOCKS)
def start() -> ResponseReturnValue:
    """Lead to the clocks of the only agency, or let one be chosen."""
    found = agencies_with_clocks(db.session(), current_user.id, today())
    if len(found) == 1:
        return redirect(url_for("clocks.rules", agency_id=found[0].id), 303)
    return render_template("clocks/start.html", agencies=found)


@bp.get("/tenggat/<int:agency_id>")
@requires(Permission.MANAGE_CLOCKS)
def rules(agency_id: int) -> ResponseReturnValue:
    """Show which rules hold for a unit or the agency, an example, and the form of a new rule."""
    agency = managed_agency(agency_id)
    return _rules_page(agency, _rule_form(agency, formdata=None))


@bp.post("/tenggat/<int:agency_id>")
@requires(Permission.MANAGE_CLOCKS)
def new_rule(agency_id: int) -> ResponseReturnValue:
    """Add a rule from a day on."""
    agency = managed_agency(agency_id)
    form = RuleForm(units_here(agency))
    if not form.validate():
        return _rules_page(agency, form), 422
    wanted = form.wanted()
    change = Change(
        agency_id, cause=ChangeCause.RULE, back=url_for("clocks.rules", agency_id=agency_id, unit=wanted.unit_id),
        words=gettext(
            "Aturan baru untuk %(kind)s mulai %(day)s.",
            kind=str(label(wanted.classification)), day=day(wanted.effective_from),
        ),
    )  # fmt: skip
    return carry_out_form(
        change,
        lambda: add_rule(db.session(), agency_id, wanted, today=day_at(agency), actor=me(), now=clock.utcnow()),
        form,
        "effective_from",
        _rules_page,
    )


@bp.post("/tenggat/<int:agency_id>/aturan/<int:rule_id>/hapus")
@requires(Permission.MANAGE_CLOCKS)
def take_back_rule(agency_id: int, rule_id: int) -> ResponseReturnValue:
    """Take back a rule that is still to come."""
    agency = managed_agency(agency_id)
    back = url_for("clocks.rules", agency_id=agency_id)
    change = Change(agency_id, gettext("Aturan yang belum berlaku dihapus."), ChangeCause.RULE, back)
    return carry_out_button(
        change,
        lambda: remove_rule(db.session(), agency_id, rule_id, today=day_at(agency), actor=me(), now=clock.utcnow()),
    )


@bp.get("/tenggat/<int:agency_id>/hitung-ulang")
@requires(Permission.MANAGE_CLOCKS)
def progress(agency_id: int) -> ResponseReturnValue:
    """Show how far the last round of computing has come; the page renews itself until it is done."""
    agency, found = managed_agency(agency_id), latest_round(db.session(), agency_id)
    is_done = found is not None and found.done_at is not None
    moved = cases_of_round(db.session(), found, current_user.id, day=today()) if found and is_done else []
    shown = page(
        "clocks/progress.html", agency, "", refresh_seconds=REFRESH_SECONDS, moved=moved, listed_most=LISTED_MOST
    )
    return shown, 200, {"Refresh": str(REFRESH_SECONDS)} if found and not is_done else {}


def _asked_unit(units: list[UnitCard]) -> int | None:
    asked = request.args.get("unit", type=whole_number)
    return asked if asked in {unit.id for unit in units} else None


def _rule_form(agency: Agency, **kwargs: Any) -> RuleForm:
    """Return the form with the rule in force filled in, of the unit and kind asked for."""
    units = units_here(agency)
    unit_id, asked = _asked_unit(units), request.args.get("kind", "")
    kind = Classification(asked) if asked in set(Classification) else Classification.NO_OVERSIGHT
    now = clock.utcnow()
    in_force = asdict(clocks_of(db.session(), agency.id).rule(kind, now, unit_id))
    values = {name: value for name, value in in_force.items() if name.endswith("_days")}
    return RuleForm(
        units, data=values | {
            "unit_id": str(unit_id or ""), "classification": kind.value,
            "effective_from": day_at(agency) + timedelta(days=1),
        }, **kwargs,
    )  # fmt: skip


def _asked_day() -> date | None:
    try:
        asked = date.fromisoformat(request.args.get("tanggal", ""))
    except ValueError:
        return None
    # Rules reach neither further back nor much further ahead.
    return asked if 2019 <= asked.year <= 2090 else None


def _rules_page(agency: Agency, form: RuleForm) -> str:
    session, now, units = db.session(), clock.utcnow(), units_here(agency)
    unit_id, clocks, today_there = _asked_unit(units), clocks_of(session, agency.id), day_at(agency)
    names = {unit.id: unit.name for unit in units}
    found = example(clocks, unit_id, _asked_day(), now)
    return page(
        "clocks/rules.html",
        agency,
        "rules",
        form=form,
        units=units,
        unit_id=unit_id,
        whose=names[unit_id] if unit_id else agency.name,
        names=names,
        shown=rules_for(clocks, unit_id, now),
        rows=rule_rows(session, agency.id),
        today=today_there,
        asked_day=_asked_day(),
        example=found,
        skipped_words=_skipped(agency, found.skipped),
        weekday=weekday,
    )


def _skipped(agency: Agency, skipped: list[date]) -> str:
    names = holiday_names(db.session(), agency.id, skipped)
    return ", ".join(f"{weekday(one)} {day(one)}" + (f" ({names[one]})" if one in names else "") for one in skipped)
