"""The forms of an import of people: the file, what its columns mean, what unknown units are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from flask_babel import gettext
from werkzeug.datastructures import FileStorage, MultiDict

from feedback_app.blueprints.forms.survey import Box
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.people_import_labels import FIELD_WORDS
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.people.imports.days import read_day
from feedback_app.organisation.people.imports.directory import NewUnit
from feedback_app.organisation.people.imports.fields import Field, missing
from feedback_app.organisation.people.imports.mapping import Choices
from feedback_app.organisation.people.imports.terms import Options

NAME_MAX: Final = 120
DECREE_MAX: Final = 120
UNIT_NAME_MAX: Final = 200
_LONG_NUMBER: Final = re.compile(r"\d{6,}")


class BoxForm:
    """A form of boxes, drawn and read by hand because its fields depend on the file."""

    def __init__(self, names: Sequence[str], sent: Mapping[str, str]) -> None:
        self.boxes = {name: Box(name, sent.get(name, "").strip(), type="StringField") for name in names}
        self.form_errors: list[str] = []

    def __iter__(self) -> Iterator[Box]:
        """Yield every box, in the order of the page."""
        yield from self.boxes.values()

    @property
    def errors(self) -> list[str]:
        """Return everything that is wrong."""
        return [*self.form_errors, *(words for box in self for words in box.errors)]

    def day(self, name: str) -> date | None:
        """Return the day in a box; None where it is empty or cannot be read, which is then noted."""
        box = self.boxes[name]
        found = read_day(box.data) if box.data else None
        if box.data and found is None:
            box.errors.append(gettext("Tulis tanggal seperti 12-5-2026."))
        return found


class ListForm(BoxForm):
    """What was sent with a list."""

    def __init__(self, sent: Mapping[str, str] | None = None) -> None:
        super().__init__(("file", "sheet"), sent or {})
        self.content, self.name = b"", ""

    def read(self, file: FileStorage | None) -> bool:
        """Read the file; tell whether there is one."""
        if file is None or not file.filename:
            self.boxes["file"].errors.append(gettext("Pilih berkas CSV atau .xlsx."))
            return False
        self.content, self.name = file.stream.read(), _short(file.filename)
        file.close()
        return True


class ColumnsForm(BoxForm):
    """Which column means what, and what holds for the list as a whole."""

    options = ("starts_on", "decree", "is_whole", "whole_ends_on", "without")

    def __init__(
        self, choices: Choices, sent: MultiDict[str, str] | None = None, *, erased: frozenset[int] = frozenset()
    ) -> None:
        names = [f"c{place}" for place in range(len(choices.header))]
        super().__init__((*names, *self.options), _drawn(choices) if sent is None else sent)
        for name in names:
            self.boxes[name].type = "SelectField"
        self._choices = choices
        self.erased = erased
        self.missing: list[Field] = []

    def chosen(self) -> Choices | None:
        """Return what was chosen, or None where something is wrong with it."""
        columns: dict[Field, int] = {}
        for place in range(len(self._choices.header)):
            box = self.boxes[f"c{place}"]
            if not box.data:
                continue
            if place in self.erased:
                self.form_errors.append(gettext("Isi kolom ini sudah dihapus. Unggah lagi berkasnya."))
                continue
            if box.data not in set(Field):
                box.errors.append(gettext("Pilih arti kolom dari daftar."))
            elif Field(box.data) in columns:
                box.errors.append(gettext("Isian ini sudah dipilih untuk kolom lain."))
            else:
                columns[Field(box.data)] = place
        options = self._options()
        self._hold_missing(columns, options)
        return None if self.errors else replace(self._choices, columns=columns, options=options)

    def _hold_missing(self, columns: Mapping[Field, int], options: Options) -> None:
        """Ask whether a list is meant to say nothing of what lists of people say."""
        unread = len(columns) < len([name for name in self._choices.header if name])
        self.missing = missing(columns, has_start=options.starts_on is not None, has_unread=unread)
        if self.missing and self.boxes["without"].data != "1":
            words = ", ".join(str(FIELD_WORDS[field]) for field in self.missing)
            self.boxes["without"].errors.append(
                gettext("Belum ada kolom untuk: %(fields)s. Pilih kolomnya, atau lanjutkan tanpa kolom itu.",
                        fields=words)
            )  # fmt: skip

    def _options(self) -> Options:
        decree = self.boxes["decree"].data
        if len(decree) > DECREE_MAX:
            self.boxes["decree"].errors.append(gettext("Nomor SK terlalu panjang."))
        ends_on, is_whole = self.day("whole_ends_on"), self.boxes["is_whole"].data == "1"
        if is_whole and ends_on is None and not self.boxes["whole_ends_on"].errors:
            self.boxes["whole_ends_on"].errors.append(
                gettext("Tulis hari terakhir bagi jabatan yang tidak ada dalam daftar.")
            )
        return Options(
            starts_on=self.day("starts_on"), decree=decree or None, whole_list_ends_on=ends_on if is_whole else None
        )


class UnitsForm(BoxForm):
    """What the units that nobody knows are: another name of a known one, or new."""

    def __init__(self, unknown: Sequence[Mapping[str, str]], sent: Mapping[str, str]) -> None:
        fields = ("means", "code", "name", "kind", "parent", "starts_on")
        super().__init__([f"{field}-{at}" for at in range(len(unknown)) for field in fields], sent)
        self._unknown = unknown
        for name, box in self.boxes.items():
            if name.split("-")[0] in {"means", "kind", "parent"}:
                box.type = "SelectField"

    def apply_to(self, choices: Choices, known: Mapping[int, str]) -> Choices | None:
        """Return the choices with what was said about each unit, or None where something is wrong."""
        for at, one in enumerate(self._unknown):
            means = self.boxes[f"means-{at}"].data
            unit_id = number_or_none(means)
            if unit_id is not None and unit_id in known:
                choices = choices.with_unit(one["key"], unit_id)
            elif means == "new":
                made = self._new_unit(at, known)
                choices = choices.with_unit(one["key"], made) if made else choices
        return None if self.errors else choices

    def _new_unit(self, at: int, known: Mapping[int, str]) -> NewUnit | None:
        code, name, kind, parent = (self.boxes[f"{field}-{at}"] for field in ("code", "name", "kind", "parent"))
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code.data) or len(code.data) > 60:
            code.errors.append(gettext("Tulis kode unit dengan huruf kecil, angka, dan tanda hubung."))
        if not 1 <= len(name.data) <= UNIT_NAME_MAX:
            name.errors.append(gettext("Tulis nama unit."))
        if kind.data not in set(UnitKind):
            kind.errors.append(gettext("Pilih bentuk unit dari daftar."))
        parent_id = number_or_none(parent.data)
        if parent.data and parent_id not in known:
            parent.errors.append(gettext("Pilih unit induk dari daftar."))
        starts_on = self.day(f"starts_on-{at}")
        if starts_on is None and not self.boxes[f"starts_on-{at}"].errors:
            self.boxes[f"starts_on-{at}"].errors.append(gettext("Tulis sejak kapan unit ini ada."))
        if starts_on is None or code.errors or name.errors or kind.errors or parent.errors:
            return None
        return NewUnit(code.data, name.data, UnitKind(kind.data), parent_id, starts_on)


def masked(text: str) -> str:
    """Return a cell fit for a screen: long numbers are of people."""
    return _LONG_NUMBER.sub(lambda found: found[0][:2] + "•" * (len(found[0]) - 2), text)[:60]


def _drawn(choices: Choices) -> dict[str, str]:
    options = choices.options
    drawn = {f"c{place}": field.value for field, place in choices.columns.items()}
    drawn["starts_on"] = f"{options.starts_on:%d-%m-%Y}" if options.starts_on else ""
    drawn["decree"] = options.decree or ""
    drawn["is_whole"] = "1" if options.whole_list_ends_on else ""
    drawn["whole_ends_on"] = f"{options.whole_list_ends_on:%d-%m-%Y}" if options.whole_list_ends_on else ""
    return drawn


def _short(name: str) -> str:
    plain = "".join(mark for mark in name.replace("\\", "/").rsplit("/", 1)[-1] if mark.isprintable())
    return plain[-NAME_MAX:] or "berkas"
