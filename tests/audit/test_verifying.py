"""R5: whatever is changed in the trail, its hashes or its seals, the verification names it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from feedback_app.audit.canonical import PLATFORM
from feedback_app.audit.chain import last_seal
from feedback_app.audit.findings import Finding, Verdict, Wrong
from feedback_app.audit.sealing import seal_next
from feedback_app.audit.sealing_key import new_key
from tests.audit.conftest import Ledger


def _ids(ledger: Ledger, agency: int, seal: int) -> list[int]:
    query = sa.text("SELECT event_id FROM audit_leaves WHERE agency_id = :a AND seal_number = :s ORDER BY position")
    return list(ledger.session.scalars(query, {"a": agency, "s": seal}))


def _first(verdict: Verdict) -> Finding:
    assert not verdict.holds
    assert verdict.first is not None
    return verdict.first


def test_an_untouched_trail_holds(ledger: Ledger) -> None:
    verdict = ledger.verify()
    assert verdict.holds, [one.text() for one in verdict.findings]
    assert (verdict.seals, verdict.compared, verdict.unsealed, verdict.late) == (3, 3, 0, 0)
    counted = "SELECT (SELECT count(*) FROM audit_events) + (SELECT count(*) FROM platform_events)"
    assert verdict.events == ledger.session.scalar(sa.text(counted)) >= 18


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 microsecond'",
        "actor_kind = 'citizen', actor_id = NULL",
        "actor_id = 8",
        "action = 'handling.reviewed'",
        "subject_type = 'cases'",
        "subject_id = 99",
        "subject_id = NULL",
        'detail = detail || \'{"verdict": "dismissed"}\'',
        "detail = detail - 'count'",
        'detail = \'{"verdict": "upheld", "count": "1"}\'',
    ],
)
def test_an_edited_column_is_named(ledger: Ledger, change: str) -> None:
    agency = ledger.agencies[0]
    victim = _ids(ledger, agency, 3)[1]
    assert ledger.force(f"UPDATE audit_events SET {change} WHERE id = :id", id=victim) == 1
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.scope, found.position, found.event_id) == (
        Wrong.EDITED, 3, agency, 1, victim,
    )  # fmt: skip
    assert ledger.verify().counts.total() == 1


def test_an_edited_event_of_the_installation_is_named(ledger: Ledger) -> None:
    ledger.force("UPDATE platform_events SET action = 'audit.other'")
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.scope, found.position) == (Wrong.EDITED, 2, PLATFORM, 0)


def test_the_first_of_several_is_named_and_all_are_counted(ledger: Ledger) -> None:
    one, other = ledger.agencies
    for agency, seal in ((one, 3), (other, 2), (one, 1)):
        ledger.force("UPDATE audit_events SET subject_id = 77 WHERE id = :id", id=_ids(ledger, agency, seal)[-1])
    verdict = ledger.verify()
    assert verdict.counts[Wrong.EDITED] == 3
    assert (_first(verdict).seal, _first(verdict).scope) == (1, one)
    assert [found.seal for found in verdict.findings] == [1, 2, 3]


def test_a_deleted_event_is_named(ledger: Ledger) -> None:
    agency = ledger.agencies[1]
    victim = _ids(ledger, agency, 2)[2]
    ledger.force("DELETE FROM audit_events WHERE id = :id", id=victim)
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.scope, found.position, found.event_id) == (
        Wrong.DELETED, 2, agency, 2, victim,
    )  # fmt: skip


def test_an_event_deleted_with_its_hash_is_named_by_its_place(ledger: Ledger) -> None:
    agency = ledger.agencies[0]
    victim = _ids(ledger, agency, 3)[2]
    ledger.force("DELETE FROM audit_events WHERE id = :id", id=victim)
    ledger.force("DELETE FROM audit_leaves WHERE event_id = :id AND agency_id = :a", id=victim, a=agency)
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.scope, found.position) == (Wrong.LEAF_DELETED, 3, agency, 2)


def test_an_event_deleted_with_its_hash_and_the_total_is_still_seen(ledger: Ledger) -> None:
    agency = ledger.agencies[0]
    victim = _ids(ledger, agency, 3)[-1]
    ledger.force("DELETE FROM audit_events WHERE id = :id", id=victim)
    ledger.force("DELETE FROM audit_leaves WHERE event_id = :id AND agency_id = :a", id=victim, a=agency)
    ledger.force("UPDATE audit_sections SET size = size - 1 WHERE agency_id = :a AND seal_number = 3", a=agency)
    ledger.force("UPDATE audit_seals SET size = size - 1 WHERE number = 3")
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.scope) == (Wrong.SECTION_EDITED, 3, agency)


def test_a_whole_section_that_is_gone_is_named(ledger: Ledger) -> None:
    agency = ledger.agencies[1]
    ids = _ids(ledger, agency, 3)
    ledger.force("DELETE FROM audit_events WHERE id = ANY(:ids)", ids=ids)
    ledger.force("DELETE FROM audit_leaves WHERE agency_id = :a AND seal_number = 3", a=agency)
    ledger.force("DELETE FROM audit_sections WHERE agency_id = :a AND seal_number = 3", a=agency)
    found = _first(ledger.verify())
    assert (found.wrong, found.seal) == (Wrong.SECTION_DELETED, 3)


def test_two_events_that_changed_places_are_named(ledger: Ledger) -> None:
    agency = ledger.agencies[0]
    one, other = _ids(ledger, agency, 3)[:2]
    for before, after in ((one, -1), (other, one), (-1, other)):
        ledger.force("UPDATE audit_events SET id = :b WHERE id = :a", a=before, b=after)
    verdict = ledger.verify()
    found = _first(verdict)
    assert (found.wrong, found.position, found.event_id, found.note) == (Wrong.REORDERED, 0, one, f"event {other}")
    assert verdict.counts[Wrong.REORDERED] == 2


def test_two_hashes_that_changed_places_are_named(ledger: Ledger) -> None:
    agency = ledger.agencies[0]
    for before, after in ((0, 90), (1, 0), (90, 1)):
        ledger.force(
            "UPDATE audit_leaves SET position = :b WHERE agency_id = :g AND seal_number = 3 AND position = :a",
            a=before, b=after, g=agency,
        )  # fmt: skip
    found = _first(ledger.verify())
    assert (found.seal, found.scope, found.position) == (3, agency, 0)


def test_an_event_in_another_agency_is_named(ledger: Ledger) -> None:
    one, other = ledger.agencies
    victim = _ids(ledger, one, 3)[0]
    ledger.force("UPDATE audit_events SET agency_id = :b WHERE id = :id", b=other, id=victim)
    found = _first(ledger.verify())
    assert (found.wrong, found.scope, found.event_id, found.note) == (Wrong.MOVED, one, victim, f"agency {other}")


def test_an_old_event_put_in_later_is_named(ledger: Ledger) -> None:
    (inserted,) = ledger.act(ledger.agencies[0], at=ledger.now - timedelta(days=40))
    verdict = ledger.verify()
    found = _first(verdict)
    assert (found.wrong, found.scope, found.event_id, verdict.unsealed) == (
        Wrong.INSERTED, ledger.agencies[0], inserted, 1,
    )  # fmt: skip


def test_a_backdated_event_stays_told_after_it_was_sealed(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.now += timedelta(days=2)
        ledger.act(ledger.agencies[0])
        ledger.seal()
    (inserted,) = ledger.act(ledger.agencies[0], at=ledger.now - timedelta(days=3))
    ledger.seal()
    verdict = ledger.verify()
    assert verdict.holds
    assert (verdict.late, verdict.first_late and verdict.first_late.event_id) == (1, inserted)


def test_an_event_that_just_came_only_waits(ledger: Ledger) -> None:
    ledger.act(ledger.agencies[0], 2)
    verdict = ledger.verify()
    assert verdict.holds
    assert (verdict.unsealed, verdict.oldest_unsealed) == (2, ledger.now)


def test_an_event_put_into_a_sealed_section_is_seen(ledger: Ledger) -> None:
    agency = ledger.agencies[0]
    (inserted,) = ledger.act(agency)
    ledger.force(
        "INSERT INTO audit_leaves VALUES (:a, :id, 3, 5, decode(repeat('00', 32), 'hex'))", a=agency, id=inserted
    )
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.position, found.event_id) == (Wrong.SECTION_EDITED, 3, 5, inserted)


def test_a_changed_hash_is_told_from_a_changed_event(ledger: Ledger) -> None:
    agency = ledger.agencies[0]
    ledger.force(
        "UPDATE audit_leaves SET hash = sha256(hash) WHERE agency_id = :a AND seal_number = 3 AND position = 2",
        a=agency,
    )
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.scope, found.position) == (Wrong.LEAF_EDITED, 3, agency, 2)


def _edit_with_hash(ledger: Ledger, victim: int, agency: int) -> None:
    from feedback_app.audit.canonical import event_hash, leaf_salt
    from feedback_app.audit.trails import Trail

    trail = Trail(agency)
    ledger.force("UPDATE audit_events SET subject_id = 4711 WHERE id = :id", id=victim)
    row = ledger.session.execute(sa.select(*trail.event_columns()).where(trail.events.c.id == victim)).one()
    place, salt = ledger.session.execute(
        sa.text(
            "SELECT l.position, s.salt FROM audit_leaves l JOIN audit_sections s USING (agency_id, seal_number) "
            "WHERE l.event_id = :id AND l.agency_id = :a"
        ),
        {"id": victim, "a": agency},
    ).one()
    ledger.force(
        "UPDATE audit_leaves SET hash = :h WHERE event_id = :id AND agency_id = :a",
        h=event_hash(trail.event_of(row), leaf_salt(salt, place)), id=victim, a=agency,
    )  # fmt: skip


def test_an_event_edited_together_with_its_hash_is_found_in_its_section(ledger: Ledger) -> None:
    agency = ledger.agencies[0]
    ids = _ids(ledger, agency, 3)
    _edit_with_hash(ledger, ids[2], agency)
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.scope) == (Wrong.SECTION_EDITED, 3, agency)
    assert f"events {ids[0]} to {ids[-1]}" in found.note


def test_an_edit_carried_up_to_the_root_of_the_section_fails_at_the_signature(ledger: Ledger) -> None:
    from feedback_app.audit.merkle import root_of

    agency = ledger.agencies[0]
    _edit_with_hash(ledger, _ids(ledger, agency, 3)[2], agency)
    query = sa.text("SELECT hash FROM audit_leaves WHERE agency_id = :a AND seal_number = 3 ORDER BY position")
    root = root_of(list(ledger.session.scalars(query, {"a": agency})))
    ledger.force("UPDATE audit_sections SET root = :r WHERE agency_id = :a AND seal_number = 3", r=root, a=agency)
    found = _first(ledger.verify())
    assert (found.wrong, found.seal, found.scope) == (Wrong.SECTION_EDITED, 3, agency)
    ledger.force("UPDATE audit_seals SET root = :r WHERE number = 3", r=root)
    found = _first(ledger.verify(roots=False))
    assert (found.wrong, found.seal) == (Wrong.SEAL_FORGED, 3)


def test_a_seal_set_with_another_key_is_named(ledger: Ledger) -> None:
    ledger.force("DELETE FROM audit_leaves WHERE seal_number = 3")
    ledger.force("DELETE FROM audit_sections WHERE seal_number = 3")
    ledger.force("DELETE FROM audit_seals WHERE number = 3")
    ledger.session.expire_all()
    # What the sealer would refuse, done past it: the chain is made to look as if that key had always signed.
    forger = new_key()
    last = last_seal(ledger.session)
    assert last is not None
    with ledger.session.no_autoflush:
        from feedback_app.audit import sealing

        known = sealing._check_key
        sealing._check_key = lambda *_: None
        try:
            seal_next(ledger.session, forger, now=ledger.now, whole=True)
        finally:
            sealing._check_key = known
    found = _first(ledger.verify(roots=False))
    assert (found.wrong, found.seal) == (Wrong.SEAL_FOREIGN, 3)
    assert _first(ledger.verify()).seal == 3


def test_a_deleted_seal_is_named(ledger: Ledger) -> None:
    ledger.force("DELETE FROM audit_seals WHERE number = 2")
    found = _first(ledger.verify(roots=False))
    assert (found.wrong, found.seal) == (Wrong.SEAL_DELETED, 2)


def test_a_seal_under_another_number_is_named(ledger: Ledger) -> None:
    ledger.force("UPDATE audit_seals SET number = 4 WHERE number = 3")
    found = _first(ledger.verify(roots=False))
    assert found.seal in {3, 4}


def _cut_off_the_end(ledger: Ledger, seal: int) -> None:
    for events, leaves, same in (
        ("audit_events", "audit_leaves", "l.agency_id = e.agency_id AND"),
        ("platform_events", "platform_leaves", ""),
    ):
        ledger.force(
            f"DELETE FROM {events} e USING {leaves} l WHERE {same} l.event_id = e.id AND seal_number >= {seal}"
        )
        ledger.force(f"DELETE FROM {leaves} WHERE seal_number >= {seal}")
    for table, column in (
        ("audit_sections", "seal_number"), ("platform_sections", "seal_number"), ("audit_seals", "number"),
    ):  # fmt: skip
        ledger.force(f"DELETE FROM {table} WHERE {column} >= {seal}")


def test_an_end_that_was_cut_off_is_seen_by_the_published_roots_alone(ledger: Ledger) -> None:
    _cut_off_the_end(ledger, 2)
    assert ledger.verify(roots=False).holds
    verdict = ledger.verify()
    found = _first(verdict)
    assert (found.wrong, found.seal, verdict.counts[Wrong.TRUNCATED]) == (Wrong.TRUNCATED, 2, 2)


def test_a_database_emptied_of_all_seals_is_seen(ledger: Ledger) -> None:
    _cut_off_the_end(ledger, 1)
    found = _first(ledger.verify())
    assert (found.wrong, found.seal) == (Wrong.TRUNCATED, 1)


def test_a_chain_told_anew_with_the_key_differs_from_what_was_published(ledger: Ledger) -> None:
    kept = list(ledger.roots)
    _cut_off_the_end(ledger, 3)
    ledger.session.expire_all()
    ledger.act(ledger.agencies[0])
    ledger.seal()
    ledger.roots = kept
    assert ledger.verify(roots=False).holds
    found = _first(ledger.verify())
    assert (found.wrong, found.seal) == (Wrong.REWRITTEN, 3)


def test_a_line_in_the_roots_that_nobody_signed_accuses_nobody_else(ledger: Ledger) -> None:
    from dataclasses import replace

    last = ledger.roots[-1]
    ledger.roots.append(replace(last, statement=replace(last.statement, number=4)))
    found = _first(ledger.verify())
    assert (found.wrong, found.seal) == (Wrong.ROOTS_FORGED, 4)


def test_one_agency_alone_sees_its_own_events_and_no_others(ledger: Ledger) -> None:
    one, other = ledger.agencies
    ledger.force("UPDATE audit_events SET subject_id = 5000 WHERE id = :id", id=_ids(ledger, other, 2)[0])
    assert ledger.verify(only=one).holds
    assert _first(ledger.verify(only=other)).event_id == _ids(ledger, other, 2)[0]
    assert ledger.verify(only=one).events < ledger.verify().events


@pytest.mark.parametrize("table", ["audit_sections", "audit_leaves"])
def test_a_salt_or_a_path_is_part_of_what_is_checked(ledger: Ledger, table: str) -> None:
    column = "salt" if table == "audit_sections" else "hash"
    ledger.force(f"UPDATE {table} SET {column} = sha256({column}) WHERE seal_number = 2")
    assert _first(ledger.verify()).seal == 2


def test_words_for_an_operator(ledger: Ledger) -> None:
    victim = _ids(ledger, ledger.agencies[0], 1)[0]
    ledger.force("DELETE FROM audit_events WHERE id = :id", id=victim)
    assert _first(ledger.verify()).text() == (
        f"seal 1, agency {ledger.agencies[0]}, position 0, event {victim}: the event was sealed and is gone"
    )
