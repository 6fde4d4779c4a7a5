"""The forms of whoever sets up surveys: a period, a question, units, populations, results from before the platform."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, NumberRange, ValidationError

from feedback_app.blueprints.formats import day as day_in_words
from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, UnitOrAgencyForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.clock import office_day
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.queries import UnitCard
from feedback_app.survey.elements import RULESETS, Grade, RuleSet, RuleSetCode, Weight
from feedback_app.survey.history import MOST_RESPONDENTS, SOURCE_MAX, SOURCE_MIN, Reported
from feedback_app.survey.models import Instrument
from feedback_app.survey.official import Draft
from feedback_app.survey.periods import CODE, CODE_MAX, NAME_MAX, SAMPLING_MAX, PeriodWanted
from feedback_app.survey.rules import Averaging, MissingRule
from feedback_app.survey.targets import Scope

WEIGHTS: Final = RULESETS[RuleSetCode.PERMENPANRB_14_2017].weights


def _of(members: Sequence[Any]) -> list[SelectChoice]:
    return [SelectChoice(member.value, label(member)) for member in members]


def instrument_words(row: Instrument) -> str:
    """Return a questionnaire as a list names it; by number, as on the printed sheet, since versions share a name."""
    made = day_in_words(office_day(row.created_at))
    return str(gettext("%(name)s (nomor %(number)s, dibuat %(day)s)", name=row.name, number=str(row.id), day=made))


class DaysForm(StaffForm):
    """A name, a code and the days between."""

    name = StringField(_("Nama periode"), filters=[clean_text])
    code = StringField(_("Kode"), filters=[clean_text])
    starts_on = PlainDayField(_("Tanggal mulai"), validators=[InputRequired(_("Isi tanggal mulai."))])
    ends_on = PlainDayField(_("Tanggal akhir"), validators=[InputRequired(_("Isi tanggal akhir."))])

    def validate_name(self, field: StringField) -> None:
        """Ask for a name that fits a list."""
        hold_length(field, gettext("Beri nama periode, paling banyak %(most)d huruf."), 1, NAME_MAX)

    def validate_code(self, field: StringField) -> None:
        """Ask for a code as it stands in addresses and on the command line."""
        code = field.data or ""
        if len(code) > CODE_MAX or CODE.fullmatch(code) is None:
            raise ValidationError(
                gettext("Kode periode berisi huruf kecil, angka, dan tanda hubung, misalnya 2026-s1.")
            )

    def validate_ends_on(self, field: PlainDayField) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(gettext("Tanggal akhir tidak boleh sebelum tanggal mulai."))


class PeriodForm(DaysForm):
    """A survey period before it opens."""

    instrument_id = SelectField(_("Kuesioner yang dipakai"), validate_choice=False)
    weight = RadioField(_("Bobot tiap unsur"), choices=_of(WEIGHTS), default=Weight.EXACT.value)
    unit_averaging = SelectField(
        _("Dari layanan menjadi unit"), choices=_of(list(Averaging)), default=Averaging.MEAN.value
    )
    agency_averaging = SelectField(
        _("Dari unit menjadi instansi"), choices=_of(list(Averaging)), default=Averaging.MEAN.value
    )
    missing = SelectField(
        _("Jawaban yang kosong"), choices=_of(list(MissingRule)), default=MissingRule.PER_ELEMENT.value
    )
    sampling = TextAreaField(_("Teknik pengambilan sampel"), filters=[clean_text])
    seen = HiddenField()

    def __init__(self, instruments: Sequence[Instrument], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._instruments = {str(row.id): row for row in instruments}
        self.instrument_id.choices = [
            SelectChoice(key, instrument_words(row)) for key, row in self._instruments.items()
        ]

    def validate_instrument_id(self, field: SelectField) -> None:
        """Refuse a questionnaire the agency does not have."""
        if field.data not in self._instruments:
            raise ValidationError(gettext("Pilih kuesioner dari daftar."))

    def validate_sampling(self, field: TextAreaField) -> None:
        """Hold the length."""
        hold_length(field, gettext("Tulis paling banyak %(most)d huruf."), 0, SAMPLING_MAX)

    def wanted(self) -> PeriodWanted:
        """Return the period of a valid form."""
        starts_on, ends_on = self.starts_on.data, self.ends_on.data
        assert starts_on is not None  # noqa: S101 - `validate` has refused what is missing
        assert ends_on is not None  # noqa: S101 - the same
        return PeriodWanted(
            name=self.name.data or "", code=self.code.data or "", starts_on=starts_on, ends_on=ends_on,
            instrument_id=int(self.instrument_id.data), weight=Weight(self.weight.data),
            unit_averaging=Averaging(self.unit_averaging.data),
            agency_averaging=Averaging(self.agency_averaging.data), missing=MissingRule(self.missing.data),
            sampling=self.sampling.data or "",
        )  # fmt: skip


class NewEndForm(StaffForm):
    """Another last day."""

    ends_on = PlainDayField(_("Tanggal akhir yang baru"), validators=[InputRequired(_("Isi tanggal akhir."))])


class NameForm(StaffForm):
    """The name of a questionnaire."""

    name = StringField(_("Nama kuesioner"), filters=[clean_text])


class QuestionForm(StaffForm):
    """A question with its answers, one to a line."""

    element = SelectField(_("Unsur"), validate_choice=False)
    stem = TextAreaField(_("Pertanyaan"), filters=[clean_text])
    options = TextAreaField(_("Pilihan jawaban"), filters=[clean_text])
    replacement = StringField(_("Diganti dengan unsur"), filters=[clean_text])
    seen = HiddenField()

    def __init__(self, ruleset: RuleSet, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        own = SelectChoice("", gettext("Tidak ada: pertanyaan tambahan di luar indeks"))
        self.element.choices = [own, *(SelectChoice(one.key, one.name) for one in ruleset.elements)]

    def draft(self, element: str | None) -> Draft:
        """Return the question that the form asks for; the rooms check its words."""
        lines = tuple(line.strip() for line in (self.options.data or "").splitlines() if line.strip())
        return Draft(element, self.stem.data or "", lines, self.replacement.data or None)


class AddUnitsForm(StaffForm):
    """Units to survey."""

    unit_id = SelectField(_("Unit"), validate_choice=False)
    scope = RadioField(
        _("Yang disurvei"),
        choices=[
            SelectChoice(Scope.ONE.value, _("Unit ini saja")),
            SelectChoice(Scope.BELOW.value, _("Unit ini dan semua unit di bawahnya")),
            SelectChoice(Scope.AGENCY.value, _("Semua unit instansi")),
        ],
        default=Scope.ONE.value,
    )
    by_service = RadioField(
        _("Rincian"),
        choices=[
            SelectChoice("1", _("Setiap layanan dinilai sendiri")),
            SelectChoice("", _("Unit dinilai sebagai keseluruhan")),
        ],
        default="1",
    )

    def __init__(self, units: Sequence[UnitCard], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit_id.choices = [SelectChoice(str(unit.id), unit.name) for unit in units]

    @property
    def chosen_unit(self) -> int | None:
        """Return the unit asked for."""
        return number_or_none(self.unit_id.data)


class PopulationsForm(StaffForm):
    """Pasted lines with the number of people served."""

    rows = TextAreaField(_("Baris unit,layanan,populasi"), validators=[InputRequired(_("Tempel barisnya dahulu."))])
    source = StringField(_("Sumber populasi"), filters=[clean_text])


class ReportedForm(UnitOrAgencyForm, DaysForm):
    """A result from before the platform."""

    unit_id = SelectField(_("Hasil untuk"), validate_choice=False)
    ruleset = SelectField(_("Aturan"), choices=_of(list(RuleSetCode)))
    weight = SelectField(_("Bobot tiap unsur"), choices=_of(list(Weight)), default=Weight.THREE_DIGITS.value)
    index = StringField(_("Nilai IKM"), filters=[clean_text])
    grade = SelectField(_("Mutu pelayanan"), choices=[SelectChoice(one.value, one.value) for one in Grade])
    respondents = IntegerField(
        _("Jumlah responden"),
        validators=[
            InputRequired(_("Isi jumlah responden dengan angka 1 atau lebih.")),
            NumberRange(1, MOST_RESPONDENTS, _("Isi jumlah responden dengan angka 1 atau lebih.")),
        ],
    )
    source = StringField(_("Diterbitkan di"), filters=[clean_text])

    def validate_index(self, field: StringField) -> None:
        """Read an index with a comma or a point."""
        if _decimal(field.data) is None:
            raise ValidationError(gettext("Isi nilai IKM seperti 78,74."))

    def validate_source(self, field: StringField) -> None:
        """Ask where it can be read."""
        sentence = gettext("Sebutkan di mana hasil ini diterbitkan, dengan %(least)d sampai %(most)d huruf.")
        hold_length(field, sentence, SOURCE_MIN, SOURCE_MAX)

    def told(self) -> Reported:
        """Return the result of a valid form."""
        starts_on, ends_on, index = self.starts_on.data, self.ends_on.data, _decimal(self.index.data)
        assert starts_on is not None  # noqa: S101 - `validate` has refused what is missing
        assert ends_on is not None  # noqa: S101 - the same
        assert index is not None  # noqa: S101 - the same
        return Reported(
            name=self.name.data or "", code=self.code.data or "", starts_on=starts_on, ends_on=ends_on,
            ruleset=RuleSetCode(self.ruleset.data), weight=Weight(self.weight.data),
            unit_id=self.chosen_unit, index=index, grade=Grade(self.grade.data),
            respondents=self.respondents.data or 0, source=self.source.data or "",
        )  # fmt: skip


def _decimal(raw: str | None) -> Decimal | None:
    try:
        found = Decimal((raw or "").replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
