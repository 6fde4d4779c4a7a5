"""What a row of an import would do, in a sentence: "Maria Bere: pindah dari Loket KTP ke Loket KK mulai …"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext

from feedback_app.blueprints.formats import day
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.people_import_labels import FIELD_WORDS
from feedback_app.blueprints.people_words import share_words
from feedback_app.blueprints.sentences import translated
from feedback_app.organisation.people.imports.directory import Directory
from feedback_app.organisation.people.imports.fields import Field
from feedback_app.organisation.people.imports.mapping import Choices
from feedback_app.organisation.people.models import PeopleImportRow
from feedback_app.organisation.people.post_rules import PostFields, from_payload
from feedback_app.organisation.people.rules import RowChange
from feedback_app.organisation.rules import AssignmentKind


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused: in which column, what stands there, what to do."""

    column: str
    text: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """The names of units, also of those that an import would create, and of services."""

    units: Mapping[int, str]
    services: Mapping[int, str]

    def of(self, post: PostFields) -> str:
        """Return where somebody works."""
        unit = self.units.get(post.unit_id, "–")
        if post.service_id is None:
            return unit
        return str(gettext("%(service)s di %(unit)s", service=self.services.get(post.service_id, "–"), unit=unit))


def place_names(places: Directory, choices: Choices) -> PlaceNames:
    """Return the names that the sentences of an import need."""
    new = {-number: unit.name for number, unit in enumerate(choices.new_units, start=1)}
    return PlaceNames({**places.names, **new}, places.service_names)


def sentence(row: PeopleImportRow, names: PlaceNames) -> str:
    """Return what a row would do, or did."""
    if row.change is RowChange.REFUSED or row.after is None:
        return ""
    person, before = row.after["person"], (row.before or {}).get("person")
    told = [*_posts(row, names), *_person(before, person)]
    if row.change is RowChange.NEW_PERSON:
        told.insert(0, str(gettext("dicatat sebagai pegawai baru")))
    return f"{person['name']}: {'; '.join(told) or gettext('tidak ada perubahan')}"


def problems(row: PeopleImportRow, choices: Choices) -> list[Problem]:
    """Return why a row is refused."""
    found = []
    for line in (row.problem or "").splitlines():
        field, words, text = line.split("\t")
        place = choices.columns.get(Field(field)) if field else None
        column = choices.header[place] if place is not None else str(FIELD_WORDS[Field(field)] if field else "")
        found.append(Problem(column, text, translated(words)))
    return found


def _posts(row: PeopleImportRow, names: PlaceNames) -> Iterator[str]:
    after = row.after or {}
    before = (row.before or {}).get("post")
    now = from_payload(after["post"]) if after.get("post") else None
    leaves = [from_payload(one) for one in after.get("leaves", [])]
    if now is not None and before is None:
        yield _new_post(now, leaves, names)
    elif now is not None and before is not None:
        yield from changed_post(from_payload(before), now, names)
    for post in _not_told(now if before is None else None, leaves):
        yield _ends(post, names)


def _new_post(now: PostFields, leaves: Sequence[PostFields], names: PlaceNames) -> str:
    left = next((post for post in leaves if post.kind is now.kind), None)
    if left is None or now.kind is not AssignmentKind.DEFINITIVE:
        return str(gettext("%(post)s mulai %(day)s", post=_titled(now, names), day=day(now.starts_on)))
    old, new = names.of(left), names.of(now)
    if old == new:
        return str(gettext("di %(place)s dari %(old)s menjadi %(new)s mulai %(day)s", place=new, old=left.position,
                           new=now.position, day=day(now.starts_on)))  # fmt: skip
    return str(gettext("pindah dari %(old)s ke %(new)s mulai %(day)s", old=old, new=new, day=day(now.starts_on)))


def _not_told(now: PostFields | None, leaves: Sequence[PostFields]) -> Sequence[PostFields]:
    """Return the posts that end and that the sentence of a move does not name already."""
    if now is None or now.kind is not AssignmentKind.DEFINITIVE:
        return leaves
    told = next((post for post in leaves if post.kind is now.kind), None)
    return [post for post in leaves if post is not told]


def changed_post(before: PostFields, after: PostFields, names: PlaceNames) -> Iterator[str]:
    """Yield what changes about a post, one thing at a time."""
    if before == after:
        return
    rest = (before.starts_on, before.position, before.is_head, before.share, before.decree_number, before.unit_id)
    same = (after.starts_on, after.position, after.is_head, after.share, after.decree_number, after.unit_id)
    if rest == same and before.service_id == after.service_id and after.ends_on is not None:
        yield _ends(after, names)
        return
    place = _titled(before, names)
    for what, old, new in _pairs(before, after, names):
        if old != new:
            yield str(gettext("%(place)s: %(what)s %(old)s menjadi %(new)s", place=place, what=what, old=old, new=new))


def _pairs(before: PostFields, after: PostFields, names: PlaceNames) -> Iterator[tuple[str, str, str]]:
    yield gettext("tempat"), names.of(before), names.of(after)
    yield gettext("jabatan"), before.position, after.position
    yield gettext("jenis penugasan"), str(label(before.kind)), str(label(after.kind))
    yield gettext("pimpinan"), _yes(before.is_head), _yes(after.is_head)
    yield gettext("bagian"), share_words(float(before.share)), share_words(float(after.share))
    yield gettext("nomor SK"), before.decree_number, after.decree_number
    yield gettext("mulai"), day(before.starts_on), day(after.starts_on)
    yield gettext("selesai"), day(before.ends_on), day(after.ends_on)


def _person(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Iterator[str]:
    if before is None:
        before = {"name": after["name"], "rank": after["rank"], "left_on": None, "user_id": None}
    for what, key in ((gettext("nama"), "name"), (gettext("pangkat"), "rank")):
        if before[key] != after[key]:
            yield str(
                gettext("%(what)s %(old)s menjadi %(new)s", what=what, old=before[key] or "–", new=after[key] or "–")
            )
    if before["left_on"] != after["left_on"]:
        if after["left_on"] is None:
            yield str(gettext("kembali aktif"))
        else:
            yield str(gettext("hari kerja terakhir %(day)s", day=day(date.fromisoformat(after["left_on"]))))
    if before["user_id"] != after["user_id"]:
        yield str(gettext("akun ditautkan"))


def _titled(post: PostFields, names: PlaceNames) -> str:
    words = gettext("%(position)s di %(place)s", position=post.position, place=names.of(post))
    if post.kind is AssignmentKind.DEFINITIVE:
        return str(words)
    return f"{label(post.kind)} {words}"


def _ends(post: PostFields, names: PlaceNames) -> str:
    return str(gettext("%(post)s berakhir %(day)s", post=_titled(post, names), day=day(post.ends_on)))


def _yes(value: bool) -> str:
    return str(gettext("ya") if value else gettext("tidak"))
