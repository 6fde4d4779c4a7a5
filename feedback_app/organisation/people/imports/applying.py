"""Apply a list as one: units, people and posts together, or nothing; what moves the past waits for a second person."""

from __future__ import annotations

import enum
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import ConflictError, ForbiddenError, InvalidInputError
from feedback_app.organisation.people.changes import Wish, ask
from feedback_app.organisation.people.concerned import concerned_by_posts
from feedback_app.organisation.people.imports.comparison import digest
from feedback_app.organisation.people.imports.mapping import read_choices
from feedback_app.organisation.people.imports.preview import check_previewed, look, planned, stored_cells
from feedback_app.organisation.people.imports.terms import Plan
from feedback_app.organisation.people.imports.writing import carry_out
from feedback_app.organisation.people.models import PeopleChange, PeopleImport
from feedback_app.organisation.people.post_rules import OfficeMoment, days_changed, past_of
from feedback_app.organisation.people.records import OwnAccountError
from feedback_app.organisation.people.rules import ChangeKind, ImportState, RowChange
from feedback_app.organisation.queries import day_at

# One list of an agency is applied or undone at a time: the first number tells these locks from others.
_LOCK: Final = 0x50454F50


class Outcome(enum.StrEnum):
    """What became of the wish to apply a list."""

    APPLIED = "applied"
    WAITING = "waiting"
    STALE = "stale"  # things changed since it was shown: it was looked at anew, and nothing was applied


class NothingToApplyError(ConflictError):
    """Everything is known already, or nothing can be read."""

    code = "people_nothing_to_apply"


class EverythingRefusedError(InvalidInputError):
    """Every row is refused, so that nothing is left to apply."""

    code = "people_everything_refused"


class RefusedRowsError(InvalidInputError):
    """Some rows cannot be applied, and nobody said that the others should be."""

    code = "people_refused_rows"


class UnreadNumbersError(InvalidInputError):
    """A list of everybody with rows of which nobody knows whom they name."""

    code = "people_unread_numbers"


class UploaderApprovesError(ForbiddenError):
    """Whoever brought a list in would be the second person who agrees to it."""

    code = "people_uploader_approves"


class StaleImportError(ConflictError):
    """What an import would do is no longer what was agreed to."""

    code = "people_import_stale"


def apply(
    session: Session, made: PeopleImport, *, seen: str, only_good: bool, reason: str, actor: Actor, at: OfficeMoment
) -> Outcome:
    """Apply a list as it was seen (its digest); where it moves the past, let it wait for a second person.

    Raises
    ------
    NothingToApplyError, EverythingRefusedError, RefusedRowsError, UnreadNumbersError
    feedback_app.organisation.people.imports.preview.ImportSettledError
    feedback_app.organisation.people.changes.MissingReasonError
    feedback_app.organisation.people.changes.NamedRequesterNeededError
    feedback_app.errors.DomainError
        A unit cannot be created, or somebody else changed a post at this very moment.
    """
    take_turn(session, made.agency_id)
    session.refresh(made, with_for_update=True)
    check_previewed(made)
    plan, _ = planned(session, made, stored_cells(session, made), at=at)
    if digest(plan, read_choices(made.mapping).options) != seen:
        look(session, made, at=at)
        return Outcome.STALE
    _check(made, plan, only_good=only_good)
    if actor.user_id in {person.user_id for person in plan.linked}:
        raise OwnAccountError("Daftar ini menautkan akun Anda sendiri. Kosongkan surel pada baris itu.")
    if plan.touches is not None:
        _wait(session, made, plan, plan.touches, reason, actor, at)
        return Outcome.WAITING
    carry_out(session, made, plan, actor=actor, at=at)
    return Outcome.APPLIED


def apply_change(session: Session, change: PeopleChange, *, actor: Actor, now: datetime) -> None:
    """Carry out an import that a second person agreed to.

    Raises
    ------
    UploaderApprovesError
    StaleImportError
        Posts or people changed since it was asked for.
    """
    made = session.get_one(PeopleImport, (change.agency_id, change.import_id))
    if actor.user_id == made.uploaded_by:
        raise UploaderApprovesError("Anda yang mengunggah daftar ini; orang lain yang harus menyetujuinya.")
    take_turn(session, made.agency_id)
    session.refresh(made, with_for_update=True)
    at = moment_at(session, made.agency_id, now)
    plan, _ = planned(session, made, stored_cells(session, made), at=at)
    if (
        made.state is not ImportState.WAITING
        or digest(plan, read_choices(made.mapping).options) != change.payload["digest"]
    ):
        raise StaleImportError(
            "Data pegawai berubah sejak impor ini diajukan. Tolak pengajuan ini; pengaju dapat melihat pratinjau baru."
        )
    carry_out(session, made, plan, actor=Actor(actor.kind, change.requested_by), at=at, reason=change.reason)
    made.approved_by = actor.user_id


def take_turn(session: Session, agency_id: int) -> None:
    """Wait until nobody else applies or undoes a list of this agency; the turn ends with the transaction."""
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK, agency_id % (1 << 31))))


def moment_at(session: Session, agency_id: int, now: datetime) -> OfficeMoment:
    """Return a moment at an agency for what was agreed to: no day needs anybody else's word any more."""
    return OfficeMoment(now, day_at(session, agency_id, now), None)


def _check(made: PeopleImport, plan: Plan, *, only_good: bool) -> None:
    refused = [row for row in plan.rows if row.change is RowChange.REFUSED]
    if made.is_whole_list and any(row.nip is None for row in refused):
        raise UnreadNumbersError(
            "Daftar lengkap tidak dapat diterapkan selagi ada baris yang NIP-nya tidak terbaca: pegawainya akan "
            "dianggap tidak ada. Perbaiki NIP itu dahulu."
        )
    if refused and len(refused) == len(plan.rows):
        raise EverythingRefusedError("Tidak ada yang dapat diterapkan: semua baris ditolak. Perbaiki lalu unggah lagi.")
    if refused and not only_good:
        raise RefusedRowsError("Ada baris yang ditolak. Perbaiki berkasnya, atau terapkan baris yang benar saja.")
    if not plan.edits and not plan.people:
        if refused:
            raise NothingToApplyError("Tidak ada yang perlu diterapkan: baris yang tidak ditolak sudah tercatat.")
        raise NothingToApplyError("Tidak ada yang perlu diterapkan: semua yang terbaca sudah tercatat.")


def _wait(
    session: Session, made: PeopleImport, plan: Plan, touches: tuple[date, date], reason: str, actor: Actor,
    at: OfficeMoment,
) -> None:  # fmt: skip
    pairs = [(edit.before, edit.after) for edit in plan.edits if past_of(days_changed(edit.before, edit.after), at)]
    concerned = concerned_by_posts(session, made.agency_id, pairs, touches)
    wish = Wish(
        agency_id=made.agency_id, kind=ChangeKind.IMPORT,
        payload={"digest": made.counts["digest"], "changes": made.counts["changes"], "past": made.counts["past"]},
        touches=touches, concerned=frozenset(one for one in concerned if one > 0), reason=reason, import_id=made.id,
    )  # fmt: skip
    change = ask(session, wish, actor=actor, now=at.now)
    # Whoever gets an account linked by the list would decide about their own record as well.
    linked = {person.user_id for _, person in plan.people if person.user_id is not None}
    change.concerned_users = sorted(linked | set(change.concerned_users))
    made.state = ImportState.WAITING
    session.flush()
