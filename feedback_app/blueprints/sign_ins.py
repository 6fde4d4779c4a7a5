"""Where an account is signed in: its owner sees every browser and ends those that are not theirs."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_security import current_user, logout_user
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.networks import account_mark
from feedback_app.blueprints.sign_in_edge import current_sign_in
from feedback_app.blueprints.signed_out_words import browser_words, means_words, signed_out_words
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.identity import sign_ins
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.identity.sign_in_rules import EndReason
from feedback_app.organisation.account_reach import account_in_reach, first_time_zone

bp = staff_blueprint("sign_ins")
bp.add_app_template_global(signed_out_words, "signed_out_words")


@bp.get("/akun/sesi")
@requires(*Permission)
def listed() -> ResponseReturnValue:
    """Show every browser in which the reader's account is signed in, this one first."""
    here = current_sign_in()
    rows = sign_ins.live_ones(db.session(), current_user.id, clock.utcnow())
    ordered = sorted(rows, key=lambda row: here is None or row.id != here.id)
    return render_template(
        "account/sign_ins.html", rows=ordered, here=here, mark=account_mark(current_user.id), browser=browser_words,
        means=means_words, time_zone=_time_zone(current_user.id),
    )  # fmt: skip


@bp.post("/akun/sesi/akhiri")
@requires(*Permission)
@needs_fresh_sign_in
def end_one() -> ResponseReturnValue:
    """End the sign-in of one other browser; this one is ended by signing out."""
    here, number = current_sign_in(), request.form.get("sesi", type=int)
    if number is None or (here is not None and number == here.id):
        return redirect(url_for("sign_ins.listed"), 303)
    sign_ins.end(
        db.session(), number, current_user.id, reason=EndReason.REVOKED, actor=person(current_user.id),
        now=clock.utcnow(),
    )  # fmt: skip
    db.session.commit()
    flash(gettext("Perangkat itu sudah dikeluarkan dari akun Anda."), "success")
    return redirect(url_for("sign_ins.listed"), 303)


@bp.post("/akun/sesi/akhiri-lain")
@requires(*Permission)
@needs_fresh_sign_in
def end_others() -> ResponseReturnValue:
    """End every sign-in but this one."""
    here = current_sign_in()
    n = _end_all(current_user.id, except_id=here.id if here else None)
    words = ngettext("%(num)s perangkat lain sudah dikeluarkan.", "%(num)s perangkat lain sudah dikeluarkan.", n)
    flash(words if n else gettext("Tidak ada perangkat lain yang sedang masuk."), "success")
    return redirect(url_for("sign_ins.listed"), 303)


@bp.post("/akun/sesi/akhiri-semua")
@requires(*Permission)
@needs_fresh_sign_in
def end_everywhere() -> ResponseReturnValue:
    """Sign out here and everywhere else."""
    _end_all(current_user.id)
    logout_user()
    flash(gettext("Anda sudah keluar dari semua perangkat."), "success")
    return redirect(url_for("security.login"), 303)


@bp.get("/akses/<int:agency_id>/orang/<int:user_id>/sesi")
@requires(Permission.MANAGE_GRANTS)
def of_another(agency_id: int, user_id: int) -> ResponseReturnValue:
    """Show an administrator how often an account of theirs is signed in, and since when; not from where."""
    who = _reached(db.session(), agency_id, user_id)
    rows = sign_ins.live_ones(db.session(), who.id, clock.utcnow())
    return render_template(
        "account/sign_ins_of.html",
        agency_id=agency_id,
        who=who,
        rows=rows,
        browser=browser_words,
        time_zone=_time_zone(current_user.id),
    )


@bp.post("/akses/<int:agency_id>/orang/<int:user_id>/sesi/akhiri")
@requires(Permission.MANAGE_GRANTS)
@needs_fresh_sign_in
def end_of_another(agency_id: int, user_id: int) -> ResponseReturnValue:
    """End every sign-in of an account within the reader's reach: a telephone was lost, somebody left."""
    who = _reached(db.session(), agency_id, user_id)
    n = _end_all(who.id)
    words = ngettext("%(num)s perangkat sudah dikeluarkan.", "%(num)s perangkat sudah dikeluarkan.", n)
    flash(words if n else gettext("Akun itu tidak sedang masuk di mana pun."), "success")
    return redirect(url_for("sign_ins.of_another", agency_id=agency_id, user_id=who.id), 303)


def _end_all(user_id: int, except_id: int | None = None) -> int:
    n = sign_ins.end_all(
        db.session(), user_id, except_id=except_id, reason=EndReason.REVOKED, now=clock.utcnow(),
        actor=person(current_user.id),
    )  # fmt: skip
    db.session.commit()
    return n


def _reached(session: Session, agency_id: int, user_id: int) -> User:
    """Return an account that works within the reader's reach.

    Raises
    ------
    feedback_app.organisation.account_reach.UnknownAccountError
    """
    return account_in_reach(
        session, user_id, agency_id=agency_id, of=current_user.id, permission=Permission.MANAGE_GRANTS, day=today()
    )


def _time_zone(user_id: int) -> str:
    return first_time_zone(db.session(), user_id, today())
