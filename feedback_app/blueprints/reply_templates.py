"""Reply templates: heads write them, officers take them into an answer."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.formats import day as day_in_words
from feedback_app.blueprints.forms.answers import TemplateForm
from feedback_app.blueprints.my_cases import my_case
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import ConflictError
from feedback_app.handling.answers import placeholders, templates
from feedback_app.handling.answers.filling import filled_for
from feedback_app.handling.answers.models import ReplyTemplate
from feedback_app.identity.rules import Permission
from feedback_app.organisation.within_reach import units_within_reach

bp = staff_blueprint("reply_templates")
EXAMPLE_CASE: Final = 123
MEANINGS: Final = {
    placeholders.CASE_NUMBER: _("nomor kasus"),
    placeholders.UNIT_NAME: _("nama unit yang menangani"),
    placeholders.RECEIVED_ON: _("tanggal laporan diterima"),
    placeholders.SERVICE: _("nama layanan, bila pelapor memilihnya"),
    placeholders.RESOLVED_BY: _("batas waktu penyelesaian, bila ada dan belum lewat"),
    placeholders.OFFICER_NAME: _("nama petugas yang menanggapi"),
}


@bp.get("/templat")
@requires(Permission.MANAGE_TEMPLATES)
def listed() -> ResponseReturnValue:
    """Show the templates of the units somebody heads."""
    rows = templates.managed(db.session(), current_user.id, day=today())
    return render_template("cases/reply_templates.html", rows=rows)


@bp.route("/templat/baru", methods=["GET", "POST"])
@requires(Permission.MANAGE_TEMPLATES)
def write() -> ResponseReturnValue:
    """Write a new template: look at it with an example, then keep it."""
    form = _form()
    if request.method == "GET":
        return _page(form)
    if not form.validate():
        return _page(form), 422
    if request.form.get("step") == "preview":
        return _page(form, is_preview=True)
    agency_id, unit_id = form.chosen
    name, text = form.name.data or "", form.text.data or ""
    try:
        templates.write_template(
            db.session(), agency_id, unit_id, name, text, user_id=current_user.id, now=clock.utcnow()
        )
    except ConflictError as error:
        db.session.rollback()
        form.name.errors = [error.message]
        return _page(form), error.status
    return _changed(gettext("Templat tersimpan."))


@bp.route("/templat/<int:template_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_TEMPLATES)
def rewrite(template_id: int) -> ResponseReturnValue:
    """Change a template; what was typed is shown again where a colleague was faster."""
    template = _template(template_id, for_update=request.method == "POST")
    if request.method == "GET":
        return _page(_form_of(template), template)
    form = _form()
    form.scope.data = _scope(template)
    if not form.validate():
        return _page(form, template), 422
    if request.form.get("step") == "preview":
        return _page(form, template, is_preview=True)
    name, text = form.name.data or "", form.text.data or ""
    try:
        templates.rewrite_template(
            db.session(), template, name, text, seen_at=form.seen, user_id=current_user.id, now=clock.utcnow()
        )
    except ConflictError as error:
        db.session.rollback()
        form.form_errors = [error.message]
        fresh = _template(template_id)
        form.seen_at.data = fresh.written_at.isoformat()
        return _page(form, fresh, is_changed=isinstance(error, templates.TemplateChangedError)), error.status
    return _changed(gettext("Templat diubah. Tanggapan yang sudah terkirim tetap seperti semula."))


@bp.post("/templat/<int:template_id>/hapus")
@requires(Permission.MANAGE_TEMPLATES)
def remove(template_id: int) -> ResponseReturnValue:
    """Take a template away."""
    template = _template(template_id, for_update=True)
    templates.remove_template(db.session(), template, user_id=current_user.id, now=clock.utcnow())
    return _changed(gettext("Templat dihapus. Tanggapan yang sudah terkirim tetap seperti semula."))


@bp.get("/kasus/<int:case_id>/templat/<int:template_id>")
@requires(Permission.ANSWER_CASE)
def filled(case_id: int, template_id: int) -> ResponseReturnValue:
    """Give a template's words with what a case fills in, for the script of the reply form."""
    session, me = db.session(), current_user.id
    return Response(filled_for(session, my_case(case_id), template_id, user_id=me, day=today()), mimetype="text/plain")


def _changed(words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "success")
    return redirect(url_for("reply_templates.listed"), 303)


def _form(**values: object) -> TemplateForm:
    session, me = db.session(), current_user.id
    agencies = templates.whole_agencies(session, me, day=today())
    return TemplateForm(agencies, units_within_reach(session, me, Permission.MANAGE_TEMPLATES, today()), **values)


def _form_of(template: ReplyTemplate) -> TemplateForm:
    data = {"name": template.name, "text": template.text, "scope": _scope(template),
            "seen_at": template.written_at.isoformat()}  # fmt: skip
    return _form(formdata=None, data=data)


def _scope(template: ReplyTemplate) -> str:
    return f"{template.agency_id}-{template.unit_id or ''}"


def _page(
    form: TemplateForm,
    template: ReplyTemplate | None = None,
    *,
    is_preview: bool = False,
    is_changed: bool = False,
) -> str:
    words = placeholders.fill(form.text.data or "", _example(form, today()))
    return render_template(
        "cases/reply_template.html", form=form, template=template, placeholders=MEANINGS,
        sample=words if is_preview else None, theirs=template.text if template and is_changed else None,
    )  # fmt: skip


def _example(form: TemplateForm, day: date) -> dict[str, str | None]:
    _agency_id, unit_id = form.scopes.get(form.scope.data, (0, None))
    return {
        placeholders.CASE_NUMBER: str(EXAMPLE_CASE),
        placeholders.UNIT_NAME: form.unit_names.get(unit_id, gettext("(nama unit)")),
        placeholders.RECEIVED_ON: day_in_words(day),
        placeholders.SERVICE: gettext("(nama layanan)"),
        placeholders.RESOLVED_BY: day_in_words(day),
        placeholders.OFFICER_NAME: current_user.name,
    }


def _template(template_id: int, *, for_update: bool = False) -> ReplyTemplate:
    return templates.template_for(db.session(), current_user.id, template_id, day=today(), for_update=for_update)
