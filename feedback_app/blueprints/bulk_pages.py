"""One act on many cases ticked in the inbox: looked at first, told case by case, and taken back if it was a slip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.bulk_targets import colleagues_for, units_for
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.chosen_cases import chosen_from
from feedback_app.blueprints.labels import Words
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import ConflictError, DomainError
from feedback_app.handling.bulk.acts import CHOSEN_MOST, Task, do_to_all
from feedback_app.handling.bulk.collective import Chosen
from feedback_app.handling.bulk.models import BulkKind
from feedback_app.handling.bulk.undo import UNDO_FOR, act_file, undo
from feedback_app.handling.handing_on.disposition import REASON_MAX
from feedback_app.handling.inbox.queries import InboxRow, rows_of
from feedback_app.identity.rules import Permission

KIND_WORDS: Final[Mapping[BulkKind, Words]] = {
    BulkKind.VERIFY: _("Verifikasi"),
    BulkKind.ASSIGN: _("Tugaskan"),
    BulkKind.DISPOSE: _("Teruskan ke unit lain"),
    BulkKind.MERGE: _("Gabungkan"),
    BulkKind.REPLY: _("Tanggapi bersama"),
}


@bp.route("/sekaligus", methods=["GET", "POST"])
@requires(Permission.ANSWER_CASE)
def bulk() -> ResponseReturnValue:
    """Show the ticked cases and what is about to be done to each; do it."""
    ticked = request.values.getlist("case")
    kind = next((kind for kind in BulkKind if kind.value == request.values.get("act")), None)
    if request.method == "GET" and kind is BulkKind.REPLY:
        return redirect(url_for("cases.reply_to_many", case=ticked), 303)
    chosen = chosen_from(ticked)
    if kind is None or kind is BulkKind.REPLY or not chosen:
        flash(gettext("Centang dahulu kasusnya, lalu pilih tindakannya."), "error")
        return redirect(url_for("cases.inbox"), 303)
    if request.method == "GET":
        return _page(kind, chosen[:CHOSEN_MOST])
    try:
        act = do_to_all(
            db.session(), chosen, _task(kind), user_id=current_user.id, day=today(), now=clock.utcnow()
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return _page(kind, chosen[:CHOSEN_MOST], error=translated(error.message)), error.status
    db.session.commit()
    return redirect(url_for("cases.bulk_act", act_id=act.id), 303)


@bp.get("/sekaligus/<int:act_id>")
@requires(Permission.ANSWER_CASE)
def bulk_act(act_id: int) -> ResponseReturnValue:
    """Tell case by case what an act did, and why it did not."""
    session, now = db.session(), clock.utcnow()
    file = act_file(session, current_user.id, act_id)
    lines = {
        row.id: row for row in rows_of(session, current_user.id, [item.case_id for item in file.items], day=today())
    }
    return render_template(
        "cases/bulk_done.html",
        file=file,
        kind_words=KIND_WORDS[file.act.kind],
        lines=lines,
        done=[item for item in file.items if item.refused is None],
        refused=[item for item in file.items if item.refused is not None],
        can_undo=file.can_undo(now),
        undo_until=file.act.at + UNDO_FOR,
        time_zone=next((row.time_zone for row in lines.values()), "Asia/Jakarta"),
    )


@bp.post("/sekaligus/<int:act_id>/batal")
@requires(Permission.ANSWER_CASE)
def undo_bulk(act_id: int) -> ResponseReturnValue:
    """Take an act back, except where somebody has gone on working since."""
    here = redirect(url_for("cases.bulk_act", act_id=act_id), 303)
    try:
        done, touched = undo(db.session(), current_user.id, act_id, now=clock.utcnow())
    except ConflictError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return here
    db.session.commit()
    flash(ngettext("%(num)s kasus dikembalikan.", "%(num)s kasus dikembalikan.", done), "success")
    if touched:
        flash(
            ngettext(
                "%(num)s kasus tidak dikembalikan; alasannya tertulis di bawah.",
                "%(num)s kasus tidak dikembalikan; alasannya tertulis di bawah.",
                touched,
            ),
            "warning",
        )
    return here


def _task(kind: BulkKind) -> Task:
    return Task(
        kind,
        to_user_id=number_or_none(request.form.get("to_user")) or 0,
        to_unit_id=number_or_none(request.form.get("to_unit")) or 0,
        # No database stores this sign, and nobody types it.
        reason=request.form.get("reason", "").replace("\0", " "),
    )


def _page(kind: BulkKind, chosen: Sequence[Chosen], *, error: str | None = None) -> str:
    wanted, case_ids = Permission.ANSWER_CASE, [one.case_id for one in chosen]
    rows = rows_of(db.session(), current_user.id, case_ids, day=today(), permission=wanted)
    versions = {one.case_id: one.version for one in chosen}
    return render_template(
        "cases/bulk.html",
        kind=kind,
        kind_words=KIND_WORDS[kind],
        rows=rows,
        left_out=len(chosen) - len(rows),
        # The versions that were shown in the list, so that what changed since is noticed.
        ticked={row.id: f"{row.id}:{versions[row.id] or row.version}" for row in rows},
        error=error,
        typed=request.form,
        reason_max=REASON_MAX,
        **_targets(kind, rows),
    )


def _targets(kind: BulkKind, rows: Sequence[InboxRow]) -> dict[str, object]:
    case_ids = [row.id for row in rows]
    if kind is BulkKind.ASSIGN:
        return {"people": colleagues_for(db.session(), current_user.id, case_ids, day=today())}
    if kind is BulkKind.DISPOSE:
        return {"units": units_for(db.session(), current_user.id, case_ids, day=today())}
    return {}
