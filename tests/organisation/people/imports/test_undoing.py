"""An import is undone as one, or not at all where more was built on it; and old lists are forgotten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.organisation.models import Employee
from feedback_app.organisation.people import changes
from feedback_app.organisation.people.imports import undoing
from feedback_app.organisation.people.imports.forgetting import any_to_empty, empty_cells
from feedback_app.organisation.people.imports.undoing import NotAppliedError, UndoBlockedError
from feedback_app.organisation.people.models import PeopleChange, PeopleImport
from tests import factories as make
from tests.organisation.people.imports.lists import HEADER, MARIA, NOW, TODAY, YOSEF, Town, new_town

NEW = [MARIA, "Maria Bere", "Loket KTP", "Petugas Loket", "01/06/2026", "800/1"]
MOVE = [MARIA, "Maria Bere", "Loket KK", "Petugas Loket", "01/07/2026", "800/2"]


@pytest.fixture
def town(session: Session) -> Town:
    return new_town(session)


def undo(town: Town, made: PeopleImport) -> PeopleChange | None:
    return undoing.undo(town.session, made, reason="Berkas yang keliru", actor=town.actor, at=town.at)


def test_what_an_import_superseded_stands_again(town: Town) -> None:
    town.bring([NEW])
    moved = town.bring([MOVE])
    assert undo(town, moved) is None
    assert town.posts(MARIA) == [("loket-ktp", date(2026, 6, 1), None)]
    assert moved.state.value == "undone"
    with pytest.raises(NotAppliedError):
        undo(town, moved)


def test_a_name_and_a_rank_are_put_back(town: Town) -> None:
    header = (*HEADER, "Pangkat")
    town.bring([[*NEW, "III/a"]], header)
    changed = town.bring([[MARIA, "Maria B. Tefa", *NEW[2:], "III/b"]], header)
    undo(town, changed)
    person_ = town.session.scalars(sa.select(Employee).where(Employee.nip == MARIA)).one()
    assert (person_.name, person_.rank) == ("Maria Bere", "III/a")


def test_undoing_is_refused_once_more_was_built_on_it(town: Town) -> None:
    first = town.bring([NEW])
    town.bring([MOVE])
    with pytest.raises(UndoBlockedError) as blocked:
        undo(town, first)
    maria = town.session.scalars(sa.select(Employee.id).where(Employee.nip == MARIA)).one()
    assert blocked.value.employee_ids == (maria,)


def test_undoing_is_refused_where_somebody_else_took_the_place_meanwhile(town: Town) -> None:
    header = (*HEADER, "Pimpinan")
    town.bring([[*NEW, "ya"]], header)
    moved = town.bring([[*MOVE, "ya"]], header)
    town.bring([[YOSEF, "Yosef", "Loket KTP", "Kepala", "01/07/2026", "800/3", "ya"]], header)
    with pytest.raises(UndoBlockedError):
        undo(town, moved)


def test_undoing_what_lies_in_the_past_by_now_needs_somebody_else(town: Town) -> None:
    made = town.bring([NEW])
    town.now = NOW + timedelta(days=60)
    change = undo(town, made)
    assert change is not None
    assert len(town.posts(MARIA)) == 1
    with pytest.raises(NotAppliedError):
        undo(town, made)
    with pytest.raises(changes.NotSecondPersonError):
        _approve(town, change, town.clerk.id)
    _approve(town, change, town.chief.id)
    assert town.posts(MARIA) == []


def test_an_account_that_came_with_the_list_is_parted_again(town: Town) -> None:
    account = make.user(town.session)
    make.employee(town.session, town.agency, nip=MARIA, name="Maria Bere")
    linked = sa.select(Employee.user_id).where(Employee.nip == MARIA)
    made = town.bring([[*NEW, account.email]], (*HEADER, "Email"))
    assert town.session.scalars(linked).one() == account.id
    undo(town, made)
    assert town.session.scalars(linked).one() is None


def test_imports_are_undone_one_after_the_other_the_youngest_first(town: Town) -> None:
    first = town.bring([NEW])
    second = town.bring([MOVE])
    undo(town, second)
    undo(town, first)
    assert town.posts(MARIA) == []


def test_cells_are_forgotten_thirty_days_after_applying(town: Town) -> None:
    made = town.bring([NEW])
    left = town.look([MOVE])
    soon, late = NOW + timedelta(days=29), NOW + timedelta(days=30)
    assert not any_to_empty(town.session, now=soon)
    assert any_to_empty(town.session, now=late)
    assert empty_cells(town.session, now=late) == 2
    assert [row.cells for row in town.rows(made)] == [{}]
    assert town.rows(left) == []
    assert left.state.value == "dropped"
    assert not any_to_empty(town.session, now=late)
    undo(town, made)
    assert town.posts(MARIA) == []


def _approve(town: Town, change: PeopleChange, by: int) -> None:
    changes.approve(
        town.session, town.agency.id, change.id, actor=person(by), now=town.now, today=TODAY + timedelta(days=60)
    )
