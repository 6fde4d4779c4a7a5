"""The nightly round: fit a challenger on everything people said so far, and let it serve only if nothing gets worse.

Its steps are apart, for fitting takes minutes in which no transaction may stay open: `begin`, `gather`, `weigh` (which
knows no database) and `end`. Whoever is killed in between leaves a round without an end, and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning import registry
from feedback_app.analysis.learning.comparison_rules import (
    Fall,
    HeadFigures,
    falls,
    from_manifest,
    head_figures,
)
from feedback_app.analysis.learning.hold_out_rules import FEWEST_NEW, Split, split
from feedback_app.analysis.learning.models import Decision, ModelRound, ModelUse, UseReason
from feedback_app.analysis.learning.training_rows import PersonRow, person_rows
from feedback_app.analysis.learning.workshop import Packed, Reader, Workshop
from feedback_app.analysis.models import HEADS
from feedback_app.nlp.heads.rows import TrainingRow, rows_hash

log = logging.getLogger(__name__)

NIGHT_STARTS, NIGHT_ENDS = 1, 5
HELD_OUT, CORPUS = "held_out", "corpus"
_ZONE: Final = ZoneInfo("Asia/Makassar")


@dataclass(frozen=True, slots=True)
class Material:
    """What a round is made of: the model that serves, and rows of the corpus and of people."""

    champion: registry.Champion
    corpus: Sequence[TrainingRow]
    people: Sequence[PersonRow]
    parts: Split

    @property
    def learnt_from(self) -> list[TrainingRow]:
        """Return the rows a challenger is fitted on."""
        return [*self.corpus, *(self.people[place].row for place in self.parts.older)]

    @property
    def measured_on(self) -> list[TrainingRow]:
        """Return the rows that both models are measured on."""
        return [self.people[place].row for place in self.parts.held_out]

    @property
    def learnt_until(self) -> datetime | None:
        """Return when the newest row of people a challenger learns from was judged."""
        return max((self.people[place].judged_at for place in self.parts.older), default=None)

    @property
    def measured_until(self) -> datetime | None:
        """Return when the newest row that both models are measured on was judged."""
        return max((self.people[place].judged_at for place in self.parts.held_out), default=None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a round ended, why, and what was fitted and measured; until when what it learnt from, or decided on, is."""

    decision: Decision
    reasons: list[dict[str, Any]] = field(default_factory=list)
    packed: Packed | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None
    measured_until: datetime | None = None


def night_of(now: datetime) -> datetime | None:
    """Return when the night that is going on began, by the clock in the middle of the country; None by day."""
    local = now.astimezone(_ZONE)
    if not NIGHT_STARTS <= local.hour < NIGHT_ENDS:
        return None
    return local.replace(hour=NIGHT_STARTS, minute=0, second=0, microsecond=0)


def round_is_due(session: Session, *, now: datetime) -> bool:
    """Tell whether it is night and no round began in it: one that was killed is tried again the next night."""
    began = night_of(now)
    if began is None:
        return False
    return session.scalar(sa.select(ModelRound.id).where(ModelRound.started_at >= began).limit(1)) is None


def begin(session: Session, workshop: Workshop, *, now: datetime) -> int:
    """Note that a round begins; return its number. Rounds without an end were cut short, for no other is under way.

    Where this program refuses the model that serves (its bytes are damaged, or a new release divides words in another
    way), the shipped one takes its place, as it did for every reader already.
    """
    session.execute(
        sa.update(ModelRound)
        .where(ModelRound.finished_at.is_(None))
        .values(finished_at=now, decision=Decision.FAILED, reasons=[{"code": "cut_short"}])
        .execution_options(synchronize_session=False)
    )
    refused = _refused(registry.champion(session), workshop)
    registry.register_shipped(session, workshop.shipped_manifest(), instead_of=refused, now=now)
    row = ModelRound(started_at=now, reasons=[{"code": "champion_refused", "version": refused}] if refused else [])
    session.add(row)
    session.flush()
    return row.id


def _refused(serving: registry.Champion | None, workshop: Workshop) -> str | None:
    if serving is None or serving.body is None:
        return None
    try:
        workshop.open_packed(serving.manifest, serving.body)
    except MemoryError:
        raise  # not the fault of the model
    except Exception:  # whatever it does to the program, it cannot serve
        log.exception("The model %s cannot be used; the shipped one takes its place", serving.version)
        return serving.version
    return None


def gather(
    session: Session, round_id: int, corpus: Sequence[TrainingRow], *, open_texts: sa.ColumnElement[bool]
) -> Material:
    """Collect what a round learns from and is measured on, and note how much that is."""
    people = person_rows(session, open_texts=open_texts)
    serving = registry.champion(session)
    assert serving is not None  # noqa: S101 - `begin` has registered the shipped one
    used_until = max((at for at in (serving.unseen_since, _decided_until(session)) if at is not None), default=None)
    parts = split([(row.judged_at, row.by_lot) for row in people], used_until)
    material = Material(serving, corpus, people, parts)
    row = session.get_one(ModelRound, round_id)
    row.corpus_rows, row.reviewed_rows = len(corpus), sum(one.is_reviewed for one in people)
    row.corrected_rows, row.held_out_rows = len(people) - row.reviewed_rows, len(parts.held_out)
    row.champion, row.data_hash = serving.version, rows_hash(material.learnt_from)
    session.flush()
    return material


def _decided_until(session: Session) -> datetime | None:
    """Return when the newest row was judged that has decided already: tried night after night, chance would win once.

    A new release trains in another way and is compared anew, once.
    """
    released = sa.select(sa.func.max(ModelUse.since)).where(ModelUse.why == UseReason.FIRST).scalar_subquery()
    return session.scalar(sa.select(sa.func.max(ModelRound.measured_until)).where(ModelRound.started_at >= released))


def weigh(material: Material, workshop: Workshop) -> Outcome:
    """Fit a challenger and compare it with the model that serves; takes minutes and needs no database."""
    if not material.parts.is_enough:
        return Outcome(Decision.TOO_FEW, [{"code": "too_few", "new": material.parts.new, "wanted": FEWEST_NEW}])
    packed = workshop.fit(material.learnt_from)
    if packed.version == material.champion.version:
        return Outcome(Decision.KEPT, [{"code": "same_model"}], packed, measured_until=material.measured_until)
    figures, found = compare(material, packed, workshop)
    decision = Decision.KEPT if found else Decision.PROMOTED
    reasons = [fall.as_row() for fall in found]
    return Outcome(decision, reasons, packed, figures, material.learnt_until, material.measured_until)


def compare(material: Material, packed: Packed, workshop: Workshop) -> tuple[dict[str, Any], list[Fall]]:
    """Return the figures on the rows held out and on the corpus, and every one that would fall.

    On what people said the challenger may not fall below the model that serves. On the corpus it may not fall below the
    shipped model by more than chance explains: the folds of a training are drawn anew when rows join, so that some of
    thirty labels is always a hair lower; and were it compared with the last champion, it could sink by a hair a night.
    """
    serving = material.champion
    reader = workshop.open_shipped() if serving.body is None else workshop.open_packed(serving.manifest, serving.body)
    before = figures_on(reader, material.measured_on)
    after = figures_on(workshop.open_packed(packed.manifest, packed.body), material.measured_on)
    shipped, fitted = (
        from_manifest(manifest.get("metrics", {}), HEADS) for manifest in (workshop.shipped_manifest(), packed.manifest)
    )
    figures = {
        HELD_OUT: {"champion": _stored(before), "challenger": _stored(after)},
        CORPUS: {"shipped": _stored(shipped), "challenger": _stored(fitted)},
    }
    return figures, [*falls(HELD_OUT, before, after), *falls(CORPUS, shipped, fitted, by_chance=True)]


def figures_on(reader: Reader, rows: Sequence[TrainingRow]) -> dict[str, HeadFigures]:
    """Measure a model on rows, by what it thinks likeliest, whether it would have said so or not."""
    readings = reader.classify([row.text for row in rows])
    return {
        head: head_figures([row.labels.get(head) for row in rows], [getattr(one, head).best for one in readings])
        for head in HEADS
    }


def end(session: Session, round_id: int, outcome: Outcome, *, now: datetime) -> Outcome:
    """Note how a round ended and return it; what was promoted serves from the next drain on.

    Where somebody took the serving model back while the challenger was fitted, it was compared with another one than
    now serves, and is not promoted.
    """
    packed = outcome.packed
    if outcome.decision is Decision.PROMOTED and not _serves_still(session, round_id):
        changed = [{"code": "champion_changed"}]
        outcome = replace(outcome, decision=Decision.KEPT, reasons=changed, measured_until=None)
    if packed is not None and outcome.decision is Decision.PROMOTED:
        registry.store_refit(session, packed.version, packed.manifest, packed.body, until=outcome.until, now=now)
        registry.promote(session, packed.version, round_id, now=now)
    row = session.get_one(ModelRound, round_id, populate_existing=True)
    row.finished_at, row.decision, row.reasons = now, outcome.decision, [*row.reasons, *outcome.reasons]
    row.figures, row.challenger = outcome.figures, packed.version if packed else None
    row.measured_until = outcome.measured_until
    session.flush()
    return outcome


def _serves_still(session: Session, round_id: int) -> bool:
    registry.lock(session)
    serving = registry.champion(session)
    return serving is not None and serving.version == session.get_one(ModelRound, round_id).champion


def fail(session: Session, round_id: int, error: Exception, *, now: datetime) -> None:
    """Note that a round failed; `error` is kept by its name alone, for its words may quote a text."""
    end(session, round_id, Outcome(Decision.FAILED, [{"code": "error", "error": type(error).__name__}]), now=now)


def _stored(figures: Mapping[str, HeadFigures]) -> dict[str, Any]:
    return {head: asdict(found) for head, found in figures.items()}
