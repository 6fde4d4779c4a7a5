"""Finding a unit and rating it, through the browser's own requests."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.intake.codes import code_hash, normalise_code
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import BadReason, Channel, GoodReason, SubmissionKind
from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.organisation.models import Agency, PublicService, Unit
from tests import factories


@dataclass
class Counter:
    """A unit with one service, and where its rating is sent."""

    agency: Agency
    unit: Unit
    service: PublicService

    @property
    def address(self) -> str:
        return f"/nilai/{self.agency.code}/{self.unit.code}"


@pytest.fixture
def counter(session: Session) -> Counter:
    agency = factories.agency(session)
    unit = factories.unit(session, agency, name="Dinas Kependudukan")
    return Counter(agency, unit, factories.service(session, unit, name="Penerbitan KTP-el"))


def stored(session: Session) -> list[Submission]:
    session.expire_all()
    return list(session.scalars(sa.select(Submission).order_by(Submission.id)))


def visit_token(session: Session, app: Flask, counter: Counter, *, issued_at: datetime | None = None) -> str:
    now = issued_at or datetime.now(UTC)
    [token] = issue_visit_tokens(
        session, agency_id=counter.agency.id, unit_id=counter.unit.id, service_id=counter.service.id,
        visited_on=date(2026, 3, 2), count=1, issued_by=None, key=app.config["TRACKING_KEY"], now=now,
    )  # fmt: skip
    return token


def test_front_page_offers_every_agency(client: FlaskClient, session: Session) -> None:
    names = {factories.agency(session).name for _ in range(2)}
    page = client.get("/").get_data(as_text=True)
    assert all(name in page for name in names)


def test_only_agency_is_the_front_page_itself(client: FlaskClient, counter: Counter) -> None:
    assert "Dinas Kependudukan" in client.get("/").get_data(as_text=True)


@pytest.mark.parametrize("query", ["kependudukan", "kependudkan", "KTP", "ktp-el"])
def test_unit_is_found_by_name_or_service_with_typing_errors(
    client: FlaskClient, session: Session, counter: Counter, query: str
) -> None:
    factories.unit(session, counter.agency, name="Puskesmas Oebobo")
    page = client.get(f"/instansi/{counter.agency.code}", query_string={"q": query}).get_data(as_text=True)
    assert "Dinas Kependudukan" in page
    assert "Puskesmas Oebobo" not in page


def test_search_without_a_hit_says_what_to_do(client: FlaskClient, counter: Counter) -> None:
    page = client.get(f"/instansi/{counter.agency.code}?q=zzzzzz").get_data(as_text=True)
    assert "Tidak ada unit yang cocok" in page


@pytest.mark.parametrize(
    "address", ["/instansi/tidak-ada", "/nilai/tidak-ada/x", "/lapor/tidak-ada", "/lapor/tidak-ada/x"]
)
def test_unknown_agency_is_a_kind_404(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Pemerintah daerah itu tidak ada" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("rating", "reason"), [("1", BadReason.SLOW), ("2", BadReason.EXPENSIVE), ("3", GoodReason.FAST), ("4", None)]
)
def test_rating_is_stored_as_sent_and_answered_with_a_receipt(
    client: FlaskClient, session: Session, counter: Counter, rating: str, reason: str | None
) -> None:
    data = {"rating": rating, "reasons": [reason] if reason else [], "service_id": str(counter.service.id)}
    answer = client.post(counter.address, data=data)
    assert (answer.status_code, urlsplit(answer.location).path) == (303, "/diterima")
    [row] = stored(session)
    assert (row.kind, row.channel, row.rating) == (SubmissionKind.RATING, Channel.OPEN, int(rating))
    assert (row.reasons, row.service_id, row.wants_reply) == ([reason] if reason else [], counter.service.id, None)


def test_receipt_shows_the_code_whose_hash_was_stored(
    app: Flask, client: FlaskClient, session: Session, counter: Counter
) -> None:
    answer = client.post(counter.address, data={"rating": "4"}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    assert code
    assert code_hash(normalise_code(code[0]), app.config["TRACKING_KEY"]) == stored(session)[0].tracking_hash
    assert "<svg" in page
    assert answer.headers["Cache-Control"] == "no-store"
    assert not answer.request.query_string


def test_rating_without_a_wish_for_a_reply_promises_none(client: FlaskClient, counter: Counter) -> None:
    page = client.post(counter.address, data={"rating": "4"}, follow_redirects=True).get_data(as_text=True)
    assert "Dijawab paling lambat" not in page


def test_rating_that_wants_a_reply_is_promised_one(client: FlaskClient, session: Session, counter: Counter) -> None:
    data = {"rating": "1", "text": "Menunggu empat jam di loket.", "wants_reply": "y"}
    page = client.post(counter.address, data=data, follow_redirects=True).get_data(as_text=True)
    assert re.search(r"Dijawab paling lambat <strong[^>]*>\d{1,2} \w+ 20\d\d</strong>", page)
    assert stored(session)[0].wants_reply is True


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        pytest.param({}, "rating", "Pilih dahulu nilai Anda", id="no rating"),
        pytest.param({"rating": "5"}, "rating", "Pilih dahulu nilai Anda", id="rating off the scale"),
        pytest.param({"rating": "4", "reasons": "slow"}, "reasons", "tidak sesuai", id="reason of the other half"),
        pytest.param({"rating": "1", "reasons": "x"}, "reasons", "tidak sesuai", id="invented reason"),
        pytest.param({"rating": "1", "text": "lama", "wants_reply": "y"}, "text", "paling sedikit 10", id="short"),
        pytest.param({"rating": "1", "text": "a" * 4001}, "text", "4001 huruf; paling banyak 4000", id="long"),
        pytest.param({"rating": "1", "service_id": "0"}, "service_id", "tidak diberikan oleh unit", id="service"),
        pytest.param({"rating": "1", "service_id": "x"}, "service_id", "tidak diberikan oleh unit", id="no number"),
    ],
)
def test_refused_rating_names_the_field_and_keeps_what_was_typed(
    client: FlaskClient, session: Session, counter: Counter, data: dict[str, str], field: str, words: str
) -> None:
    kept = {"text": "Petugas menjelaskan <b>dengan</b> sabar.", **data}
    answer = client.post(counter.address, data=kept)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert re.search(rf'<a href="#{field}">[^<]*{words}', page)
    assert f'id="{field}"' in page
    assert "<title>Kesalahan:" in page
    assert kept["text"].replace("<", "&lt;").replace(">", "&gt;") in page
    assert stored(session) == []


def test_rating_page_names_no_visitor_and_needs_no_script(client: FlaskClient, counter: Counter) -> None:
    page = client.get(counter.address).get_data(as_text=True)
    assert page.count('name="rating"') == 4
    assert all(f'value="{reason}"' in page for reason in [*GoodReason, *BadReason])
    assert not re.search(r"<script(?![^>]* src=)|\sstyle=|\son\w+=", page)


def test_visit_token_leads_to_the_clean_address_and_counts_as_a_visit(
    app: Flask, client: FlaskClient, session: Session, counter: Counter
) -> None:
    token = visit_token(session, app, counter)
    landing = client.get(f"/k/{token}")
    assert (landing.status_code, landing.location) == (303, counter.address)
    assert landing.headers["Referrer-Policy"] == "no-referrer"
    assert landing.headers["Cache-Control"] == "no-store"
    page = client.get(counter.address).get_data(as_text=True)
    assert "Kunjungan Anda tanggal 2 Maret 2026" in page
    assert token not in page

    client.post(counter.address, data={"rating": "3"})
    [row] = stored(session)
    assert (row.channel, row.occurred_on, row.service_id) == (Channel.TOKEN, date(2026, 3, 2), counter.service.id)
    assert "Kunjungan Anda" not in client.get(counter.address).get_data(as_text=True)


def test_visit_to_another_unit_proves_nothing_here(
    app: Flask, client: FlaskClient, session: Session, counter: Counter
) -> None:
    other = factories.unit(session, counter.agency)
    client.get(f"/k/{visit_token(session, app, counter)}")
    client.post(f"/nilai/{counter.agency.code}/{other.code}", data={"rating": "3"})
    assert stored(session)[0].channel is Channel.OPEN


def test_token_used_meanwhile_is_told_and_the_rating_can_go_as_an_open_one(
    app: Flask, client: FlaskClient, session: Session, counter: Counter
) -> None:
    token = visit_token(session, app, counter)
    client.get(f"/k/{token}")
    other_browser = app.test_client()
    other_browser.get(f"/k/{token}")
    other_browser.post(counter.address, data={"rating": "1"})

    refused = client.post(counter.address, data={"rating": "4", "text": "Cepat dan ramah."})
    assert refused.status_code == 409
    assert "Kunjungan ini sudah dinilai" in refused.get_data(as_text=True)
    assert "Cepat dan ramah." in refused.get_data(as_text=True)
    client.post(counter.address, data={"rating": "4", "text": "Cepat dan ramah."})
    assert [row.channel for row in stored(session)] == [Channel.TOKEN, Channel.OPEN]


@pytest.mark.parametrize("token", ["abc", "0" * 26, "U" * 26, "<script>"])
def test_unknown_visit_token_offers_the_open_way(client: FlaskClient, token: str) -> None:
    answer = client.get(f"/k/{token}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "Anda tetap dapat menilai" in page
    assert token not in page.replace("<script type", "")
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_expired_and_used_visit_tokens_are_told_apart(
    app: Flask, client: FlaskClient, session: Session, counter: Counter
) -> None:
    expired = visit_token(session, app, counter, issued_at=datetime.now(UTC) - timedelta(days=15))
    assert client.get(f"/k/{expired}").status_code == 404
    used = visit_token(session, app, counter)
    client.get(f"/k/{used}")
    client.post(counter.address, data={"rating": "3"})
    answer = client.get(f"/k/{used}")
    assert answer.status_code == 409
    assert "Kunjungan ini sudah dinilai" in answer.get_data(as_text=True)


def test_search_that_no_unit_meets_in_full_shows_the_nearest_and_says_so(client: FlaskClient, session: Session) -> None:
    agency = factories.agency(session)
    factories.unit(session, agency, name="Dinas Perhubungan")
    near = "Tidak ada yang memuat semua kata; ini yang paling dekat."
    for path in (f"/instansi/{agency.code}", f"/lapor/{agency.code}"):
        page = client.get(f"{path}?q=perhubungan+laut").get_data(as_text=True)
        assert near in page
        assert "Dinas Perhubungan" in page
        assert near not in client.get(f"{path}?q=perhubungan").get_data(as_text=True)


def test_search_without_an_answer_offers_the_way_for_who_does_not_know_the_unit(
    client: FlaskClient, session: Session
) -> None:
    agency = factories.agency(session)
    factories.unit(session, agency)
    page = client.get(f"/instansi/{agency.code}?q=zzzzzz").get_data(as_text=True)
    assert "Tidak ada unit yang cocok" in page
    assert f'href="/lapor/{agency.code}/tidak-tahu"' in page
