"""What a reader of everything about a person learns of the newest rater, and of who wrote which comment."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.evaluation.cycles.life import open_replies
from feedback_app.evaluation.evidence.comments import COMMENTS_MAX, comments_of
from feedback_app.evaluation.evidence.content import content_of
from feedback_app.evaluation.evidence.pack import pack_of
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N, ITEMS_FROM_N
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.items import items_of
from feedback_app.evaluation.rules import POINTS_PER_STEP, CycleKind
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency
from tests import factories as make
from tests.blueprints.office import Login
from tests.evaluation.closed import after, computed, opened
from tests.gates.newest_rater import Seen, best_chance, chances, posterior, sums_in
from tests.gates.rated_people import MONTHS, Rated, rate_late, rated_on, rated_people, visit

PEOPLE = 200
ALLOWED = 0.30
WITH_WORDS = 0.2
KEY = b"c" * 32
NAMES = [f"{month:%Y-%m}" for month in MONTHS]


def cycles_of(session: Session, agency: Agency) -> list[Cycle]:
    """The quarter, and a month of it that was told before."""
    april = opened(
        session, agency.id, "April", kind=CycleKind.MONTHLY, starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 30)
    )
    computed(session, april)
    quarter = opened(session, agency.id)
    computed(session, quarter)
    return [april, quarter]


def seen_of(session: Session, cycles: list[Cycle], person: Rated) -> Seen:
    """Everything the builders of pages and files say about a person."""
    contents = [content_of(pack_of(session, cycle, person.employee.id)) for cycle in cycles]
    items = items_of(session, cycles[-1], person.employee.id, key=KEY)
    lists_bad = contents[-1]["measure"]["n"] >= ITEMS_FROM_N and not contents[-1]["measure"]["is_withheld"]
    bad = [f"{item.month:%Y-%m}" if item.month else None for item in items]
    counts: Counter[str] = Counter()
    for group in contents[-1]["groups"]:
        for part in group["months"]:
            counts[part["month"]] += part["n"]
    return Seen(sums_in(contents, NAMES), bad, lists_bad, counts)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_newest_rating_is_guessed_no_better_than_allowed(session: Session) -> None:
    """The chance of a right guess by the best rule, over 200 people with 5 to 64 ratings, is at most 0.30."""
    chance = random.Random(71)
    agency = make.agency(session)
    sizes = [5 + number % 60 for number in range(PEOPLE)]
    people = rated_people(session, agency, sizes, chance, with_words=WITH_WORDS)
    cycles = cycles_of(session, agency)
    known = [chances(seen_of(session, cycles, person), NAMES[-1], WITH_WORDS) for person in people]
    expected = float(np.mean([one.max() for one in known]))
    hits = np.mean([1 + one.argmax() == person.newest for one, person in zip(known, people, strict=True)])
    print(f"newest rater: expected {expected:.3f}, hit {hits:.3f} of {PEOPLE}")
    # The attacker's own arithmetic is right: what it expects is what it hits, within three standard errors.
    assert abs(hits - expected) < 3 * (0.25 / PEOPLE) ** 0.5
    classes: dict[int, list[float]] = defaultdict(list)
    for one, person in zip(known, people, strict=True):
        classes[len(person.ratings) // 10].append(float(one.max()))
    by_size = {10 * size: float(np.mean(found)) for size, found in sorted(classes.items())}
    print(by_size)
    assert max(by_size.values()) <= ALLOWED


@pytest.mark.parametrize("n", [FIGURES_FROM_N, FIGURES_FROM_N + 1, 2 * FIGURES_FROM_N])
def test_no_figure_that_may_be_shown_gives_its_newest_rating_away(n: int) -> None:
    """Over all sums of `n` even ratings, a right guess at one of them has a chance of at most 0.30, exactly."""
    print(f"newest rater among {n}: {best_chance(n):.4f}")
    assert best_chance(n) <= ALLOWED


def quiet_june(session: Session) -> tuple[Cycle, Rated]:
    """A person with many ratings in April and one bad one, with words, in June."""
    agency = make.agency(session)
    (person,) = rated_people(session, agency, [1], random.Random(3), with_words=1.0)
    quiet = rated_on(session, person.unit, [(1, MONTHS[2], "Lama sekali menunggu.")])
    rated_on(session, person.unit, [(3 + turn % 2, MONTHS[0], None) for turn in range(40)])
    assert quiet
    quarter = opened(session, agency.id)
    computed(session, quarter)
    return quarter, person


def test_a_contestable_rating_has_no_month_where_the_month_has_few(session: Session) -> None:
    quarter, person = quiet_june(session)
    items = items_of(session, quarter, person.employee.id, key=KEY)
    assert "Lama sekali menunggu." in {item.words for item in items}
    assert {item.month for item in items} == {None}


def test_packs_put_together_do_not_tell_a_colleague_of_five(session: Session) -> None:
    """The unit less two people would be the mean of the third, who has five ratings."""
    agency = make.agency(session)
    chance = random.Random(9)
    unit = make.unit(session, agency)
    people = []
    for size in (30, 100, 5):
        service, who = make.service(session, unit), make.employee(session, agency)
        make.assignment(session, who, unit, service_id=service.id)
        rated_on(session, unit, [(chance.randint(1, 4), MONTHS[1], None) for _ in range(size)], service.id)
        people.append(who)
    quarter = opened(session, agency.id)
    computed(session, quarter)
    contents = [content_of(pack_of(session, quarter, who.id)) for who in people]
    assert [content["groups"][0]["mean"] is None for content in contents] == [False, False, True]
    assert all(unit["figures"] is None for content in contents for unit in content["units"])


@pytest.mark.parametrize(("n", "factor"), [(40, 0.6), (100, 0.8), (375, 0.8)])
def test_whole_points_leave_of_a_contested_rating_what_the_documents_say(n: int, factor: float) -> None:
    """Known before: 1 or 2. The exact figure before, and whole points after it was left out, are at hand."""
    chance = random.Random(76)
    right = 0.0
    for _ in range(4000):
        before = chance.uniform(40, 90)
        told = [
            round(factor * ((n * before - POINTS_PER_STEP * value) / (n - 1) - 65.0)) for value in (1, 2)
        ]  # fmt: skip
        right += (0.5 if told[0] == told[1] else 1.0) / 4000
    print(f"contested rating of {n}, factor {factor}: {right:.3f}")
    assert right == pytest.approx(0.5 + 12.5 * factor / n, abs=0.03)


@pytest.mark.slow
def test_a_rating_that_comes_when_the_book_is_closed_changes_nothing_anywhere(session: Session) -> None:
    chance = random.Random(73)
    agency = make.agency(session)
    people = rated_people(session, agency, [45] * 20, chance, with_words=WITH_WORDS)
    visits = [visit(session, person, chance.randint(1, 4)) for person in people]
    cycles = cycles_of(session, agency)
    before = [seen_of(session, cycles, person) for person in people]
    hashes = cycles[-1].output_hash
    for visited in visits:
        rate_late(session, visited, after(cycles[-1].ends_on) + timedelta(hours=1))
    computed(session, cycles[-1], now=after(cycles[-1].ends_on) + timedelta(days=2), note="hitung ulang")
    assert [seen_of(session, cycles, person) for person in people] == before
    assert cycles[-1].output_hash == hashes


def test_the_attacker_recovers_what_a_single_rating_would_show() -> None:
    """The rule of guessing works where there is something to see, or it would prove nothing."""
    assert posterior(1, 4, None, 0.0).tolist() == [0.0, 0.0, 0.0, 1.0]
    assert posterior(2, 2, None, 0.0)[0] == 1.0
    assert posterior(30, 75, None, 0.0).max() == pytest.approx(0.25, abs=0.005)


@pytest.mark.slow
def test_who_came_when_does_not_tell_who_wrote_what(session: Session) -> None:
    """An officer with the queue's log matches comments to visitors no better than chance and 5 percent."""
    chance = random.Random(74)
    agency = make.agency(session)
    people = rated_people(session, agency, [36] * 60, chance, with_words=1.0)
    quarter = opened(session, agency.id)
    computed(session, quarter)
    right = shown = 0
    for person in people:
        told = [comment.words for comment in comments_of(session, quarter, person.employee.id).shown]
        arrived = written_in_order(session, person)
        # The best guess without values: the order shown is the order of arrival, stretched over all visitors.
        for place, words in enumerate(told):
            guess = round(place * (len(arrived) - 1) / max(1, len(told) - 1))
            right += arrived[guess] == words
            shown += 1
    print(f"comments matched: {right} of {shown}")
    assert shown == COMMENTS_MAX * len(people)
    assert right / shown <= 1 / 36 + 0.05


def written_in_order(session: Session, person: Rated) -> list[str]:
    """The comments on a person as their visitors came."""
    from feedback_app.intake.models import Submission

    rows = session.query(Submission).filter(Submission.unit_id == person.unit.id)
    return [str(row.text) for row in rows.order_by(Submission.occurred_on, Submission.id)]


@pytest.fixture
def shown(session: Session) -> list[tuple[Rated, Any, Cycle]]:
    """A few people with accounts, in a cycle that is open for their replies."""
    chance = random.Random(75)
    agency = make.agency(session)
    people = rated_people(session, agency, [12, 33, 48], chance, with_words=WITH_WORDS)
    quarter = opened(session, agency.id)
    computed(session, quarter)
    open_replies(session, quarter, days=10, actor=SYSTEM, now=clock.utcnow())
    accounts = []
    for person in people:
        account = make.user(session)
        make.grant(session, account, Role.EMPLOYEE, agency)
        make.linked(session, person.employee, account.id)
        accounts.append(account)
    evaluator = make.user(session)
    make.grant(session, evaluator, Role.EVALUATOR, agency)
    session.commit()
    return [(person, (account, evaluator), quarter) for person, account in zip(people, accounts, strict=True)]


def test_no_page_or_file_holds_a_day_a_value_or_more_than_the_builders(
    app: Flask, session: Session, client: FlaskClient, login: Login, shown: list[tuple[Rated, Any, Cycle]]
) -> None:
    for person, (account, evaluator), quarter in shown:
        content = content_of(pack_of(session, quarter, person.employee.id))
        for who, addresses in (
            (account, [f"/petugas/saya/{quarter.id}", f"/petugas/saya/{quarter.id}/berkas/json", "/petugas/saya"]),
            (evaluator, [f"/petugas/evaluasi/{quarter.id}/pegawai/{person.employee.id}",
                         f"/petugas/evaluasi/{quarter.id}/pegawai/{person.employee.id}/cetak"]),
        ):  # fmt: skip
            client.post("/keluar")
            login(who)
            for address in addresses:
                answer = client.get(address)
                assert answer.status_code == 200, address
                assert_coarse(person, quarter, answer.get_data(as_text=True))
        client.post("/keluar")
        login(account)
        held = json.loads(client.get(f"/petugas/saya/{quarter.id}/berkas/json").get_data())
        assert held["content"]["groups"] == json.loads(json.dumps(content["groups"]))


def assert_coarse(person: Rated, quarter: Cycle, page: str) -> None:
    """No day of any rating stands on the page, but for the first and last of the period."""
    ends = {quarter.starts_on, quarter.ends_on}
    for day in set(person.days) - ends:
        for words in (f"{day:%Y-%m-%d}", f"{day.day} April 2026", f"{day.day} Mei 2026", f"{day.day} Juni 2026"):
            if words.endswith(str(day.year)) and not words.endswith(_month(day)):
                continue
            assert words not in page


def _month(day: date) -> str:
    return f"{ {4: 'April', 5: 'Mei', 6: 'Juni'}[day.month] } {day.year}"
