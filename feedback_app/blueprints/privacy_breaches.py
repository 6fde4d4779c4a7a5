"""Breaches of personal data: noted by one, confirmed by another, told in 3 x 24 hours, closed with what was learnt."""

from __future__ import annotations

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.due import due
from feedback_app.blueprints.forms.privacy import AuthorityForm, BreachForm, EndingForm
from feedback_app.blueprints.privacy_frame import MANAGE, bp, day_at, managed, managed_agency, me, page
from feedback_app.blueprints.privacy_words import STATES
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.queries import names_of
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnitCard, units_of
from feedback_app.privacy.breaches import operations
from feedback_app.privacy.breaches.notices import owe_notices
from feedback_app.privacy.breaches.queries import breach_of, breaches_of, count_reached, count_told
from feedback_app.privacy.data_map.categories import TITLE_SENTENCES
from feedback_app.privacy.models import Breach, BreachState


@bp.get("/privasi/kejadian")
@requires(MANAGE)
def breaches() -> ResponseReturnValue:
    """Show the breaches of the agencies somebody manages, with their clocks."""
    rows = [(agency, breaches_of(db.session(), agency.id)) for agency in managed()]
    return page(
        "breaches", "breaches", rows=rows, states=STATES, titles=TITLE_SENTENCES,
        due=partial(due, now=clock.utcnow()), is_open=_is_open,
    )  # fmt: skip


@bp.route("/privasi/<int:agency_id>/kejadian/baru", methods=["GET", "POST"])
@requires(MANAGE)
def new_breach(agency_id: int) -> ResponseReturnValue:
    """Note a breach."""
    agency = managed_agency(agency_id)
    form = BreachForm(_units(agency))
    if request.method == "GET" or not form.validate():
        return _form_page(agency, form, None)
    try:
        made = operations.note_breach(
            db.session(), agency_id, form.written(agency.time_zone), user_id=current_user.id, now=clock.utcnow()
        )
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        return _form_page(managed_agency(agency_id), form, None)
    breach_id = made.id
    db.session.commit()
    flash(gettext("Kejadian dicatat. Mintalah orang kedua mengesahkannya; mereka sudah diberi kabar."), "success")
    return _to(breach_id)


@bp.get("/privasi/kejadian/<int:breach_id>")
@requires(MANAGE)
def breach(breach_id: int) -> ResponseReturnValue:
    """Show one breach: its clock, what is to be done next, whom it reached, who was told."""
    return _breach_page(breach_id, AuthorityForm(formdata=None), EndingForm(formdata=None))


@bp.route("/privasi/kejadian/<int:breach_id>/ubah", methods=["GET", "POST"])
@requires(MANAGE)
def edit_breach(breach_id: int) -> ResponseReturnValue:
    """Write a breach anew that nobody has confirmed."""
    found, agency = found_breach(breach_id)
    if found.state is not BreachState.DRAFT:
        flash(gettext("Kejadian ini sudah disahkan atau diakhiri, sehingga isinya tidak dapat diubah lagi."), "error")
        return _to(breach_id)
    form = BreachForm(_units(agency), data=None if request.method == "POST" else _filled(found, agency))
    if request.method == "GET" or not form.validate():
        return _form_page(agency, form, found)
    try:
        held = breach_of(db.session(), [agency.id], breach_id, lock=True)
        operations.rewrite_breach(
            db.session(), held, form.written(agency.time_zone), user_id=current_user.id, now=clock.utcnow()
        )
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        return _form_page(agency, form, found)
    db.session.commit()
    flash(gettext("Perubahan disimpan. Anda tidak dapat mengesahkan yang Anda tulis sendiri."), "success")
    return _to(breach_id)


@bp.post("/privasi/kejadian/<int:breach_id>/sahkan")
@requires(MANAGE)
def confirm(breach_id: int) -> ResponseReturnValue:
    """Stand behind a breach as the second person, and owe everybody reached the notice."""
    found, now = _held(breach_id), clock.utcnow()
    try:
        operations.confirm_breach(db.session(), found, user_id=current_user.id, now=now)
        reached = owe_notices(db.session(), found, actor=me(), now=now)
    except DomainError as error:
        return _refused(error, breach_id)
    db.session.commit()
    words = ngettext(
        "Disahkan. Pemberitahuan disiapkan untuk %(num)d kiriman.",
        "Disahkan. Pemberitahuan disiapkan untuk %(num)d kiriman.",
        reached,
    )
    flash(words, "success")
    return _to(breach_id)


@bp.post("/privasi/kejadian/<int:breach_id>/bukan")
@requires(MANAGE)
def dismiss(breach_id: int) -> ResponseReturnValue:
    """End a draft that turned out to be none."""
    return _ended(breach_id, operations.dismiss_breach, gettext("Dicatat sebagai bukan kebocoran, dengan alasannya."))


@bp.post("/privasi/kejadian/<int:breach_id>/selesai")
@requires(MANAGE)
def close(breach_id: int) -> ResponseReturnValue:
    """Close a breach of which everybody was told."""
    return _ended(breach_id, operations.close_breach, gettext("Kejadian ditutup, dengan pelajarannya."))


@bp.post("/privasi/kejadian/<int:breach_id>/lembaga")
@requires(MANAGE)
def authority(breach_id: int) -> ResponseReturnValue:
    """Note that the authority was told in writing."""
    form = AuthorityForm()
    if not form.validate():
        return _breach_page(breach_id, form, EndingForm(formdata=None)), 422
    found = _held(breach_id)
    agency = managed_agency(found.agency_id)
    try:
        operations.note_authority_told(
            db.session(), found, form.receipt.data or "", told_at=form.moment(agency.time_zone),
            user_id=current_user.id, now=clock.utcnow(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        return _breach_page(breach_id, form, EndingForm(formdata=None)), 422
    db.session.commit()
    flash(gettext("Pemberitahuan kepada lembaga dicatat."), "success")
    return _to(breach_id)


def _ended(breach_id: int, end: Any, done: str) -> ResponseReturnValue:
    form = EndingForm()
    if not form.validate():
        return _breach_page(breach_id, AuthorityForm(formdata=None), form), 422
    found = _held(breach_id)
    try:
        end(db.session(), found, form.ending.data or "", user_id=current_user.id, now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        if not _is_open(found_breach(breach_id)[0]):
            # Its page has no box for the words any more; that of the error gives them back.
            raise
        form.form_errors.append(error.message)
        return _breach_page(breach_id, AuthorityForm(formdata=None), form), error.status
    db.session.commit()
    flash(done, "success")
    return _to(breach_id)


def _refused(error: DomainError, breach_id: int) -> ResponseReturnValue:
    db.session.rollback()
    flash(translated(error.message), "error")
    return _to(breach_id)


def _to(breach_id: int) -> ResponseReturnValue:
    return redirect(url_for("privacy.breach", breach_id=breach_id), 303)


def found_breach(breach_id: int) -> tuple[Breach, Agency]:
    """Return a breach of an agency somebody manages, and the agency."""
    found = breach_of(db.session(), [agency.id for agency in managed()], breach_id)
    return found, managed_agency(found.agency_id)


def _held(breach_id: int) -> Breach:
    return breach_of(db.session(), [agency.id for agency in managed()], breach_id, lock=True)


def _units(agency: Agency) -> list[UnitCard]:
    return units_of(db.session(), agency.id, day_at(agency))


def _is_open(found: Breach) -> bool:
    return found.state in {BreachState.DRAFT, BreachState.CONFIRMED}


def _filled(found: Breach, agency: Agency) -> dict[str, Any]:
    names = (
        "categories", "happened_from", "happened_until", "reached_from", "reached_until", "estimate", "how",
        "remedies", "advice", "ask_whom",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in names}, "unit_id": str(found.unit_id or ""),
        "found_at": found.found_at.astimezone(ZoneInfo(agency.time_zone)),
    }  # fmt: skip


def _form_page(agency: Agency, form: BreachForm, found: Breach | None) -> ResponseReturnValue:
    drawn = page("breach_form", "breaches", agency=agency, form=form, breach=found)
    return make_response(drawn, 422 if form.errors else 200)


def _breach_page(breach_id: int, authority_form: AuthorityForm, ending_form: EndingForm) -> str:
    found, agency = found_breach(breach_id)
    people = [one for one in (found.written_by, found.confirmed_by) if one is not None]
    return page(
        "breach", "breaches", breach=found, agency=agency, states=STATES, titles=TITLE_SENTENCES,
        clock=due(found.due_at, agency.time_zone, clock.utcnow()), is_open=_is_open(found),
        may_confirm=found.state is BreachState.DRAFT and found.written_by != current_user.id,
        reached=count_reached(db.session(), found), told=count_told(db.session(), found),
        names=names_of(db.session(), people), units={unit.id: unit.name for unit in _units(agency)},
        authority_form=authority_form, ending_form=ending_form,
    )  # fmt: skip
