"""Abuse case 8: somebody asks for ever finer slices until a figure speaks of one person."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from scipy.optimize import linprog
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.blueprints.access import PUBLIC_ENDPOINTS
from feedback_app.intake.models import Submission
from feedback_app.measures.release_models import Release
from feedback_app.measures.release_rules import FIRST_RELEASE
from feedback_app.measures.releases import release_all
from tests import factories as make
from tests.blueprints.office import Office, new_office

DAY = date(2026, 3, 2)
# What our pages take, and what somebody would try who knows how such figures are stored.
PARAMETERS = {
    "page": ["1", "2", "99", "x"],
    "q": ["dinas", "zzz"],
    "service": ["1", "2"],
    "layanan": ["1"],
    "day": ["2026-03-02"],
    "dari": ["2026-03-02"],
    "sampai": ["2026-03-02"],
    "month": ["3"],
    "year": ["2025", "2026"],
    "tahun": ["2026"],
    "channel": ["token", "open", "kiosk"],
    "rating": ["1"],
    "gender": ["P"],
    "subject": ["visits"],
    "as_of": ["2026-03-02T00:00:00Z"],
    "epoch": ["1"],
    "format": ["csv"],
}


@dataclass
class Town:
    """One unit with epochs, one with too few answers, and what an attacker kept of everything published."""

    office: Office
    small: Office
    kept: list[tuple[set[int], int]] = field(default_factory=list)

    @property
    def unit_path(self) -> str:
        return f"/unit/{self.office.agency.code}/{self.office.unit.code}"

    @property
    def small_path(self) -> str:
        return f"/unit/{self.small.agency.code}/{self.small.unit.code}"

    def visits(self, ratings: list[int], hour: int) -> None:
        """Ratings after proven visits, read at an hour."""
        known = {one.id for one in self.office.submissions()}
        for number, rating in enumerate(ratings):
            self.office.rate(rating, DAY + timedelta(days=number % 5))
        self.office.drain()
        fresh = [one.id for one in self.office.submissions() if one.id not in known]
        at = make.NOW + timedelta(hours=hour)
        session = self.office.session
        session.execute(sa.update(Labels).where(Labels.submission_id.in_(fresh)).values(labelled_at=at))
        release_all(session, now=at + timedelta(minutes=30))

    def keep(self, session: Session) -> None:
        """Note each published figure as the set of answers it is over, and (worse than in truth) their exact sum."""
        releases = session.scalars(sa.select(Release).where(Release.unit_id == self.office.unit.id)).all()
        for release in releases:
            rows = session.execute(
                sa.select(Submission.id, Submission.rating)
                .join(Labels, Labels.submission_id == Submission.id)
                .where(Submission.unit_id == release.unit_id, Labels.labelled_at <= release.as_of)
            ).all()
            self.kept.append(({row.id for row in rows}, sum(row.rating for row in rows)))


@pytest.fixture
def town(session: Session) -> Town:
    big = new_office(session, name="Dinas Kependudukan")
    small = Office(session, big.agency, make.unit(session, big.agency, name="Kelurahan Kecil"))
    found = Town(big, small)
    dice = np.random.default_rng(8)
    for hour, count in enumerate([30, 10, 4, 6, 12]):
        found.visits([int(rating) for rating in dice.integers(1, 5, size=count)], hour)
    for rating in (1, 2, 4, 4, 3):
        small.rate(rating, DAY)
    for number in range(7):
        small.report(f"Antrean terlalu lama, sudah {number} jam menunggu.")
    session.flush()
    return found


def combinations() -> Iterator[dict[str, str]]:
    pairs = [(name, value) for name, values in PARAMETERS.items() for value in values]
    yield {}
    yield from ({name: value} for name, value in pairs)
    for one, other in itertools.combinations(pairs, 2):
        if one[0] != other[0]:
            yield dict([one, other])


def sizes_in(told: Any, path: str = "") -> Iterator[tuple[str, int]]:
    """Every number of answers that a document names."""
    if isinstance(told, dict):
        for name, value in told.items():
            if name in {"n", "n_at_least"}:
                yield f"{path}.{name}", value
            elif name != "method":
                yield from sizes_in(value, f"{path}.{name}")
    elif isinstance(told, list):
        for value in told:
            yield from sizes_in(value, path)


@pytest.mark.slow
def test_no_slice_of_a_units_figures_can_be_asked_for(town: Town, client: FlaskClient) -> None:
    for path in (town.unit_path, town.small_path):
        whole = client.get(path + ".json").get_json()
        table = client.get(path + ".csv").get_data()
        for asked in combinations():
            told = client.get(path + ".json", query_string=asked).get_json()
            assert {**told, "complaints": None} == {**whole, "complaints": None}, asked
        for asked in itertools.islice(combinations(), 40):
            assert client.get(path + ".csv", query_string=asked).get_data() == table


def test_no_figure_anywhere_is_over_fewer_than_thirty(town: Town, client: FlaskClient) -> None:
    sizes = dict(sizes_in(client.get(town.unit_path + ".json").get_json()))
    assert sizes
    assert min(sizes.values()) >= FIRST_RELEASE
    assert dict(sizes_in(client.get(town.small_path + ".json").get_json())) == {}
    rows = list(csv.DictReader(io.StringIO(client.get(town.unit_path + ".csv").get_data(as_text=True))))
    assert rows
    assert min(int(row["n"]) for row in rows) >= FIRST_RELEASE


def public_paths(app: Flask, town: Town) -> Iterator[str]:
    """Every public page that GET opens, for the unit with few answers."""
    values = {
        "agency": town.small.agency.code, "unit": town.small.unit.code, "filename": "css/app.css", "token": "x" * 26,
        "code": "x" * 10, "publication": "1",
    }  # fmt: skip
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC_ENDPOINTS and "GET" in (rule.methods or set()) and "static" not in rule.endpoint:
            yield re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "1"), rule.rule)


@pytest.mark.slow
def test_public_pages_say_nothing_of_a_unit_with_few_answers_whatever_is_asked(
    app: Flask, town: Town, client: FlaskClient
) -> None:
    """The mean of the small unit is 2.8 over 5: neither that nor any count of its answers is on a page."""
    paths = list(public_paths(app, town))
    assert town.small_path in paths
    told = re.compile(r"(?<![\d,.])(?:2[,.]8|[1-9]|1[0-9]|2[0-9])\s*(?:dari 4|penilaian|tulisan|laporan)\b")
    for path in paths:
        for asked in itertools.islice(combinations(), 1 + sum(map(len, PARAMETERS.values()))):
            page = client.get(path, query_string=asked).get_data(as_text=True)
            body = re.sub(r"<[^>]+>", " ", page.partition("<main")[2] or page)
            assert not told.search(body), (path, asked, told.search(body))


def test_unknown_parameters_change_no_byte_of_a_public_page(town: Town, client: FlaskClient) -> None:
    for path in ("/", f"/instansi/{town.small.agency.code}", town.unit_path, town.small_path):
        plain = client.get(path).get_data()
        for name, values in PARAMETERS.items():
            if name not in {"page", "q"}:
                assert client.get(path, query_string={name: values[0]}).get_data() == plain, (path, name)


def test_no_answer_can_be_solved_for_from_all_figures_ever_published(town: Town, session: Session) -> None:
    """Linear programming over everything published: each answer may still be anything from 1 to 4."""
    town.keep(session)
    assert len(town.kept) == 4
    people = sorted(set().union(*(members for members, _ in town.kept)))
    left = np.array([[float(one in members) for one in people] for members, _ in town.kept])
    right = np.array([total for _, total in town.kept])
    for place in range(len(people)):
        aim = np.zeros(len(people))
        aim[place] = 1.0
        lowest = linprog(aim, A_eq=left, b_eq=right, bounds=(1, 4))
        highest = linprog(-aim, A_eq=left, b_eq=right, bounds=(1, 4))
        assert lowest.status == highest.status == 0
        assert (round(lowest.fun, 6), round(-highest.fun, 6)) == (1.0, 4.0)


def test_the_solver_would_find_a_complement_of_one(town: Town, session: Session) -> None:
    town.keep(session)
    members, total = town.kept[0]
    one = next(iter(members))
    rating = session.scalar(sa.select(Submission.rating).where(Submission.id == one))
    assert rating is not None
    people = sorted(members)
    left = np.array([[1.0] * len(people), [float(other != one) for other in people]])
    aim = np.array([float(other == one) for other in people])
    solved = linprog(aim, A_eq=left, b_eq=[total, total - rating], bounds=(1, 4))
    assert round(solved.fun, 6) == rating
