"""Changes of the past that wait: decided by a second person, seen and withdrawn by whoever asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.formats import day
from feedback_app.blueprints.people_effect import effect_of
from feedback_app.blueprints.people_frame import Here, asked_agency, bp, decides, here, me, page
from feedback_app.blueprints.people_words import Names, post_sentence
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.evaluation.replies.corrections import open_corrections
from feedback_app.identity.models import User
from feedback_app.identity.queries import names_of
from feedback_app.identity.rules import Permission
from feedback_app.notifications.account_links import tell_of_links
from feedback_app.organisation.people import changes as deciding
from feedback_app.organisation.people.change_queries import decided_changes, waiting_changes
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.post_edits import PostEdit, kept_edits
from feedback_app.organisation.people.post_rules import PostFields
from feedback_app.organisation.people.queries import names_of_people
from feedback_app.organisation.people.reached_counters import names_of_counters
from feedback_app.organisation.people.rules import ChangeKind
from feedback_app.organisation.queries import services_by_unit, units_of

DECIDED_SHOWN = 30


@dataclass(frozen=True)
class ShownChange:
    """A change with its sentences; `own` was asked for by the reader, `about_me` concerns them."""

    change: PeopleChange
    requester: str
    decider: str
    done: list[str]
    moves: list[str]
    own: bool
    about_me: bool


@bp.get("/pegawai/persetujuan")
@requires(Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE)
def changes() -> ResponseReturnValue:
    """Show what waits: to who decides all of it, to others what they asked for."""
    place = asked_agency(Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE)
    return page("people/changes.html", place, "changes", **(_shown(place) if place else {}))


@bp.post("/pegawai/persetujuan/<int:agency_id>/<int:change_id>/setujui")
@requires(Permission.APPROVE_PEOPLE)
def approve(agency_id: int, change_id: int) -> ResponseReturnValue:
    """Agree to a change and carry it out."""
    place = _decidable(agency_id)
    return _decided(
        place,
        lambda: deciding.approve(
            db.session(), agency_id, change_id, actor=me(), now=place.at.now, today=place.at.today
        ),
        gettext("Perubahan disetujui dan dijalankan."),
    )


@bp.post("/pegawai/persetujuan/<int:agency_id>/<int:change_id>/tolak")
@requires(Permission.APPROVE_PEOPLE)
def refuse(agency_id: int, change_id: int) -> ResponseReturnValue:
    """Refuse a change, saying why."""
    place = _decidable(agency_id)
    return _decided(
        place,
        lambda: deciding.refuse(
            db.session(), agency_id, change_id, note=request.form.get("note", ""), actor=me(), now=place.at.now,
            today=place.at.today,
        ),
        gettext("Perubahan ditolak."),
    )  # fmt: skip


@bp.post("/pegawai/persetujuan/<int:agency_id>/<int:change_id>/tarik")
@requires(Permission.MANAGE_PEOPLE)
def withdraw(agency_id: int, change_id: int) -> ResponseReturnValue:
    """Take back what one has asked for."""
    place = here(agency_id)
    return _decided(
        place,
        lambda: deciding.withdraw(db.session(), agency_id, change_id, actor=me(), now=place.at.now),
        gettext("Permintaan ditarik."),
    )


def _decidable(agency_id: int) -> Here:
    place = here(agency_id, Permission.APPROVE_PEOPLE)
    if not decides(place):
        raise deciding.UnknownPeopleChangeError("Permintaan itu tidak ada. Pilih dari daftar.")
    return place


def _decided(place: Here, act: Any, words: str) -> ResponseReturnValue:
    try:
        act()
    except deciding.UnknownPeopleChangeError:
        raise
    except DomainError as error:
        db.session.rollback()
        again = here(place.agency.id, Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE)
        shown = {**_shown(again), "problem": translated(error.message), "note": request.form.get("note", "")}
        return page("people/changes.html", again, "changes", **shown), error.status
    tell_of_links(db.session(), place.agency.id, now=place.at.now)
    db.session.commit()
    flash(words, "success")
    return redirect(url_for("people.changes", instansi=place.agency.id), 303)


def _shown(place: Here) -> dict[str, Any]:
    session, may = db.session(), decides(place)
    waiting = [one for one in waiting_changes(session, place.agency.id) if may or one.requested_by == current_user.id]
    decided = [
        one for one in decided_changes(session, place.agency.id, DECIDED_SHOWN)
        if may or one.requested_by == current_user.id
    ]  # fmt: skip
    names = names_of(session, {user for one in [*waiting, *decided] for user in (one.requested_by, one.decided_by)})
    words = _names(place, [*waiting, *decided])
    return {
        "corrections": open_corrections(session, current_user.id, place.at.today, place.agency.id),
        "may_decide": may,
        "waiting": [_one(one, names, words, place, is_waiting=True) for one in waiting],
        "decided": [_one(one, names, words, place, is_waiting=False) for one in decided],
    }


def _one(change: PeopleChange, accounts: dict[int, str], names: Names, place: Here, *, is_waiting: bool) -> ShownChange:
    edits = kept_edits(db.session(), change)
    # Where a post was changed since it was asked for, nothing of it can be carried out.
    is_stale = any(edit.before is not None and edit.before.superseded_at is not None for edit in edits)
    moves = [] if is_stale or not is_waiting else effect_of(db.session(), change.agency_id, edits, place.at).moves
    return ShownChange(
        change, accounts.get(change.requested_by or 0, "–"), accounts.get(change.decided_by or 0, "–"),
        _done(change, edits, names), moves,
        change.requested_by == current_user.id, current_user.id in change.concerned_users,
    )  # fmt: skip


def _done(change: PeopleChange, edits: Sequence[PostEdit], names: Names) -> list[str]:
    """Return what a change does, sentence by sentence."""
    if change.kind is ChangeKind.DUTY:
        return _duty_words(change, names)
    if change.kind is ChangeKind.LINK:
        return [_link_words(change, names)]
    found = []
    for before, after in (edit.both for edit in edits):
        if before is not None:
            found.append(gettext("Tidak berlaku lagi: %(post)s", post=_post_words(before, names)))
        if after is not None:
            found.append(gettext("Dicatat: %(post)s", post=_post_words(after, names)))
    return found


def _post_words(post: PostFields, names: Names) -> str:
    said = post_sentence(post, names.units.get(post.unit_id, "–"), names.services.get(post.service_id or 0))
    return f"{names.people.get(post.employee_id, '–')}: {said}"


def _link_words(change: PeopleChange, names: Names) -> str:
    account = db.session().get_one(User, change.payload["user_id"])
    said: str = gettext(
        "Akun %(email)s (%(owner)s) menjadi akun %(who)s dan membaca semua catatan tentangnya.", email=account.email,
        owner=account.name, who=names.people.get(change.employee_id or 0, "–"),
    )  # fmt: skip
    return said


def _duty_words(change: PeopleChange, names: Names) -> list[str]:
    ids = {(change.agency_id, row[0]) for part in ("add", "remove") for row in change.payload[part]}
    counters = names_of_counters(db.session(), ids)
    found = []
    for part, words in (("add", gettext("Bertugas")), ("remove", gettext("Tidak bertugas"))):
        for counter_id, on_date, employee_id in change.payload[part][:DECIDED_SHOWN]:
            place = counters.get((change.agency_id, counter_id), "–")
            who = names.people.get(employee_id, "–")
            found.append(f"{words}: {who}, {place}, {day(date.fromisoformat(on_date))}")
    more = sum(len(change.payload[part]) for part in ("add", "remove")) - len(found)
    return [*found, gettext("Dan %(more)s lagi.", more=more)] if more > 0 else found


def _names(place: Here, found: Sequence[PeopleChange]) -> Names:
    session, agency_id = db.session(), place.agency.id
    people = {employee for one in found for employee in one.concerned_employees}
    services = services_by_unit(session, agency_id)
    return Names(
        names_of_people(session, agency_id, people),
        {card.id: card.name for card in units_of(session, agency_id, place.at.today)},
        {card.id: card.name for cards in services.values() for card in cards},
    )
