"""The forms of a cycle's life: opening it, signing it, a new version, and what is said to an objection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, ValidationError

from feedback_app.blueprints.cycle_words import METHODS, delta_choices, period_name, period_words
from feedback_app.blueprints.forms.staff import StaffForm, hold_length, take_from
from feedback_app.blueprints.labels import label
from feedback_app.evaluation.cycles.objections import WORDS_MIN
from feedback_app.evaluation.cycles.opening import known_methods
from feedback_app.evaluation.cycles.rules import Period, period_of, periods_to_choose
from feedback_app.evaluation.cycles.versions import REASON_MAX, REASON_MIN
from feedback_app.evaluation.replies.models import WORDS_MAX
from feedback_app.evaluation.replies.rules import ObjectionOutcome
from feedback_app.evaluation.rules import DELTA_IN_TAU, CycleKind
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.models import Agency

NAME_MAX: Final = 80
# More than a year of months would bury the quarters.
MONTHS_SHOWN: Final = 15


@dataclass(frozen=True, slots=True)
class CycleWanted:
    """The cycle that a valid form asks for."""

    agency_id: int
    name: str
    kind: CycleKind
    starts_on: date
    ends_on: date
    method: str
    delta_in_tau: float


class CycleForm(StaffForm):
    """A new cycle over a period chosen from a list."""

    agency_id = SelectField(_("Instansi"), validate_choice=False)
    period = SelectField(_("Masa"), validate_choice=False)
    name = StringField(_("Nama siklus"), filters=[clean_text])
    method = SelectField(_("Metode"), validate_choice=False)
    delta_in_tau = SelectField(_("Batas “sesuai ekspektasi”"), validate_choice=False)

    def __init__(self, agencies: Sequence[Agency], today: date, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.agencies = {str(agency.id): agency.name for agency in agencies}
        self.agency_id.choices = [SelectChoice(key, name) for key, name in self.agencies.items()]
        self._periods = {_key(period): period for kind in CycleKind for period in _shown(kind, today)}
        self.period.choices = {
            str(label(kind)): [SelectChoice(_key(one), period_words(one)) for one in _shown(kind, today)]
            for kind in (CycleKind.QUARTERLY, CycleKind.MONTHLY, CycleKind.SEMESTER, CycleKind.ANNUAL)
        }
        self.method.choices = [SelectChoice(method, METHODS[method]) for method in known_methods()]
        self.delta_in_tau.choices = [SelectChoice(value, words) for value, words in delta_choices()]
        if not self.is_submitted() or self.delta_in_tau.data is None:
            self.delta_in_tau.data = str(DELTA_IN_TAU)
        if self.method.data is None:
            self.method.data = known_methods()[0]

    def validate_agency_id(self, field: SelectField) -> None:
        """Refuse an agency out of reach; who evaluates in one agency only need not name it."""
        take_from(field, self.agencies, gettext("Pilih instansi dari daftar."))

    def validate_period(self, field: SelectField) -> None:
        """Refuse what is not on the list."""
        if field.data not in self._periods:
            raise ValidationError(gettext("Pilih masa siklus dari daftar."))

    def validate_name(self, field: StringField) -> None:
        """Hold the length of a name; without one the period gives it."""
        if len(field.data or "") > NAME_MAX:
            raise ValidationError(gettext("Beri nama siklus, paling banyak %(most)d huruf.", most=NAME_MAX))

    def validate_method(self, field: SelectField) -> None:
        """Refuse a method nobody knows."""
        if field.data not in known_methods():
            raise ValidationError(gettext("Pilih metode dari daftar."))

    def validate_delta_in_tau(self, field: SelectField) -> None:
        """Refuse a width that is not on the list."""
        if field.data not in {value for value, _words in delta_choices()}:
            raise ValidationError(gettext("Pilih batas dari daftar."))

    def wanted(self) -> CycleWanted:
        """Return what a form asks for that `validate` has passed."""
        period = self._periods[self.period.data]
        return CycleWanted(
            int(self.agency_id.data), self.name.data or period_name(period), period.kind, period.starts_on,
            period.ends_on, self.method.data, float(self.delta_in_tau.data),
        )  # fmt: skip


def _shown(kind: CycleKind, today: date) -> list[Period]:
    found = periods_to_choose(kind, today)
    return found[:MONTHS_SHOWN] if kind is CycleKind.MONTHLY else found


def _key(period: Period) -> str:
    checked = period_of(period.kind, period.year, period.number)
    return f"{checked.kind.value}-{checked.year}-{checked.number}"


class SignForm(StaffForm):
    """A signature: the figures that were seen, a checked sentence, and the password once more."""

    seen_hash = HiddenField()
    agreed = BooleanField(
        _("Saya sudah memeriksa angka dan peringatan di atas, dan menandatanganinya."),
        validators=[InputRequired(_("Centang pernyataan sebelum menandatangani."))],
    )
    # Only where nobody would be left to decide an objection; see `asks_for_decider`.
    understood = BooleanField(
        _("Saya mengerti: sesudah saya menandatangani, tidak ada akun yang dapat memutus keberatan atas siklus ini.")
    )
    password = PasswordField(_("Kata sandi Anda"), validators=[InputRequired(_("Isi kata sandi Anda."))])

    def __init__(self, *, asks_for_decider: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asks_for_decider = asks_for_decider

    def validate_understood(self, field: BooleanField) -> None:
        """Ask for the tick where this signature takes away the last one who decides objections."""
        if self.asks_for_decider and not field.data:
            raise ValidationError(gettext("Centang bahwa Anda mengerti, atau biarkan pejabat lain menandatangani."))


class VersionForm(StaffForm):
    """Why a new version is needed."""

    reason = TextAreaField(_("Alasan versi baru"), filters=[clean_text])
    objection_id = HiddenField()

    def validate_reason(self, field: TextAreaField) -> None:
        """Hold the length of a reason; the message says by how much."""
        sentence = gettext("Alasan harus %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, REASON_MIN, REASON_MAX)


class ExplainForm(StaffForm):
    """What the evaluator says to an objection."""

    words = TextAreaField(_("Penjelasan Pejabat Penilai"), filters=[clean_text])

    def validate_words(self, field: TextAreaField) -> None:
        """Hold the length of an explanation; the message says by how much."""
        sentence = gettext("Penjelasan harus %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, WORDS_MIN, WORDS_MAX)


class DecideForm(StaffForm):
    """The final decision upon an objection."""

    outcome = RadioField(
        _("Keputusan"),
        choices=[SelectChoice(outcome.value, label(outcome)) for outcome in ObjectionOutcome],
        validate_choice=False,
    )
    words = TextAreaField(_("Alasan keputusan"), filters=[clean_text])

    def validate_outcome(self, field: RadioField) -> None:
        """Refuse a decision that does not exist."""
        if field.data not in set(ObjectionOutcome):
            raise ValidationError(gettext("Pilih keputusan."))

    def validate_words(self, field: TextAreaField) -> None:
        """Hold the length of a decision's reasons; the message says by how much."""
        sentence = gettext("Alasan harus %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, WORDS_MIN, WORDS_MAX)
