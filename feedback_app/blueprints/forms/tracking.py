"""The forms around a tracking code: opening a report, and judging its answer."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import AnyOf, ValidationError

from feedback_app.blueprints.forms.public import check_length
from feedback_app.blueprints.sentences import translated
from feedback_app.handling.operations import WORDS_MAX, WORDS_MIN
from feedback_app.handling.rules import Outcome
from feedback_app.intake.codes import InvalidCodeError, normalise_code
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
