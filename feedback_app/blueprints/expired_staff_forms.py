"""Long forms of staff whose token no longer holds: drawn again with what was typed, or the words given back to copy.

An answer to one's own figures is written over hours; losing it to a page that was open too long loses the answer.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, render_template, request, url_for
from flask.sansio.app import App
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app.blueprints.access import my_permissions, required_permissions
from feedback_app.blueprints.expired_forms import draw_again
from feedback_app.errors import DomainError

# Draws a form with these sentences on top, from what was sent; the values of the path by name.
DrawsForm = Callable[..., str]


def draw_staff_form_again(app: App, endpoint: str, draws: DrawsForm, words_field: str) -> None:
    """Let an endpoint draw its form again, or at least give back the words of one field.

    The check of the token comes before that of the permission, so the permission is asked for here.
    """

    def drawn(sentences: list[str], **values: object) -> ResponseReturnValue:
        words = request.form.get(words_field, "")
        if not current_user.is_authenticated:
            return _given_back(gettext("Anda sudah keluar. Salin tulisan Anda, masuk lagi, lalu kirim."), words)
        if not required_permissions(current_app.view_functions[endpoint]) & my_permissions():
            return _given_back(gettext("Akun ini tidak dapat mengirim formulir itu. Tulisan Anda ada di bawah."), words)
        try:
            return draws(sentences, **values), 400
        except DomainError as error:
            return _given_back(error.message, words)

    draw_again(app, endpoint, drawn)


def _given_back(reason: str, words: str) -> ResponseReturnValue:
    return render_template("own/kept.html", reason=reason, words=words, back=url_for("staff.home")), 400
