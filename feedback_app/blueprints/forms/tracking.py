"""The forms around a tracking code: opening a report, judging its answer, adding to it, taking it back."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import AnyOf, ValidationError

from feedback_app.blueprints.forms.public import check_length
from feedback_app.blueprints.sentences import translated
from feedback_app.handling.citizens.correcting import CORRECTION_MAX, CORRECTION_MIN
from feedback_app.handling.citizens.restricting import WHY_MAX
from feedback_app.handling.citizens.subject_requests import REASON_MAX
from feedback_app.handling.ending.archiving import OBJECTION_MAX, OBJECTION_MIN
from feedback_app.handling.operations import WORDS_MAX, WORDS_MIN
from feedback_app.handling.rules import MESSAGE_MAX, MESSAGE_MIN, Outcome
from feedback_app.intake.codes import InvalidCodeError, normalise_code
from feedback_app.intake.contacts import InvalidAddressError, read_address
from feedback_app.intake.rules import clean_text

VERDICTS: Final = (Outcome.CONFIRMED, Outcome.PARTLY, Outcome.DISPUTED)


class LookupForm(FlaskForm):  # type: ignore[misc]
    """A tracking code, as people type it."""

    code = StringField(_("Kode pelacakan"))

    def validate_code(self, field: StringField) -> None:
        """Forgive spaces, dashes and small letters; say what is wrong with the rest."""
        if not (field.data or "").strip():
            raise ValidationError(gettext("Tulis kode pelacakan dari tanda terima Anda."))
        try:
            self.normalised = normalise_code(field.data or "")
        except InvalidCodeError as error:
            raise ValidationError(translated(error.message)) from error


class VerdictForm(FlaskForm):  # type: ignore[misc]
    """Whether the answer solved it."""

    outcome = StringField(validators=[AnyOf(VERDICTS, message=_("Pilih selesai, sebagian, atau belum selesai."))])
    words = TextAreaField(_("Apa yang masih kurang?"), filters=[clean_text])

    def validate_words(self, field: TextAreaField) -> None:
        """Ask for words where the citizen says that it is not solved."""
        if self.outcome.data == Outcome.DISPUTED and len(field.data or "") < WORDS_MIN:
            raise ValidationError(
                gettext("Tuliskan apa yang belum selesai, paling sedikit %(least)d huruf.", least=WORDS_MIN)
            )
        check_length(field.data, most=WORDS_MAX)


class MessageForm(FlaskForm):  # type: ignore[misc]
    """Something the reporter adds while the case goes on."""

    message = TextAreaField(_("Tambahkan pesan"), filters=[clean_text])

    def validate_message(self, field: TextAreaField) -> None:
        """Hold the length."""
        if len(field.data or "") < MESSAGE_MIN:
            raise ValidationError(gettext("Tulis pesan Anda."))
        check_length(field.data, most=MESSAGE_MAX)


class ObjectionForm(FlaskForm):  # type: ignore[misc]
    """Why a report should not have been put away, or what was missing of it."""

    objection = TextAreaField(_("Keberatan atau keterangan Anda"), filters=[clean_text])

    def validate_objection(self, field: TextAreaField) -> None:
        """Hold the length."""
        if len(field.data or "") < OBJECTION_MIN:
            raise ValidationError(
                gettext("Tulis keberatan atau keterangan Anda, paling sedikit %(least)d huruf.", least=OBJECTION_MIN)
            )
        check_length(field.data, most=OBJECTION_MAX)


class ContactForm(FlaskForm):  # type: ignore[misc]
    """Where somebody wants to be told; one box for either kind, so that nobody has to choose."""

    address = StringField(_("Surel atau nomor WhatsApp"))

    def validate_address(self, field: StringField) -> None:
        """Read the address; what is wrong with it is said in one sentence."""
        if not (field.data or "").strip():
            raise ValidationError(gettext("Tulis alamat surel, atau nomor WhatsApp Indonesia seperti 0812 3456 7890."))
        try:
            self.read = read_address(field.data or "")
        except InvalidAddressError as error:
            raise ValidationError(translated(error.message)) from error


class WithdrawForm(FlaskForm):  # type: ignore[misc]
    """Why a report is taken back; saying so is free."""

    reason = TextAreaField(_("Alasan Anda"), filters=[clean_text])

    def validate_reason(self, field: TextAreaField) -> None:
        """Hold the length."""
        check_length(field.data, most=REASON_MAX)


class EraseForm(FlaskForm):  # type: ignore[misc]
    """The tick without which nothing is erased: it cannot be undone."""

    understood = BooleanField(_("Saya mengerti bahwa penghapusan tidak dapat dibatalkan"))

    def validate_understood(self, field: BooleanField) -> None:
        """Ask for the tick."""
        if not field.data:
            raise ValidationError(gettext("Centang dahulu bahwa Anda mengerti akibatnya."))


class CorrectionForm(FlaskForm):  # type: ignore[misc]
    """What is wrong in a report, and how it should read."""

    wrong = TextAreaField(_("Apa yang keliru?"), filters=[clean_text])
    should_be = TextAreaField(_("Bagaimana seharusnya?"), filters=[clean_text])

    def validate_wrong(self, field: TextAreaField) -> None:
        """Hold the length."""
        if len(field.data or "") < CORRECTION_MIN:
            raise ValidationError(gettext("Salin atau ceritakan bagian yang keliru."))
        check_length(field.data, most=CORRECTION_MAX)

    def validate_should_be(self, field: TextAreaField) -> None:
        """Hold the length."""
        if len(field.data or "") < CORRECTION_MIN:
            raise ValidationError(gettext("Tuliskan yang benar."))
        check_length(field.data, most=CORRECTION_MAX)


class RestrictionForm(FlaskForm):  # type: ignore[misc]
    """Why processing is to be suspended; saying so is free."""

    why = TextAreaField(_("Alasan Anda"), filters=[clean_text])

    def validate_why(self, field: TextAreaField) -> None:
        """Hold the length."""
        check_length(field.data, most=WHY_MAX)


class JoinForm(FlaskForm):  # type: ignore[misc]
    """What somebody who met the same wants to add."""

    words = TextAreaField(_("Ceritakan singkat pengalaman Anda"), filters=[clean_text])

    def validate_words(self, field: TextAreaField) -> None:
        """Hold the length."""
        check_length(field.data, most=MESSAGE_MAX)
