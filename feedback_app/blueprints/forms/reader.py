"""The form by which a person says what a text is about."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.staff import StaffForm
from feedback_app.blueprints.labels import Words, label
from feedback_app.handling.desk.text_reviews import Answers
from feedback_app.nlp.labels import Aspect, Kind, Sentiment, Urgency


def _radio(words: Words, kind: type[Kind | Sentiment | Urgency | Aspect]) -> RadioField:
    return RadioField(
        words, validate_choice=False, choices=[SelectChoice(member.value, label(member)) for member in kind]
    )


class TextForm(StaffForm):
    """One label for each question; the second subject may stay empty."""

    review_id = HiddenField()
    kind = _radio(_("Apa yang diinginkan penulis?"), Kind)
    sentiment = _radio(_("Bagaimana sikapnya terhadap layanan?"), Sentiment)
    aspect = _radio(_("Tentang apa, terutama?"), Aspect)
    aspect2 = SelectField(
        _("Pokok kedua"), validate_choice=False,
        choices=[SelectChoice("", _("tidak ada")), *(SelectChoice(one.value, label(one)) for one in Aspect)],
    )  # fmt: skip
    urgency = _radio(_("Seberapa cepat harus dilihat orang?"), Urgency)
    abusive = BooleanField(_("Tulisan ini menghina seseorang"))
    sure = BooleanField(_("Ya, tulisan ini berisi dugaan pelanggaran; serahkan kepada pemeriksa"))

    def validate_kind(self, field: RadioField) -> None:
        """Refuse an empty choice."""
        _chosen(field, Kind)

    def validate_sentiment(self, field: RadioField) -> None:
        """Refuse an empty choice."""
        _chosen(field, Sentiment)

    def validate_aspect(self, field: RadioField) -> None:
        """Refuse an empty choice."""
        _chosen(field, Aspect)

    def validate_urgency(self, field: RadioField) -> None:
        """Refuse an empty choice."""
        _chosen(field, Urgency)

    def validate_aspect2(self, field: SelectField) -> None:
        """Refuse the first subject, and what is no subject."""
        if field.data and field.data not in set(Aspect):
            raise ValidationError(gettext("Pilih pokok kedua dari daftar, atau kosongkan."))
        if field.data and field.data == self.aspect.data:
            raise ValidationError(gettext("Pokok kedua sama dengan yang pertama. Pilih yang lain, atau kosongkan."))

    def validate_sure(self, field: BooleanField) -> None:
        """Ask once more before a text is taken from its unit."""
        if self.alleges and not field.data:
            raise ValidationError(
                gettext("Anda menyebutnya dugaan pelanggaran. Centang bila Anda yakin, lalu simpan lagi.")
            )

    @property
    def alleges(self) -> bool:
        """Tell whether either subject is an alleged levy or abuse of an office."""
        return self.answers.alleges

    @property
    def answers(self) -> Answers:
        """Return what the person says."""
        heads = {"kind": self.kind, "sentiment": self.sentiment, "aspect": self.aspect, "urgency": self.urgency}
        labels = {head: str(field.data) for head, field in heads.items()}
        return Answers(labels, self.aspect2.data or None, abusive=bool(self.abusive.data))


def _chosen(field: RadioField, kind: type[Kind | Sentiment | Urgency | Aspect]) -> None:
    if field.data not in set(kind):
        raise ValidationError(gettext("Pilih satu jawaban: %(question)s", question=field.label.text))
