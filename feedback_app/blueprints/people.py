"""Civil servants: the list, one of them with all posts as known on a day, their record and account."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.people import AccountForm, ChangedRecordForm, NewPersonForm
from feedback_app.blueprints.numbers import asked_page, number_or_none
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.people_frame import Here, asked_agency, bp, here, me, page
from feedback_app.blueprints.people_words import post_sentence
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.models import User
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission
from feedback_app.notifications.account_links import tell_of_links
from feedback_app.organisation.models import Employee
from feedback_app.organisation.people import queries, records
from feedback_app.organisation.people.change_queries import approvals_of, waiting_changes
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.posts import add_post
from feedback_app.organisation.people.queries import PeopleAsked, PostLine
from feedback_app.organisation.rules import mask_nip

PEOPLE_PER_PAGE = 50


@bp.get("/pegawai")
@requires(Permission.MANAGE_PEOPLE)
def listed() -> ResponseReturnValue:
    """Show the people somebody looks after, as searched."""
    place = asked_agency()
    if place is None:
        return page("people/list.html", place, "list")
    asked = PeopleAsked(
        words=request.args.get("q", "")[: queries.SEARCH_MAX].strip(),
        unit_id=number_or_none(request.args.get("unit")),
        without_post=request.args.get("tanpa_jabatan") == "1",
        without_account=request.args.get("tanpa_akun") == "1",
    )
    number = asked_page()
    rows, total = queries.people_found(
        db.session(), current_user.id, place.agency.id, asked, day=place.at.today,
        skip=(number - 1) * PEOPLE_PER_PAGE, most=PEOPLE_PER_PAGE,
    )  # fmt: skip
    posts = queries.posts_of_people(db.session(), place.agency.id, [row.id for row in rows], on=place.at.today)
    pages = pages_of(total, PEOPLE_PER_PAGE)
    return page(
        "people/list.html", place, "list", asked=asked, rows=rows, posts=posts, total=total, number=number, pages=pages,
        mask=mask_nip, in_words=_in_words,
    )  # fmt: skip


@bp.route("/pegawai/baru", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def add() -> ResponseReturnValue:
    """Add a civil servant, with the first post if it is known."""
    place = asked_agency()
    if place is None:
        return page("people/list.html", place, "list")
    form = NewPersonForm(place.units, place.services, place.at.now)
    if request.method == "GET":
        return page("people/add.html", place, "list", form=form)
    if not form.validate():
        return page("people/add.html", place, "list", form=form), 422
    try:
        return _added(place, form)
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(translated(error.message))
        return page("people/add.html", _again(place), "list", form=form), error.status


@bp.get("/pegawai/<int:agency_id>/<int:employee_id>")
@requires(Permission.MANAGE_PEOPLE)
def one(agency_id: int, employee_id: int) -> ResponseReturnValue:
    """Show one civil servant: posts as known on a day, the history of corrections, the account."""
    place, employee = _found(agency_id, employee_id)
    return _person_page(place, employee, ChangedRecordForm(formdata=None, obj=employee), AccountForm(formdata=None))


@bp.post("/pegawai/<int:agency_id>/<int:employee_id>/data")
@requires(Permission.MANAGE_PEOPLE)
def change(agency_id: int, employee_id: int) -> ResponseReturnValue:
    """Put a name, a rank or the last day right."""
    place, employee = _found(agency_id, employee_id)
    form = ChangedRecordForm()
    if not form.validate():
        return _person_page(place, employee, form, AccountForm(formdata=None)), 422
    records.change_person(
        db.session(), employee, name=form.name.data or "", rank=form.rank.data or "", left_on=form.left_on.data,
        actor=me(), now=place.at.now,
    )  # fmt: skip
    db.session.commit()
    flash(gettext("Data pegawai disimpan."), "success")
    return _back(agency_id, employee_id)


@bp.post("/pegawai/<int:agency_id>/<int:employee_id>/akun")
@requires(Permission.MANAGE_PEOPLE)
def link(agency_id: int, employee_id: int) -> ResponseReturnValue:
    """Let an account be that of the civil servant."""
    place, employee = _found(agency_id, employee_id)
    form = AccountForm()
    if not form.validate():
        return _person_page(place, employee, ChangedRecordForm(formdata=None, obj=employee), form), 422
    try:
        waits = records.link_account(
            db.session(), employee, email=form.email.data or "", actor=me(), now=place.at.now, today=place.at.today
        )
    except DomainError as error:
        db.session.rollback()
        form.email.errors = [translated(error.message)]
        place, employee = _found(agency_id, employee_id)
        return _person_page(place, employee, ChangedRecordForm(formdata=None, obj=employee), form), error.status
    tell_of_links(db.session(), agency_id, now=place.at.now)
    db.session.commit()
    if waits is not None:
        flash(gettext("Penautan akun diajukan dan menunggu persetujuan orang kedua."), "warning")
    else:
        flash(gettext("Akun ditautkan. Mulai hari ini pegawai dapat membaca catatannya sendiri."), "success")
    return _back(agency_id, employee_id)


@bp.post("/pegawai/<int:agency_id>/<int:employee_id>/akun/lepas")
@requires(Permission.MANAGE_PEOPLE)
def unlink(agency_id: int, employee_id: int) -> ResponseReturnValue:
    """Part an account from the civil servant."""
    place, employee = _found(agency_id, employee_id)
    records.unlink_account(db.session(), employee, actor=me(), now=place.at.now, today=place.at.today)
    tell_of_links(db.session(), agency_id, now=place.at.now)
    db.session.commit()
    flash(gettext("Tautan akun dilepas."), "success")
    return _back(agency_id, employee_id)


def _added(place: Here, form: NewPersonForm) -> ResponseReturnValue:
    session, now = db.session(), place.at.now
    employee = records.add_person(
        session, place.agency.id, nip=form.nip.data or "", name=form.name.data or "", rank=form.rank.data or "",
        actor=me(), now=now,
    )  # fmt: skip
    waits = False
    if form.has_post.data:
        done = add_post(session, place.agency.id, form.wanted(employee.id), actor=me(), at=place.at,
                        reason=form.reason.data or "")  # fmt: skip
        waits = isinstance(done, PeopleChange)
    elif not place.is_whole:
        raise queries.UnknownPersonError("Catat juga jabatannya: Anda hanya mengelola pegawai di unit Anda.")
    session.commit()
    if waits:
        flash(gettext("Pegawai dicatat. Jabatannya menyentuh hari yang lewat dan menunggu persetujuan."), "warning")
    else:
        flash(gettext("Pegawai dicatat."), "success")
    seen = place.is_whole or not waits
    return _back(place.agency.id, employee.id) if seen else redirect(url_for("people.changes"), 303)


def _person_page(place: Here, employee: Employee, form: ChangedRecordForm, account: AccountForm) -> str:
    session, agency_id = db.session(), place.agency.id
    known_on = _known_on(place)
    known_at = _end_of(known_on, place.agency.time_zone) if known_on else None
    posts = queries.posts_of_people(session, agency_id, [employee.id], known_at=known_at).get(employee.id, [])
    gone = queries.superseded_posts(session, agency_id, employee.id)
    accounts = names_of(session, _accounts_in([*posts, *gone]))
    approvals = approvals_of(session, agency_id, [line.post.id for line in [*posts, *gone]])
    approvers = names_of(session, [approval.decided_by for approval in approvals.values()])
    user = session.get(User, employee.user_id) if employee.user_id else None
    return render_template(
        "people/person.html", here=place, agency=place.agency, current="list", employee=employee, form=form,
        account=account, posts=posts, gone=gone, known_on=known_on, user=user, in_words=_in_words,
        masked=mask_nip(employee.nip), accounts=accounts, approvals=approvals, approvers=approvers,
        reached={unit.id for unit in place.units},
        waiting=[one for one in waiting_changes(session, agency_id) if employee.id == one.employee_id],
        today=place.at.today,
    )  # fmt: skip


def _accounts_in(lines: list[PostLine]) -> set[int | None]:
    return {user_id for line in lines for user_id in (line.post.recorded_by, line.post.superseded_by)}


def _known_on(place: Here) -> date | None:
    try:
        asked = date.fromisoformat(request.args.get("diketahui", ""))
    except ValueError:
        return None
    return asked if date(2000, 1, 1) <= asked < place.at.today else None


def _end_of(day: date, time_zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(time_zone))


def _in_words(line: PostLine) -> str:
    return post_sentence(line.post, line.unit_name, line.service_name)


def _found(agency_id: int, employee_id: int) -> tuple[Here, Employee]:
    place = here(agency_id)
    return place, queries.person_for(db.session(), current_user.id, agency_id, employee_id, today())


def _again(place: Here) -> Here:
    return here(place.agency.id)


def _back(agency_id: int, employee_id: int) -> ResponseReturnValue:
    return redirect(url_for("people.one", agency_id=agency_id, employee_id=employee_id), 303)
