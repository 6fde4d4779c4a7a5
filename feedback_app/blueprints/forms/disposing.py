"""The form with which a case is sent on to another unit."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField, TextAreaField
from wtforms.validators import ValidationError

from feedback_app.blueprints.act_forms import ActForm
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.intake.rules import clean_text


class DisposeForm(ActForm):
    """To which unit, and why; what lies out of bounds is refused by the room."""

    unit_id = SelectField(_("Unit yang dituju"), id="tujuan", validate_choice=False)
    reason = TextAreaField(_("Alasan"), id="alasan", filters=[clean_text])

    def validate_unit_id(self, field: SelectField) -> None:
        """Ask for a unit."""
        if number_or_none(field.data) is None:
            raise ValidationError(gettext("Pilih unit yang dituju."))


class PlaceForm(ActForm):
    """To which unit a case goes that has none, and why."""

    unit_id = SelectField(_("Unit yang memeriksa"), id="pemeriksa", validate_choice=False)
    reason = TextAreaField(_("Alasan"), id="alasan-menyerahkan", filters=[clean_text])

    def validate_unit_id(self, field: SelectField) -> None:
        """Ask for a unit."""
        if number_or_none(field.data) is None:
            raise ValidationError(gettext("Pilih unit yang memeriksa."))
