"""Every way a case can move has a line of its own sense in its story."""

from __future__ import annotations

import pytest
from flask import Flask

from feedback_app.audit.models import ActorKind
from feedback_app.blueprints.event_titles import event_title
from feedback_app.handling.models import CaseEvent
from feedback_app.handling.rules import MOVES, ArchiveReason, CaseStatus, EventKind, Mover, Outcome

ACTORS = {Mover.OFFICER: ActorKind.USER, Mover.CITIZEN: ActorKind.CITIZEN, Mover.SYSTEM: ActorKind.SYSTEM}
OPENED = "Dibaca, dikelompokkan, dan dibuka sebagai kasus"
# What a title of each pair has to speak of; where two movers mean different things, by mover.
SENSE: dict[tuple[CaseStatus, CaseStatus], str | dict[Mover, str]] = {
    (CaseStatus.NEW, CaseStatus.VERIFIED): "Diverifikasi oleh",
    (CaseStatus.NEW, CaseStatus.IN_PROGRESS): "Diambil oleh",
    (CaseStatus.NEW, CaseStatus.ANSWERED): "Ditanggapi oleh",
    (CaseStatus.NEW, CaseStatus.ON_HOLD): "Keterangan diminta oleh",
    (CaseStatus.NEW, CaseStatus.ARCHIVED): "Diarsipkan oleh",
    (CaseStatus.VERIFIED, CaseStatus.NEW): "Verifikasi dibatalkan oleh Ana",
    (CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS): "Diambil oleh",
    (CaseStatus.VERIFIED, CaseStatus.ANSWERED): "Ditanggapi oleh",
    (CaseStatus.VERIFIED, CaseStatus.ON_HOLD): "Keterangan diminta oleh",
    (CaseStatus.VERIFIED, CaseStatus.ARCHIVED): "Diarsipkan oleh",
    (CaseStatus.IN_PROGRESS, CaseStatus.VERIFIED): "Dilepas oleh",
    (CaseStatus.IN_PROGRESS, CaseStatus.ANSWERED): "Ditanggapi oleh",
    (CaseStatus.IN_PROGRESS, CaseStatus.ON_HOLD): "Keterangan diminta oleh",
    (CaseStatus.IN_PROGRESS, CaseStatus.CLOSED): "tetap, kasus ditutup",
    (CaseStatus.IN_PROGRESS, CaseStatus.ARCHIVED): "Diarsipkan oleh pelapor",
    (CaseStatus.ANSWERED, CaseStatus.IN_PROGRESS): {
        Mover.CITIZEN: "Belum selesai menurut pelapor",
        Mover.SYSTEM: "Dibuka lagi: perkataan pelapor perlu diperiksa",
    },
    (CaseStatus.ANSWERED, CaseStatus.CLOSED): {
        Mover.CITIZEN: "menurut pelapor",
        Mover.SYSTEM: "tanpa kabar dari pelapor",
    },
    (CaseStatus.ANSWERED, CaseStatus.ARCHIVED): "Diarsipkan oleh pelapor",
    (CaseStatus.CLOSED, CaseStatus.IN_PROGRESS): {
        Mover.CITIZEN: "Belum selesai menurut pelapor",
        Mover.SYSTEM: "Dibuka lagi: perkataan pelapor perlu diperiksa",
    },
    (CaseStatus.ON_HOLD, CaseStatus.NEW): "Dibuka lagi: perkataan pelapor perlu diperiksa",
    (CaseStatus.ON_HOLD, CaseStatus.IN_PROGRESS): {
        Mover.OFFICER: "Penanganan dilanjutkan oleh Ana",
        Mover.CITIZEN: "Penanganan dilanjutkan oleh pelapor",
        Mover.SYSTEM: "Keterangan tidak dijawab: kasus kembali dikerjakan",
    },
    (CaseStatus.ON_HOLD, CaseStatus.ARCHIVED): "Diarsipkan oleh",
    (CaseStatus.ARCHIVED, CaseStatus.NEW): "Dikembalikan dari arsip oleh",
}


def outcome_of(came_from: CaseStatus, to: CaseStatus, mover: Mover) -> Outcome | None:
    """What the table's moves carry besides their places."""
    if to is CaseStatus.CLOSED:
        return {Mover.CITIZEN: Outcome.CONFIRMED, Mover.SYSTEM: Outcome.SILENT, Mover.OFFICER: Outcome.DISPUTED}[mover]
    judged = came_from in {CaseStatus.ANSWERED, CaseStatus.CLOSED} and to is CaseStatus.IN_PROGRESS
    return Outcome.DISPUTED if judged and mover is Mover.CITIZEN else None


def title(app: Flask, came_from: CaseStatus | None, to: CaseStatus, mover: Mover) -> str:
    event = CaseEvent(
        kind=EventKind.MOVED, actor_kind=ACTORS[mover], actor_id=7 if mover is Mover.OFFICER else None,
        from_status=came_from, to_status=to, outcome=outcome_of(came_from, to, mover) if came_from else None,
        detail={"archive_reason": ArchiveReason.UNCLEAR.value} if to is CaseStatus.ARCHIVED else {},
    )  # fmt: skip
    with app.test_request_context():
        return event_title(event, {7: "Ana"})


@pytest.mark.parametrize("pair", MOVES, ids=lambda pair: f"{pair[0]} to {pair[1]}")
def test_every_move_has_a_title_of_its_own_sense(app: Flask, pair: tuple[CaseStatus, CaseStatus]) -> None:
    senses = SENSE[pair]
    for mover in MOVES[pair]:
        wanted = senses if isinstance(senses, str) else senses[mover]
        assert wanted in title(app, *pair, mover)
        assert title(app, *pair, mover) != OPENED


def test_only_the_first_line_tells_of_the_reading(app: Flask) -> None:
    assert title(app, None, CaseStatus.NEW, Mover.SYSTEM) == OPENED


@pytest.mark.parametrize(
    ("step", "told", "words"),
    [
        pytest.param(1, 2, "Waktu hampir habis: kepala unit diberi tahu", id="head"),
        pytest.param(2, 1, "Waktu habis: atasan diberi tahu", id="above"),
        pytest.param(3, 1, "Waktu jauh terlampaui: Inspektorat diberi tahu", id="inspectorate"),
        pytest.param(2, 0, "Waktu habis: belum ada yang dapat diberi tahu", id="nobody"),
    ],
)
def test_a_rung_says_who_was_really_told(app: Flask, step: int, told: int, words: str) -> None:
    event = CaseEvent(
        kind=EventKind.ESCALATED, actor_kind=ActorKind.SYSTEM, actor_id=None, detail={"step": step, "told": told}
    )
    with app.test_request_context():
        assert event_title(event, {}) == words
