"""When a public figure changes, what is left out of it, and that every one can be counted again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import person
from feedback_app.handling import operations
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.measures.anomalies import clear, detect, set_aside_again
from feedback_app.measures.release_models import Anomaly, AnomalyKind, Release, ReleaseSubject
from feedback_app.measures.releases import candidates, figures_are_due, release_all, verify
from tests import factories as make
from tests.blueprints.office import Office, new_office

DAY = date(2026, 4, 1)


def later(**given: float) -> datetime:
    return datetime.now(UTC) + timedelta(**given)


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def rate(office: Office, count: int, rating: int = 3, hour: int = 0, **given: object) -> None:
    """Open ratings, read by the drain at an hour."""
    sent = [make.submission(office.session, office.unit, rating=rating, occurred_on=DAY, **given) for _ in range(count)]
    office.drain()
    office.session.execute(
        sa.update(Labels).where(Labels.submission_id.in_([one.id for one in sent])).values(labelled_at=at(hour))
    )


def at(hour: int) -> datetime:
    return make.NOW + timedelta(hours=hour)


def release_at(office: Office, hour: int) -> None:
    """What the platform does half an hour after an hour."""
    release_all(office.session, now=at(hour) + timedelta(minutes=30))


def released(office: Office, subject: ReleaseSubject = ReleaseSubject.OPEN) -> list[Release]:
    query = sa.select(Release).where(Release.unit_id == office.unit.id, Release.subject == subject)
    return list(office.session.scalars(query.order_by(Release.as_of)))


def test_first_figure_appears_at_thirty_answers_and_the_next_after_ten_more(office: Office) -> None:
    shown = []
    for hour, (count, rating) in enumerate([(29, 3), (1, 3), (9, 1), (1, 1)]):
        rate(office, count, rating, hour)
        release_at(office, hour)
        shown.append([(r.n, r.figures["total"]) for r in released(office)])
    assert shown == [[], [(30, 90)], [(30, 90)], [(30, 90), (40, 100)]]


def test_what_was_read_just_now_is_not_counted_yet(office: Office) -> None:
    rate(office, 30)
    assert release_all(office.session, now=at(0) + timedelta(minutes=10)) == []


def test_nothing_is_due_in_an_empty_house_and_something_is_when_answers_came(office: Office) -> None:
    assert [cell for cell in candidates(office.session) if cell.unit_id == office.unit.id] == []
    rate(office, 30)
    assert figures_are_due(office.session)


def test_confidential_unknown_and_automatic_ratings_are_in_no_figure(office: Office) -> None:
    rate(office, 30)
    rate(office, 12, rating=1, signals=["too_fast"])
    rate(office, 5, rating=1, is_confidential=True)
    make.submission(office.session, office.unit, rating=None, kind="complaint", text="Lampu jalan mati sejak Senin.",
                    unit_is_unknown=True, occurred_on=DAY)  # fmt: skip
    office.drain()
    release_all(office.session, now=later(minutes=16))
    (release,) = released(office)
    assert (release.n, release.figures["total"], release.figures["set_aside"]) == (30, 90, 10)


def test_ratings_after_a_proven_visit_are_apart_from_those_without(office: Office) -> None:
    rate(office, 30, rating=2)
    for _ in range(30):
        office.rate(4, DAY)
    office.drain()
    release_all(office.session, now=later(minutes=16))
    assert [r.figures["total"] for r in released(office)] == [60]
    assert [r.figures["total"] for r in released(office, ReleaseSubject.VISITS)] == [120]


def test_shares_of_the_four_ratings_wait_for_a_hundred_new_answers(office: Office) -> None:
    for hour, (count, rating) in enumerate([(99, 3), (11, 1), (50, 2), (50, 4)]):
        rate(office, count, rating, hour)
        release_at(office, hour)
    shares = [r.figures["distribution"] for r in released(office)]
    assert shares[0] is None
    assert shares[1]["counts"] == [11, 0, 99, 0]
    assert shares[2] == shares[1]
    assert shares[3]["counts"] == [11, 50, 99, 50]
    assert verify(office.session)[1] == []


def test_every_release_is_reproduced_after_marks_have_changed(office: Office) -> None:
    office.reader.aspect = "delay"
    cases = [office.report(f"KTP saya belum jadi, sudah {day} hari.", at=make.NOW) for day in range(31)]
    rate(office, 40)
    release_all(office.session, now=later(minutes=16))
    send_past_the_unit(office.session, cases[0], now=later(minutes=17))
    office.session.add(
        Anomaly(
            agency_id=office.agency.id, unit_id=office.unit.id, channel=Channel.OPEN, kind=AnomalyKind.BURST,
            starts_at=make.NOW - timedelta(days=1), ends_at=later(days=1), network_mark=None, n=40, expected=1.0,
            detected_at=later(minutes=17), decided_at=None, decided_by=None, reason=None,
        )
    )  # fmt: skip
    office.session.flush()
    count, differences = verify(office.session)
    assert count >= 3
    assert differences == []


def set_aside_between(
    office: Office, first: int, last: int, found: int, kind: AnomalyKind = AnomalyKind.BURST
) -> Anomaly:
    """A run of open ratings received between two hours, found at a third."""
    row = Anomaly(
        agency_id=office.agency.id, unit_id=office.unit.id, channel=Channel.OPEN, kind=kind,
        starts_at=at(first), ends_at=at(last), network_mark=None, n=12, expected=1.0, detected_at=at(found),
    )  # fmt: skip
    office.session.add(row)
    office.session.flush()
    return row


def test_a_release_made_while_a_run_was_put_back_is_reproduced_after_it_is_set_aside_again(office: Office) -> None:
    who = person(make.user(office.session).id)
    rate(office, 40)
    rate(office, 12, rating=1, hour=1, received_at=at(1))
    anomaly = set_aside_between(office, 1, 2, found=1)
    release_at(office, 2)
    clear(office.session, anomaly, "Pembagian KTP massal.", actor=who, now=at(3))
    rate(office, 10, hour=3)
    release_at(office, 4)
    set_aside_again(office.session, anomaly, actor=who, now=at(5))
    rate(office, 30, hour=5)
    release_at(office, 6)
    assert [r.n for r in released(office)] == [40, 62, 80]
    assert verify(office.session)[1] == []


def test_a_run_that_went_on_later_changes_no_earlier_release(office: Office) -> None:
    def rush(first: int, count: int) -> None:
        moment = make.NOW + timedelta(minutes=first)
        rate(office, count, rating=1, received_at=moment)

    rush(0, 200)
    detect(office.session, now=make.NOW + timedelta(minutes=4))
    rush(5, 60)
    release_at(office, 0)
    assert detect(office.session, now=at(1)).extended == 1
    assert [r.n for r in released(office)] == [60]
    assert verify(office.session)[1] == []


def test_ratings_put_back_are_in_the_next_figure_automatic_ones_too(office: Office) -> None:
    rate(office, 30)
    rate(office, 12, rating=1, signals=["honeypot"])
    release_at(office, 0)
    anomaly = set_aside_between(office, -1, 1, found=0, kind=AnomalyKind.AUTOMATIC)
    clear(office.session, anomaly, "Petugas menguji formulir.", actor=person(make.user(office.session).id), now=at(1))
    rate(office, 10, hour=1)
    release_at(office, 2)
    assert [r.n for r in released(office)] == [30, 52]
    assert verify(office.session)[1] == []


def test_after_a_few_are_set_aside_the_next_figure_waits_until_it_has_outgrown_the_one_shown(office: Office) -> None:
    rate(office, 40)
    rate(office, 3, received_at=at(1))
    release_at(office, 0)
    set_aside_between(office, 1, 2, found=2)
    for hour, count in [(3, 10), (4, 2), (5, 1)]:
        rate(office, count, hour=hour)
        release_at(office, hour)
    assert [r.n for r in released(office)] == [43, 53]
    assert verify(office.session)[1] == []


def test_a_flood_found_after_its_release_leaves_with_the_next_ten_answers(office: Office) -> None:
    rate(office, 40)
    rate(office, 60, rating=1, received_at=at(1))
    release_at(office, 0)
    set_aside_between(office, 1, 2, found=2)
    for hour, count in [(3, 9), (4, 1)]:
        rate(office, count, hour=hour)
        release_at(office, hour)
    assert [(r.n, r.figures["set_aside"]) for r in released(office)] == [(100, 0), (50, 60)]
    assert verify(office.session)[1] == []


def test_cases_that_went_past_the_unit_never_make_a_figure_fall(office: Office) -> None:
    cases = [office.report(f"KTP saya belum jadi, sudah {day} hari.", at=make.NOW) for day in range(30)]
    office.session.execute(sa.update(Labels).values(labelled_at=at(0)))
    release_at(office, 0)
    for case in cases[:12]:
        send_past_the_unit(office.session, case, now=at(1))
    sent = [office.report(f"Antrean panjang, sudah {day} jam.", at=make.NOW).submission_id for day in range(21)]
    office.session.execute(sa.update(Labels).where(Labels.submission_id.in_(sent)).values(labelled_at=at(2)))
    release_at(office, 3)
    assert [r.n for r in released(office, ReleaseSubject.HANDLING)] == [30]
    sent = [office.report(f"Loket tutup, kunjungan ke-{day}.", at=make.NOW).submission_id for day in range(1)]
    office.session.execute(sa.update(Labels).where(Labels.submission_id.in_(sent)).values(labelled_at=at(4)))
    release_at(office, 5)
    assert [r.n for r in released(office, ReleaseSubject.HANDLING)] == [30, 40]
    assert verify(office.session)[1] == []


def test_recounting_asks_one_question_for_each_figure(office: Office) -> None:
    rate(office, 120)
    for hour in range(4):
        rate(office, 10, hour=hour)
        release_at(office, hour)
    asked = []
    sa.event.listen(office.session.connection(), "before_cursor_execute", lambda *call: asked.append(call[2]))
    count, _ = verify(office.session)
    assert count >= 4
    assert len(asked) <= count + 1


def test_a_changed_row_is_named_by_the_recount(office: Office) -> None:
    rate(office, 30)
    release_all(office.session, now=later(minutes=16))
    first = office.submissions()[0]
    office.session.execute(sa.update(Submission).where(Submission.id == first.id).values(rating=1))
    _, differences = verify(office.session)
    assert [found.cell.unit_id for found in differences] == [office.unit.id]


def test_allegations_count_in_no_figure(office: Office) -> None:
    rate(office, 30)
    first = office.submissions()[0]
    office.session.execute(sa.update(Labels).where(Labels.submission_id == first.id).values(integrity=True))
    assert release_all(office.session, now=later(minutes=16)) == []


def test_open_cases_hold_the_median_back_and_silence_is_no_confirmation(office: Office) -> None:
    officer = office.staff(Role.OFFICER)
    for number in range(40):
        case = office.report(f"Surat pindah saya belum selesai, berkas {number}.", at=make.NOW)
        if number < 30:
            operations.respond(
                office.session, case, "Surat sudah kami selesaikan.", user_id=officer.id,
                now=make.NOW + timedelta(days=2),
            )  # fmt: skip
    operations.close_silent(office.session, now=make.NOW + timedelta(days=40))
    release_all(office.session, now=later(minutes=16))
    (release,) = released(office, ReleaseSubject.HANDLING)
    assert release.figures["median_days"] == 2.0
    assert release.figures["outcomes"]["counts"] == {"confirmed": 0, "partly": 0, "disputed": 0, "silent": 30}


def test_unit_page_tells_what_is_released_and_says_why_the_rest_is_not(office: Office, client: FlaskClient) -> None:
    rate(office, 100)
    rate(office, 10, rating=1)
    release_all(office.session, now=later(minutes=16))
    address = f"/unit/{office.agency.code}/{office.unit.code}"
    page = client.get(address).get_data(as_text=True)
    assert "110 penilaian" in page
    assert "bukan IKM" in page
    assert "90 %" in page
    assert "sedikitnya 30 laporan dalam satu tahun" in page
    assert client.get(address + ".json").get_json()["open"][0]["n"] == 110
    assert "open,2026" in client.get(address + ".csv").get_data(as_text=True)
