"""Changes of posts, each seen before it is made: add, end, correct, cancel, and two people who change places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.forms.people import EndForm, PlacesForm, PostForm, ReasonForm
from feedback_app.blueprints.forms.staff import StaffForm
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.people_effect import effect_of
from feedback_app.blueprints.people_frame import Here, bp, here, me
from feedback_app.blueprints.people_posts_held import posts_in_the_way
from feedback_app.blueprints.people_words import past_words, post_sentence, share_words, span
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.operations import OverlappingAssignmentError
from feedback_app.organisation.people import queries
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.post_edits import PostEdit, change_posts
from feedback_app.organisation.people.post_rules import PostFields
from feedback_app.organisation.people.posts import planned_change_of_places, planned_end
from feedback_app.organisation.people.rules import ChangeKind

# Marks the form that was sent from the page on which the effects were read, and the way back to what was typed.
SEEN, EDIT = "seen", "ubah"


@dataclass(frozen=True)
class Act:
    """A change that a form asks for: its words, whom it is about, and what it would do."""

    here: Here
    employee: Employee
    kind: ChangeKind
    words: str
    template: str
    form: StaffForm
    planned: Callable[[], Sequence[PostEdit]]
    shown: dict[str, Any]


@bp.route("/pegawai/<int:agency_id>/<int:employee_id>/jabatan", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def add_post(agency_id: int, employee_id: int) -> ResponseReturnValue:
    """Give a civil servant a post."""
    place = here(agency_id)
    employee = queries.person_for(db.session(), current_user.id, agency_id, employee_id, today())
    form = PostForm(place.units, place.services, place.at.now)
    words = gettext("Jabatan baru untuk %(name)s", name=employee.name)
    return _carry_out(
        Act(place, employee, ChangeKind.ASSIGN, words, "people/post.html", form,
            lambda: [PostEdit(None, form.wanted(employee_id))], {})
    )  # fmt: skip


@bp.route("/pegawai/jabatan/<int:agency_id>/<int:post_id>/perbaiki", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def correct_post(agency_id: int, post_id: int) -> ResponseReturnValue:
    """Put right what was recorded of a post."""
    place, post, employee = _found(agency_id, post_id)
    form = PostForm(place.units, place.services, place.at.now, must_say_why=True, data=_recorded(post))
    words = gettext("Perbaiki jabatan %(name)s", name=employee.name)
    return _carry_out(
        Act(place, employee, ChangeKind.CORRECT, words, "people/post.html", form,
            lambda: [PostEdit(post, form.wanted(post.employee_id))], {"post": post})
    )  # fmt: skip


@bp.route("/pegawai/jabatan/<int:agency_id>/<int:post_id>/akhiri", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def end_post(agency_id: int, post_id: int) -> ResponseReturnValue:
    """Let a post end with a day."""
    place, post, employee = _found(agency_id, post_id)
    form = EndForm(data={"last_day": post.ends_on or place.at.today})
    words = gettext("Akhiri jabatan %(name)s", name=employee.name)
    return _carry_out(
        Act(place, employee, ChangeKind.END, words, "people/end.html", form,
            lambda: planned_end(post, form.last_day.data or place.at.today), {"post": post})
    )  # fmt: skip


@bp.route("/pegawai/jabatan/<int:agency_id>/<int:post_id>/batalkan", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def cancel_post(agency_id: int, post_id: int) -> ResponseReturnValue:
    """Take out a post that never was."""
    place, post, employee = _found(agency_id, post_id)
    words = gettext("Batalkan jabatan %(name)s", name=employee.name)
    return _carry_out(
        Act(place, employee, ChangeKind.CANCEL, words, "people/cancel.html", ReasonForm(),
            lambda: [PostEdit(post, None)], {"post": post})
    )  # fmt: skip


@bp.route("/pegawai/jabatan/<int:agency_id>/<int:post_id>/tukar", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def change_places(agency_id: int, post_id: int) -> ResponseReturnValue:
    """Let two people change places from a day on."""
    place, post, employee = _found(agency_id, post_id)
    form = PlacesForm(_others(place, post))

    def planned() -> Sequence[PostEdit]:
        other = queries.post_for(
            db.session(), current_user.id, agency_id, number_or_none(form.other_id.data) or 0, today()
        )
        return planned_change_of_places(
            post, other, form.first_day.data or place.at.today, decree_number=form.decree_number.data or ""
        )

    words = gettext("Tukar tempat %(name)s", name=employee.name)
    return _carry_out(Act(place, employee, ChangeKind.CORRECT, words, "people/places.html", form, planned,
                          {"post": post}))  # fmt: skip


def _carry_out(act: Act) -> ResponseReturnValue:
    """Draw the form; on sending it first show what it would move; once that was read, do it or ask for it."""
    if request.method == "GET" or request.form.get(EDIT) == "1":
        return _form_page(act)
    if not act.form.validate():
        return _form_page(act), 422
    try:
        return _kept(act) if request.form.get(SEEN) == "1" else _preview(act)
    except DomainError as error:
        db.session.rollback()
        act.form.form_errors.append(translated(error.message))
        if isinstance(error, OverlappingAssignmentError):
            act.form.form_errors += posts_in_the_way(act.here.agency.id, act.planned())
        return _form_page(act), error.status


def _kept(act: Act) -> ResponseReturnValue:
    done = _changed(act, act.planned())
    db.session.commit()
    if isinstance(done, PeopleChange):
        flash(gettext("Permintaan dicatat dan menunggu persetujuan orang kedua."), "warning")
    else:
        flash(gettext("Perubahan disimpan."), "success")
    return redirect(_back(act), 303)


def _preview(act: Act) -> str:
    session, agency_id = db.session(), act.here.agency.id
    edits = act.planned()
    effect = effect_of(session, agency_id, edits, act.here.at)
    attempt = session.begin_nested()
    # What would be refused is refused now: the same steps, taken back.
    _changed(act, edits)
    attempt.rollback()
    session.expire_all()
    left_out = {"csrf_token", SEEN, EDIT}
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in left_out]
    return render_template(
        "people/foreseen.html", here=act.here, current="list", act=act, effect=effect, carried=carried,
        past=past_words(effect.past), back=_back(act), edits=_in_words(act, edits),
    )  # fmt: skip


def _changed(act: Act, edits: Sequence[PostEdit]) -> list[Assignment] | PeopleChange:
    reason = str(act.form["reason"].data or "") if "reason" in act.form else ""
    return change_posts(db.session(), act.here.agency.id, act.kind, edits, actor=me(), at=act.here.at, reason=reason)


def _in_words(act: Act, edits: Sequence[PostEdit]) -> list[tuple[str | None, str | None]]:
    """Return each edit as what stood and what will stand."""
    units = act.here.unit_names
    services = {card.id: card.name for cards in act.here.services.values() for card in cards}
    people = queries.names_of_people(
        db.session(), act.here.agency.id, {post.employee_id for edit in edits for post in edit.both if post}
    )

    def words(post: PostFields | None) -> str | None:
        if post is None:
            return None
        said = post_sentence(post, units.get(post.unit_id, "–"), services.get(post.service_id or 0))
        return f"{people.get(post.employee_id, '–')}: {said}"

    return [(words(before), words(after)) for before, after in (edit.both for edit in edits)]


def _form_page(act: Act) -> str:
    return render_template(
        act.template, here=act.here, agency=act.here.agency, current="list", employee=act.employee, words=act.words,
        form=act.form, back=_back(act), post_in_words=_recorded_words(act), **act.shown,
    )  # fmt: skip


def _recorded_words(act: Act) -> str | None:
    post = act.shown.get("post")
    if post is None:
        return None
    lines = queries.posts_of_people(db.session(), act.here.agency.id, [act.employee.id]).get(act.employee.id, [])
    found = (post_sentence(line.post, line.unit_name, line.service_name) for line in lines if line.post is post)
    return next(found, None)


def _recorded(post: Assignment) -> dict[str, Any]:
    return {
        "unit_id": str(post.unit_id), "service_id": str(post.service_id or ""), "position": post.position,
        "kind": post.kind.value, "is_head": post.is_head, "share": share_words(float(post.share)).removesuffix(" %"),
        "decree_number": post.decree_number, "starts_on": post.starts_on, "ends_on": post.ends_on,
    }  # fmt: skip


def _others(place: Here, post: Assignment) -> dict[str, str]:
    """Return the posts of others with whom the holder could change places, by id as the form has it."""
    found: dict[str, str] = {}
    for unit in place.units:
        lines = queries.posts_in_unit(db.session(), place.agency.id, unit.id, place.at.today, place.at.today)
        names = queries.names_of_people(db.session(), place.agency.id, {line.post.employee_id for line in lines})
        for line in lines:
            other = line.post
            if other.employee_id != post.employee_id:
                days = span(other.starts_on, other.ends_on)
                found[str(other.id)] = f"{names[other.employee_id]}: {other.position}, {unit.name}, {days}"
    return found


def _found(agency_id: int, post_id: int) -> tuple[Here, Assignment, Employee]:
    place = here(agency_id)
    # Whoever was slower gets the form back with what was typed, and is told; nothing is changed twice.
    post = queries.post_for(
        db.session(), current_user.id, agency_id, post_id, today(), superseded_too=request.method == "POST"
    )
    employee = queries.person_for(db.session(), current_user.id, agency_id, post.employee_id, today())
    return place, post, employee


def _back(act: Act) -> str:
    return url_for("people.one", agency_id=act.here.agency.id, employee_id=act.employee.id)
