"""The forms of what an officer does to a case besides answering it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.act_forms import ActForm
from feedback_app.blueprints.forms.staff import hold_length
from feedback_app.blueprints.labels import label
from feedback_app.handling.desk.corrections import LABELS
from feedback_app.handling.ending.archiving import OFFICERS_REASONS
from feedback_app.handling.ending.models import REVIEW_MAX, REVIEW_MIN, ReviewVerdict
from feedback_app.handling.handing_on.disposition import REASON_MAX, REASON_MIN
from feedback_app.handling.models import REPLY_MAX, REPLY_MIN
from feedback_app.handling.rules import Classification
from feedback_app.intake.rules import clean_text


class Length:
    """Hold the length of a text; the message says by how much."""

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def __call__(self, _form: object, field: TextAreaField) -> None:
        """Refuse a text that is too short or too long.

        Raises
        ------
        wtforms.validators.ValidationError
        """
        sentence = gettext("Tulis %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, self.least, self.most)


class VerifyForm(ActForm):
    """Nothing but the version: reading is the act."""


class ReleaseForm(ActForm):
    """Nothing but the version."""


class AskForm(ActForm):
    """What the citizen is asked."""

    question = TextAreaField(
        _("Pertanyaan kepada pelapor"), filters=[clean_text], validators=[Length(REPLY_MIN, REPLY_MAX)]
    )


class ProgressForm(ActForm):
    """What is being done."""

    news = TextAreaField(_("Kabar untuk pelapor"), filters=[clean_text], validators=[Length(REPLY_MIN, REPLY_MAX)])


class ArchiveForm(ActForm):
    """Why a case is put away, in a code and in words that the citizen reads."""

    archive_reason = RadioField(
        _("Alasan"), validate_choice=False,
        choices=[SelectChoice(reason.value, label(reason)) for reason in OFFICERS_REASONS],
    )  # fmt: skip
    explanation = TextAreaField(
        _("Penjelasan untuk pelapor"), filters=[clean_text], validators=[Length(REPLY_MIN, REPLY_MAX)]
    )

    def validate_archive_reason(self, field: RadioField) -> None:
        """Refuse what is no reason of an officer."""
        if field.data not in set(OFFICERS_REASONS):
            raise ValidationError(gettext("Pilih alasan pengarsipan."))


class RestoreForm(ActForm):
    """Why a case is taken up again."""

    restore_reason = TextAreaField(_("Alasan"), filters=[clean_text], validators=[Length(REASON_MIN, REASON_MAX)])


class ReclassifyForm(ActForm):
    """Another classification, and why."""

    classification = SelectField(
        _("Jenis penanganan"), validate_choice=False,
        choices=[SelectChoice(kind.value, label(kind)) for kind in Classification],
    )  # fmt: skip
    change_reason = TextAreaField(_("Alasan"), filters=[clean_text], validators=[Length(REASON_MIN, REASON_MAX)])

    def validate_classification(self, field: SelectField) -> None:
        """Refuse what is no classification."""
        if field.data not in set(Classification):
            raise ValidationError(gettext("Pilih jenis penanganan dari daftar."))


class LabelsForm(ActForm):
    """The labels of a report; what is left empty stays as the classifier has it."""

    kind = SelectField(_("Jenis"), validate_choice=False)
    sentiment = SelectField(_("Nada"), validate_choice=False)
    aspect = SelectField(_("Pokok"), validate_choice=False)
    urgency = SelectField(_("Kemendesakan"), validate_choice=False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for head, values in LABELS.items():
            unsure = SelectChoice("", gettext("Tidak yakin"))
            self[head].choices = [unsure, *(SelectChoice(value.value, label(value)) for value in values)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a label that is not in its list."""
        valid: bool = super().validate(extra_validators)
        for head, values in LABELS.items():
            if self[head].data and self[head].data not in set(values):
                self[head].errors = [gettext("Pilih label dari daftar.")]
                valid = False
        return valid

    @property
    def chosen(self) -> dict[str, str]:
        """Return the labels that were chosen, by head."""
        return {head: self[head].data for head in LABELS if self[head].data}


class ReviewForm(ActForm):
    """What a reviewer decides about a disputed answer, and why."""

    decision = RadioField(
        _("Putusan"), validate_choice=False,
        choices=[
            SelectChoice(ReviewVerdict.SENT_BACK.value, _("Kembalikan: masih ada yang harus dikerjakan petugas")),
            SelectChoice(ReviewVerdict.STANDS.value, _("Tanggapan tetap: kasus ditutup dengan penjelasan Anda")),
        ],
    )  # fmt: skip
    grounds = TextAreaField(_("Alasan putusan"), filters=[clean_text], validators=[Length(REVIEW_MIN, REVIEW_MAX)])

    def validate_decision(self, field: RadioField) -> None:
        """Refuse what is no decision."""
        if field.data not in set(ReviewVerdict):
            raise ValidationError(gettext("Pilih salah satu putusan."))
