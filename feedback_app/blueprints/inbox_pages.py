"""The inbox: what waits for somebody, found by group, filter, words or a view of their own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import my_permissions, requires, today
from feedback_app.blueprints.bulk_pages import KIND_WORDS
from feedback_app.blueprints.cases import bp
from feedback_app.blueprints.due import due
from feedback_app.blueprints.inbox_choices import FLAGS, GROUP_WORDS, chips, choices
from feedback_app.blueprints.numbers import asked_page
from feedback_app.blueprints.paging import pages_of
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.inbox import queries as inbox_queries
from feedback_app.handling.inbox.filters import Filters, read_filters
from feedback_app.identity.rules import Permission
from feedback_app.identity.saved_views import NAME_MAX, View, delete_view, open_inbox_with, save_view, views_of
from feedback_app.organisation.within_reach import units_within_reach


@bp.get("/kotak-masuk")
@requires(Permission.READ_INBOX)
def inbox() -> ResponseReturnValue:
    """Show the cases of the units within reach, the one whose clock ends first on top."""
    session, now, page = db.session(), clock.utcnow(), asked_page()
    views = views_of(session, current_user.id)
    asked, view = _asked(views)
    found = inbox_queries.inbox(session, current_user.id, day=today(), now=now, asked=asked, page=page)
    units = units_within_reach(session, current_user.id, Permission.READ_INBOX, today())
    shown = choices(session, current_user.id, units, day=today())
    return render_template(
        "cases/inbox.html",
        found=found,
        asked=asked,
        arguments=asked.as_arguments(),
        chips=chips(asked, shown),
        choices=shown,
        group_words=GROUP_WORDS,
        flags=FLAGS,
        kind_words=KIND_WORDS,
        counted_max=inbox_queries.COUNTED_MAX,
        views=views,
        view=view,
        name_max=NAME_MAX,
        page=page,
        pages=pages_of(min(found.total, inbox_queries.COUNTED_MAX), inbox_queries.PAGE_SIZE),
        may_act=Permission.ANSWER_CASE in my_permissions(),
        due=partial(due, now=now),
    )


@bp.post("/kotak-masuk/pandangan")
@requires(Permission.READ_INBOX)
def save_inbox_view() -> ResponseReturnValue:
    """Keep what is asked of the inbox under a name."""
    arguments = read_filters(request.form).as_arguments()
    here = redirect(url_for("cases.inbox", **dict[str, Any](arguments)), 303)
    try:
        # No database stores this sign, and nobody types it.
        name = request.form.get("name", "").replace("\0", " ")
        view = save_view(db.session(), current_user.id, name, arguments, now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        flash(translated(error.message), "error")
        return here
    db.session.commit()
    flash(gettext("Pandangan “%(name)s” tersimpan.", name=view.name), "success")
    return here


@bp.post("/kotak-masuk/pandangan/<int:view_id>/hapus")
@requires(Permission.READ_INBOX)
def delete_inbox_view(view_id: int) -> ResponseReturnValue:
    """Forget a view; the cases in it stay."""
    delete_view(db.session(), current_user.id, view_id)
    db.session.commit()
    flash(gettext("Pandangan dihapus. Kasus di dalamnya tetap ada."), "success")
    return redirect(url_for("cases.inbox", group="todo"), 303)


@bp.post("/kotak-masuk/pandangan/<int:view_id>/utama")
@requires(Permission.READ_INBOX)
def open_with_view(view_id: int) -> ResponseReturnValue:
    """Let the inbox open with a view, or with everything again."""
    is_wanted = request.form.get("wanted") == "1"
    open_inbox_with(db.session(), current_user.id, view_id, wanted=is_wanted)
    db.session.commit()
    said = (
        gettext("Kotak masuk sekarang terbuka dengan pandangan ini.")
        if is_wanted
        else gettext("Kotak masuk sekarang terbuka tanpa pandangan.")
    )
    flash(said, "success")
    return redirect(url_for("cases.inbox"), 303)


def _asked(views: Sequence[View]) -> tuple[Filters, View | None]:
    """Return what the address asks and the view that asks the same; a bare address asks what the inbox opens with."""
    if not set(request.args) - {"page"}:
        first = next((view for view in views if view.opens_inbox), None)
        if first is not None:
            return read_filters(first.arguments), first
    asked = read_filters(request.args)
    arguments = asked.as_arguments()
    return asked, next((view for view in views if dict(view.arguments) == arguments), None)
