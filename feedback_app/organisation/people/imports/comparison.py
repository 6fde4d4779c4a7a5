"""What a whole list would do: its rows, what clashes, who is missing, which days gone by it touches."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from feedback_app.organisation.people.imports.overlaps import overlapping_rows
from feedback_app.organisation.people.imports.planning import Planner, refused_row
from feedback_app.organisation.people.imports.terms import Edit, Known, Options, Person, Plan, RowPlan, Slot, Step
from feedback_app.organisation.people.imports.wishes import BadRow, Trouble, Wish
from feedback_app.organisation.people.post_rules import Days, OfficeMoment, as_payload, days_changed, past_of
from feedback_app.organisation.people.rules import RowChange


def compare(
    wishes: Sequence[Wish], bad: Sequence[BadRow], known: Known, options: Options, at: OfficeMoment, last_row: int
) -> Plan:
    """Return what a list would do at a moment; rows that end what it leaves out are numbered after `last_row`."""
    made = _without_clashes(_Pass(wishes, bad, known, options, at, last_row))
    if not options.without_past:
        return made.plan()
    left_out: dict[int, RowPlan] = {}
    while touching := [row for row in made.rows.values() if row.touches_past]:
        left_out |= {row.number: replace(row, is_left_out=True) for row in touching}
        made = _without_clashes(made.again(made.refused, left_out))
    return made.plan()


class _Pass:
    """One run over all rows, without those found impossible by the runs before."""

    def __init__(
        self, wishes: Sequence[Wish], bad: Sequence[BadRow], known: Known, options: Options, at: OfficeMoment,
        last_row: int, refused: dict[int, Trouble] | None = None, left_out: dict[int, RowPlan] | None = None,
    ) -> None:  # fmt: skip
        self._given = (wishes, bad, known, options, at, last_row)
        self.refused, self._left_out = refused or {}, left_out or {}
        self._known, self._at = known, at
        self.planner = Planner(known, options, today=at.today)
        self.rows: dict[int, RowPlan] = {one.number: refused_row(one.number, one.nip, one.troubles) for one in bad}
        for wish in sorted(wishes, key=_in_time):
            self.rows[wish.number] = self._past(self._take(wish))
        self._missing_end(options.whole_list_ends_on, last_row, {one.nip for one in bad})

    def again(self, refused: dict[int, Trouble], left_out: dict[int, RowPlan] | None = None) -> _Pass:
        """Return another run that leaves out what is refused and what was set aside."""
        return _Pass(*self._given, refused, self._left_out if left_out is None else left_out)

    def plan(self) -> Plan:
        """Return what came of it."""
        rows = {**self.rows, **self._left_out}
        days: list[Days] = [days for edit in self._edits() for days in days_changed(edit.before, edit.after)]
        people = [
            (self._known.people.get(nip), person)
            for nip, person in self.planner.people.items()
            if self._known.people.get(nip) != person
        ]
        return Plan(
            tuple(rows[number] for number in sorted(rows)), tuple(people), tuple(self._edits()), past_of(days, self._at)
        )

    def _take(self, wish: Wish) -> RowPlan:
        if wish.number in self._left_out:
            return self._left_out[wish.number]
        if wish.number in self.refused:
            person = self._known.people.get(wish.nip)
            return refused_row(wish.number, wish.nip, (self.refused[wish.number],), person)
        return self.planner.take(wish)

    def _past(self, row: RowPlan) -> RowPlan:
        if row.is_left_out:
            return replace(row, touches_past=False)
        days = [days for step in row.steps for days in days_changed(step.before, step.after)]
        return replace(row, touches_past=past_of(days, self._at) is not None) if days else row

    def _missing_end(self, ends_on: date | None, last_row: int, unread: set[str | None]) -> None:
        """End the posts that a list of everybody does not name; a row that cannot be carried out names them too."""
        if ends_on is None:
            return
        unsure = unread | {row.nip for row in self.rows.values() if row.change is RowChange.REFUSED or row.is_left_out}
        # By the numbers of the posts, so that what one row leaves out gives no other row another number.
        ids = sorted(row_id for posts in self._known.posts.values() for row_id, _ in posts)
        numbers = {row_id: last_row + place for place, row_id in enumerate(ids, start=1)}
        for person in sorted(self._known.people.values(), key=lambda one: (one.name, one.id)):
            if person.nip in unsure:
                continue
            for slot in self.planner.of(person.id):
                post = slot.after
                if slot.claimed_by or slot.row_id is None or post is None or post.starts_on > ends_on:
                    continue
                if post.ends_on is not None and post.ends_on <= ends_on:
                    continue
                self._end(slot, person, ends_on, numbers.get(slot.row_id or 0, 0))

    def _end(self, slot: Slot, person: Person, ends_on: date, number: int) -> None:
        before = slot.after
        if before is None or number in self._left_out:
            return
        slot.after, slot.written_by = replace(before, ends_on=ends_on), number
        step = Step(before, slot.after)
        self.rows[number] = self._past(
            RowPlan(number, person.nip, RowChange.ENDED_POST, person.id, slot.row_id, person, person, step)
        )

    def _edits(self) -> Iterable[Edit]:
        for slots in self.planner.slots.values():
            for slot in slots:
                if slot.before != slot.after and slot.written_by is not None:
                    yield Edit(slot.row_id, slot.before, slot.after, slot.written_by, slot.claimed_by)

    @property
    def all_slots(self) -> Iterable[Slot]:
        """Return every post of the agency, those that no row speaks of as well."""
        for person_id in self._known.posts.keys() | self.planner.slots.keys():
            yield from self.planner.of(person_id)


def _without_clashes(made: _Pass) -> _Pass:
    """Refuse rows until what is left can stand; each round refuses at least one more."""
    while clashes := {
        number: why for number, why in overlapping_rows(made.all_slots).items() if number not in made.refused
    }:
        made = made.again({**made.refused, **clashes})
    return made


def digest(plan: Plan, options: Options) -> str:
    """Return a fingerprint of what a list would do; whether days have gone by meanwhile does not change it."""
    lines = [
        json.dumps([row.number, row.change.value, row.employee_id, row.assignment_id, *written(row)], sort_keys=True)
        for row in plan.rows
        if not row.is_left_out and row.change is not RowChange.SAME
    ]
    lines.append(json.dumps([str(options.whole_list_ends_on), options.without_past]))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def written(row: RowPlan) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return what a row would change as it is stored: before and after."""
    if row.change is RowChange.REFUSED:
        return None, None
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if row.person_before is not None:
        before["person"] = _person(row.person_before)
    if row.person_after is not None:
        after["person"] = _person(row.person_after)
    if row.post is not None:
        before["post"] = as_payload(row.post.before) if row.post.before else None
        after["post"] = as_payload(row.post.after) if row.post.after else None
    if row.leaves:
        after["leaves"] = [as_payload(step.after) for step in row.leaves if step.after]
    return before or None, after or None


def _person(person: Person) -> dict[str, Any]:
    return {
        "name": person.name, "rank": person.rank, "left_on": person.left_on.isoformat() if person.left_on else None,
        "user_id": person.user_id,
    }  # fmt: skip


def _in_time(wish: Wish) -> tuple[date, int]:
    starts_on = wish.post.starts_on if wish.post else None
    return starts_on or date.min, wish.number
