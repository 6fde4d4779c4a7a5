"""Compare rows of a list with what is known: what each would change, or why it cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from feedback_app.organisation.operations import post_refusal
from feedback_app.organisation.people.imports.fields import Field
from feedback_app.organisation.people.imports.folding import folded
from feedback_app.organisation.people.imports.matching import clash, inside, match, merged
from feedback_app.organisation.people.imports.terms import Known, Options, Person, RowPlan, Slot, Step
from feedback_app.organisation.people.imports.wishes import Trouble, WantedPost, Wish
from feedback_app.organisation.people.post_edits import DECREE_MAX, POSITION_MAX
from feedback_app.organisation.people.post_rules import ONE_DAY, PostFields
from feedback_app.organisation.people.records import NAME_MAX, RANK_MAX
from feedback_app.organisation.people.rules import RowChange
from feedback_app.organisation.rules import AssignmentKind

_ACTING: Final = frozenset({AssignmentKind.ACTING_VACANT, AssignmentKind.ACTING_ABSENT})


class RefusedError(Exception):
    """A row cannot be carried out."""

    def __init__(self, sentence: str, field: Field | None = None) -> None:
        super().__init__(sentence)
        self.trouble = Trouble(field, sentence)


class Planner:
    """Carries rows out on a copy of what is known, one after the other, each wholly or not at all."""

    def __init__(self, known: Known, options: Options, *, today: date) -> None:
        self._known, self._options, self._today = known, options, today
        self.people: dict[str, Person] = {}
        self.slots: dict[int, list[Slot]] = {}
        self._told: dict[str, tuple[int, Wish]] = {}
        self._linked = set(known.linked)

    def take(self, wish: Wish) -> RowPlan:
        """Carry one row out, or say why not."""
        person = self.people.get(wish.nip) or self._known.people.get(wish.nip)
        employee_id = person.id if person else -1 - len(self.people)
        kept = [replace(slot) for slot in self.of(employee_id)]
        try:
            after = self._person(wish, person, employee_id)
            post, slot = self._post(wish, employee_id) if wish.post else (None, None)
            leaves = self._displaced + self._left(wish, employee_id)
        except RefusedError as refused:
            self.slots[employee_id] = kept
            return refused_row(wish.number, wish.nip, (refused.trouble,), person)
        self.people[wish.nip] = after
        if after.user_id:
            self._linked.add(after.user_id)
        self._told.setdefault(wish.nip, (wish.number, wish))
        return RowPlan(
            wish.number, wish.nip, _change(person, after, post, leaves), employee_id,
            slot.row_id if slot else None, person, after, post, tuple(leaves),
        )  # fmt: skip

    def of(self, employee_id: int) -> list[Slot]:
        """Return the posts of somebody as they stand after the rows so far."""
        if employee_id not in self.slots:
            known = self._known.posts.get(employee_id, ())
            self.slots[employee_id] = [Slot(row_id, post, post) for row_id, post in known]
        return self.slots[employee_id]

    def _person(self, wish: Wish, person: Person | None, employee_id: int) -> Person:
        self._displaced: list[Step] = []
        self._check_repeated(wish)
        if person is None and not wish.name:
            raise RefusedError("Pegawai ini belum tercatat dan namanya tidak diisi.", Field.NAME)
        if wish.name and len(wish.name) > NAME_MAX:
            raise RefusedError(f"Nama terlalu panjang; paling banyak {NAME_MAX} huruf.", Field.NAME)
        if wish.rank and len(wish.rank) > RANK_MAX:
            raise RefusedError(f"Pangkat terlalu panjang; paling banyak {RANK_MAX} huruf.", Field.RANK)
        name, rank = wish.name or "", wish.rank
        if person:
            name = person.name if not wish.name or folded(wish.name) == folded(person.name) else wish.name
            rank = wish.rank or person.rank
        left_on = person.left_on if person else None
        if wish.is_active is not None:
            left_on = wish.left_on
        user_id = self._account(wish, person)
        return Person(employee_id, wish.nip, name, rank, left_on, user_id)

    def _account(self, wish: Wish, person: Person | None) -> int | None:
        linked = person.user_id if person else None
        if not wish.email:
            return linked
        user_id = self._known.accounts.get(wish.email)
        if user_id is None:
            raise RefusedError("Belum ada akun dengan email ini. Buat akunnya dahulu, atau kosongkan.", Field.EMAIL)
        if linked is not None and linked != user_id:
            raise RefusedError("Pegawai ini sudah tertaut pada akun lain. Lepaskan tautannya dahulu.", Field.EMAIL)
        if linked is None and user_id in self._linked:
            raise RefusedError("Akun ini sudah tertaut pada pegawai lain.", Field.EMAIL)
        return user_id

    def _check_repeated(self, wish: Wish) -> None:
        if wish.nip not in self._told:
            return
        number, first = self._told[wish.nip]
        for field, one, other in (
            (Field.NAME, first.name, wish.name), (Field.RANK, first.rank, wish.rank),
            (Field.STATUS, first.left_on, wish.left_on), (Field.EMAIL, first.email, wish.email),
        ):  # fmt: skip
            if one and other and folded(str(one)) != folded(str(other)):
                raise RefusedError(f"Isian ini berbeda dengan baris {number} untuk pegawai yang sama.", field)
        if wish.post is None:
            raise RefusedError(f"Baris ini mengulang baris {number} tanpa menambah apa pun.")

    def _post(self, wish: Wish, employee_id: int) -> tuple[Step, Slot]:
        wanted = wish.post
        assert wanted is not None  # noqa: S101 - asked for posts alone
        slots = self.of(employee_id)
        slot = match(wanted, slots, self._today)
        if slot is None:
            return self._new(wish, wanted, employee_id)
        if slot.claimed_by is not None:
            raise RefusedError(f"Baris ini menyebut jabatan yang sama dengan baris {slot.claimed_by}.")
        before = slot.after
        assert before is not None  # noqa: S101 - matched among standing posts
        after = _checked(merged(before, wanted))
        slot.after, slot.claimed_by, slot.ends_by_word = after, wish.number, wanted.ends_on is not None
        if after != before:
            slot.written_by = wish.number
            self._make_room(slot, after, employee_id, wish.number)
        return Step(before, after), slot

    def _new(self, wish: Wish, wanted: WantedPost, employee_id: int) -> tuple[Step, Slot]:
        after = _checked(self._fields(wanted, employee_id))
        slot = Slot(None, None, after, wish.number, wish.number, wanted.ends_on is not None)
        taken = self._make_room(slot, after, employee_id, wish.number)
        if taken is None:
            self.of(employee_id).append(slot)
            return Step(None, after), slot
        before, taken.after = taken.after, after
        taken.claimed_by = taken.written_by = wish.number
        taken.ends_by_word = slot.ends_by_word
        return Step(before, after), taken

    def _fields(self, wanted: WantedPost, employee_id: int) -> PostFields:
        starts_on, decree = wanted.starts_on or self._options.starts_on, wanted.decree or self._options.decree
        if starts_on is None:
            raise RefusedError("Hari mulai jabatan (TMT) belum diisi.", Field.STARTS_ON)
        if not wanted.position:
            raise RefusedError("Nama jabatan belum diisi.", Field.POSITION)
        if not decree:
            raise RefusedError("Nomor SK belum diisi. Isi, atau tulis nomor untuk semua baris kosong.", Field.DECREE)
        kind = wanted.kind or AssignmentKind.DEFINITIVE
        is_head = kind in _ACTING if wanted.is_head is None else wanted.is_head
        made = PostFields(
            employee_id, wanted.unit_id, wanted.position, kind, decree, starts_on, wanted.ends_on, wanted.service_id,
            is_head,
        )  # fmt: skip
        return made if wanted.share is None else replace(made, share=wanted.share)

    def _make_room(self, slot: Slot, post: PostFields, employee_id: int, number: int) -> Slot | None:
        """End what the post cannot stand beside; return the post of later days whose place it takes, if there is one.

        What another row says with days of its own is never ended for it.
        """
        taken: Slot | None = None
        for other in self.of(employee_id):
            if other is slot or other.after is None or not clash(post, other.after):
                continue
            if other.after.starts_on < post.starts_on and not other.ends_by_word:
                ended = replace(other.after, ends_on=post.starts_on - ONE_DAY)
                self._displaced.append(Step(other.after, ended))
                other.after, other.written_by = ended, number
            elif taken is None and slot.row_id is None and other.claimed_by is None and inside(other.after, post):
                taken = other
            else:
                raise _in_the_way(other)
        return taken

    def _left(self, wish: Wish, employee_id: int) -> list[Step]:
        if wish.left_on is None:
            return []
        steps: list[Step] = []
        for slot in self.of(employee_id):
            post = slot.after
            if post is None or (post.ends_on and post.ends_on <= wish.left_on):
                continue
            if post.starts_on > wish.left_on:
                raise RefusedError("Pegawai ini mempunyai jabatan yang mulai sesudah tanggal itu.", Field.STATUS_ON)
            slot.after, slot.written_by = replace(post, ends_on=wish.left_on), wish.number
            steps.append(Step(post, slot.after))
        return steps


def _in_the_way(other: Slot) -> RefusedError:
    if other.claimed_by is None:
        return RefusedError("Harinya bertumpang tindih dengan jabatan lain yang sudah tercatat.", Field.STARTS_ON)
    return RefusedError(f"Harinya bertumpang tindih dengan jabatan pada baris {other.claimed_by}.", Field.STARTS_ON)


def refused_row(number: int, nip: str | None, troubles: tuple[Trouble, ...], person: Person | None = None) -> RowPlan:
    """Return the plan of a row that is not carried out."""
    return RowPlan(
        number, nip, RowChange.REFUSED, person.id if person and person.id > 0 else None, troubles=troubles
    )  # fmt: skip


def _checked(post: PostFields) -> PostFields:
    """Refuse a post that contradicts itself, in the words of the database's own rules."""
    if post.ends_on is not None and post.ends_on < post.starts_on:
        raise RefusedError(post_refusal("ends_after_start").message, Field.ENDS_ON)
    if post.kind in _ACTING and not post.is_head:
        raise RefusedError(post_refusal("acting_is_head").message, Field.IS_HEAD)
    if post.is_head and post.service_id is not None:
        raise RefusedError(post_refusal("head_of_whole_unit").message, Field.SERVICE)
    if len(post.position) > POSITION_MAX or len(post.decree_number) > DECREE_MAX:
        raise RefusedError("Nama jabatan atau nomor SK terlalu panjang.", Field.POSITION)
    return post


def _change(before: Person | None, after: Person, post: Step | None, leaves: Iterable[Step]) -> RowChange:
    if before is None:
        return RowChange.NEW_PERSON
    if post is not None and post.before is None:
        return RowChange.NEW_POST
    if post is not None and post.before != post.after:
        return RowChange.ENDED_POST if _only_ends(post) else RowChange.CHANGED_POST
    if any(leaves):
        return RowChange.ENDED_POST
    return RowChange.SAME if before == after else RowChange.CHANGED_PERSON


def _only_ends(step: Step) -> bool:
    if step.before is None or step.after is None or step.after.ends_on is None:
        return False
    earlier = step.after.ends_on < (step.before.ends_on or date.max)
    return earlier and replace(step.before, ends_on=step.after.ends_on) == step.after
