"""What waits for the reader besides cases, each a sentence with a number and a link."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from feedback_app.blueprints.formats import day as day_words
from feedback_app.evaluation import waiting
from feedback_app.evaluation.cycles.queries import count_to_settle
from feedback_app.evaluation.replies.corrections import count_open_corrections
from feedback_app.evaluation.replies.own_record import own_cycles_open
from feedback_app.handling.break_glass.queries import count_to_decide
from feedback_app.identity.rules import Permission
from feedback_app.organisation.access.queries import count_waiting
from feedback_app.organisation.linked_accounts import count_to_confirm

# Who holds none of these has nothing of this kind to do, and is shown no empty list of it.
CONCERNED = frozenset(
    {
        Permission.READ_OWN_RECORD, Permission.REVIEW_CONTEST, Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE,
        Permission.MANAGE_CYCLE, Permission.DECIDE_OBJECTION, Permission.SIGN_CYCLE,
    }
)  # fmt: skip
_DECIDES_EMERGENCIES = frozenset({Permission.MANAGE_GRANTS, Permission.CONFIRM_BREAK_GLASS})


def waiting_tiles(
    session: Session, user_id: int, day: date, now: datetime, allowed: AbstractSet[Permission]
) -> list[tuple[str, str]]:
    """Return the address and the words of everything that waits: emergencies, then what has a last day."""
    return [
        *(_emergencies(session, user_id, day, now) if allowed & _DECIDES_EMERGENCIES else ()),
        *(_own(session, user_id, day) if Permission.READ_OWN_RECORD in allowed else ()),
        *(_signatures(session, user_id, day) if Permission.SIGN_CYCLE in allowed else ()),
        *((url_for(endpoint), words) for endpoint, words in _counted(session, user_id, day, allowed)),
    ]


def _emergencies(session: Session, user_id: int, day: date, now: datetime) -> list[tuple[str, str]]:
    n = count_to_decide(session, user_id, now=now, today=day)
    words = ngettext(
        "%(num)s permintaan akses darurat menunggu Anda", "%(num)s permintaan akses darurat menunggu Anda", n
    )  # fmt: skip
    return [(url_for("grants.emergency"), words)] if n else []


def resting_links(allowed: AbstractSet[Permission]) -> list[tuple[str, str]]:
    """Return where a reader for whom nothing waits finds their work."""
    places = [
        ("own_record.record", gettext("Catatan saya"), Permission.READ_OWN_RECORD),
        ("reviewing.listed", gettext("Penelaahan"), Permission.REVIEW_CONTEST),
        ("people.listed", gettext("Pegawai"), Permission.MANAGE_PEOPLE),
        ("people.changes", gettext("Persetujuan perubahan"), Permission.APPROVE_PEOPLE),
        ("evaluation.objections", gettext("Keberatan"), Permission.DECIDE_OBJECTION),
    ]
    return [(url_for(endpoint), words) for endpoint, words, permission in places if permission in allowed]


def _own(session: Session, user_id: int, day: date) -> list[tuple[str, str]]:
    return [
        (
            url_for("own_record.cycle", cycle_id=cycle.id),
            gettext("Hak jawab %(name)s terbuka sampai %(day)s", name=cycle.name, day=day_words(cycle.reply_until)),
        )
        for cycle in own_cycles_open(session, user_id, day)
    ]


def _signatures(session: Session, user_id: int, day: date) -> list[tuple[str, str]]:
    return [
        (
            url_for("evaluation.signing_page", cycle_id=cycle.id),
            gettext("%(name)s menunggu tanda tangan", name=cycle.name),
        )
        for cycle in waiting.cycles_to_sign(session, user_id, day)
    ]


def _counted(session: Session, user_id: int, day: date, allowed: AbstractSet[Permission]) -> list[tuple[str, str]]:
    found = []
    if Permission.REVIEW_CONTEST in allowed and (n := waiting.contests_to_decide(session, user_id)):
        words = ngettext("%(num)s sanggahan menunggu putusan Anda", "%(num)s sanggahan menunggu putusan Anda", n)
        found.append(("reviewing.listed", words))
    if Permission.APPROVE_PEOPLE in allowed and (n := waiting.changes_to_approve(session, user_id, day)):
        words = ngettext("%(num)s perubahan menunggu persetujuan", "%(num)s perubahan menunggu persetujuan", n)
        found.append(("people.changes", words))
    if Permission.MANAGE_PEOPLE in allowed and (n := count_open_corrections(session, user_id, day)):
        words = ngettext(
            "%(num)s perbaikan diminta putusan sanggahan", "%(num)s perbaikan diminta putusan sanggahan", n
        )  # fmt: skip
        found.append(("people.changes", words))
    if Permission.MANAGE_GRANTS in allowed and (n := count_waiting(session, user_id, day)):
        words = ngettext(
            "%(num)s permintaan wewenang menunggu Anda sebagai orang kedua",
            "%(num)s permintaan wewenang menunggu Anda sebagai orang kedua", n,
        )  # fmt: skip
        found.append(("grants.listed", words))
    if Permission.MANAGE_GRANTS in allowed and (n := count_to_confirm(session, user_id, day)):
        words = ngettext(
            "%(num)s akun instansi (SSO) menunggu dipastikan", "%(num)s akun instansi (SSO) menunggu dipastikan", n
        )  # fmt: skip
        found.append(("sso_setup.page", words))
    if allowed & {Permission.MANAGE_CYCLE, Permission.DECIDE_OBJECTION} and (
        n := count_to_settle(session, user_id, day)
    ):
        words = ngettext("%(num)s keberatan menunggu Anda", "%(num)s keberatan menunggu Anda", n)
        found.append(("evaluation.objections", words))
    return found
