"""The form with which an officer adds proof of what was done."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import MultipleFileField, StringField
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.staff import StaffForm, hold_length
from feedback_app.handling.answers.proofs import CAPTION_MAX
from feedback_app.intake.rules import clean_text


class ProofForm(StaffForm):
    """Pictures or documents, and one line that says what they show."""

    files = MultipleFileField(_("Foto atau PDF"))
    caption = StringField(_("Keterangan bukti"), filters=[clean_text])

    def validate_files(self, field: MultipleFileField) -> None:
        """Ask for a file."""
        if not any(file for file in field.data or () if getattr(file, "filename", "")):
            raise ValidationError(gettext("Pilih dahulu satu foto atau PDF."))

    def validate_caption(self, field: StringField) -> None:
        """Hold the length of one line."""
        hold_length(field, gettext("Keterangan paling banyak %(most)d huruf; ini %(length)d huruf."), 0, CAPTION_MAX)
