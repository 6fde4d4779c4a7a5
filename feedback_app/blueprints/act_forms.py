"""The forms of acts on a case's page, and what was typed into one that was refused in this request.

A refused form opens its own part of the page; where the case has moved so far that this part is gone,
`cases/_act_unsent.html` shows what was typed, to be copied.
"""

from __future__ import annotations

from typing import Any, TypeVar

from flask import g
from wtforms import HiddenField

from feedback_app.blueprints.forms.staff import StaffForm
from feedback_app.handling.queries import CaseFile


class ActForm(StaffForm):
    """A form on the page of a case; it carries the version its author had in front of them."""

    version = HiddenField()

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Return what somebody wrote into the boxes of this form, each with its label."""
        boxes = [field for field in self if field.type == "TextAreaField" and field.data]
        return [(str(field.label.text), str(field.data)) for field in boxes]


Form = TypeVar("Form", bound=ActForm)


def refuse(form: ActForm) -> None:
    """Remember a form that was refused, for the page that answers this request."""
    g.refused_act = form


def form_of(kind: type[Form], /, **start: Any) -> Form:
    """Return the form that was refused in this request, or an empty one with `start` in its fields."""
    refused = g.get("refused_act")
    return refused if isinstance(refused, kind) else kind(formdata=None, data=start)


def read_unsent(_file: CaseFile, _can_answer: bool) -> dict[str, Any] | None:
    """Return what was typed into a form that the page has no place for any more."""
    refused = g.get("refused_act")
    if refused is None or g.get("refused_act_drawn") or not refused.typed:
        return None
    return {"typed": refused.typed}


def drawn(kind: type[ActForm], file: CaseFile, /, **start: Any) -> dict[str, Any]:
    """Return what the template of an act shows: its form, open where it was refused."""
    form = form_of(kind, **start)
    is_refused = form is g.get("refused_act")
    if is_refused:
        g.refused_act_drawn = True
    return {"form": form, "case": file.case, "time_zone": file.time_zone, "is_open": is_refused}
