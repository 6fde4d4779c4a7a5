"""The form with which an officer settles a request about a reporter's data."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import AnyOf

from feedback_app.blueprints.act_forms import ActForm
from feedback_app.handling.citizens.models import RequestOutcome
from feedback_app.intake.rules import clean_text


class SettleForm(ActForm):
    """Done, or refused with a reason that the reporter reads."""

    request_id = 0
    outcome = StringField(validators=[AnyOf(list(RequestOutcome), message=_("Pilih penuhi atau tolak."))])
    reason = TextAreaField(_("Alasan"), filters=[clean_text])


class LiftForm(FlaskForm):  # type: ignore[misc]
    """Why a restriction ends before its reporter ends it."""

    reason = TextAreaField(_("Alasan"), filters=[clean_text])
