"""Which models there are, which one serves since when, and back to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import ModelUse, ModelVersion, UseReason, VersionOrigin
from feedback_app.audit.operations import SYSTEM, Actor, person, record
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.organisation.models import Agency

BODIES_KEPT: Final = 5
"""Models whose bytes stay, for going back; each takes up to 30 MB of the database and of its backups."""


class UnknownModelError(NotFoundError):
    """There is no such model."""

    code = "unknown_model"


class ModelServesError(ConflictError):
    """The model serves already."""

    code = "model_serves"


class NoEarlierModelError(ConflictError):
    """There is no model to go back to."""

    code = "no_earlier_model"


@dataclass(frozen=True, slots=True)
class Champion:
    """The model that serves: its version, what its manifest says, and its bytes; None for the shipped one.

    `use_id` changes whenever another one begins to serve; None before any was registered.
    """

    version: str
    manifest: Mapping[str, Any]
    body: bytes | None
    use_id: int | None
    trained_until: datetime | None = None
    taken_back_at: datetime | None = None

    @property
    def unseen_since(self) -> datetime | None:
        """Return from when on what people said tells something new: not learnt yet, and later than a roll-back.

        Or the night after a roll-back would bring back what a person has just taken away, on the same evidence.
        """
        return max((at for at in (self.trained_until, self.taken_back_at) if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A model in the list: when it was made and whether it serves, or can serve again."""

    version: str
    origin: VersionOrigin
    made_at: datetime
    trained_until: datetime | None
    serves: bool
    can_serve: bool


def newest_use(session: Session) -> int | None:
    """Return the number of the newest change of model; one look at the end of an index."""
    return session.scalar(sa.select(sa.func.max(ModelUse.id)))


def newest_version(*columns: Any) -> sa.Select[Any]:
    """Select columns of the model that serves and of the change that let it; no row where none was registered."""
    joined = sa.select(*columns).select_from(ModelUse).join(ModelVersion, ModelVersion.version == ModelUse.version)
    return joined.order_by(ModelUse.id.desc()).limit(1)


def champion(session: Session) -> Champion | None:
    """Return the model that serves; None where none was registered yet, and the shipped one does."""
    query = newest_version(
        ModelUse.id, ModelVersion.version, ModelVersion.manifest, ModelVersion.body, ModelVersion.trained_until
    )
    row = session.execute(query).first()
    if row is None:
        return None
    return Champion(row.version, row.manifest, row.body, row.id, row.trained_until, _taken_back_at(session))


def _taken_back_at(session: Session) -> datetime | None:
    """Return when a person took a model back, where no round promoted one since; a new release ends nothing of it."""
    query = sa.select(ModelUse.why, ModelUse.since).where(ModelUse.why != UseReason.FIRST)
    newest = session.execute(query.order_by(ModelUse.id.desc()).limit(1)).first()
    return newest.since if newest is not None and newest.why is UseReason.ROLLED_BACK else None


def lock(session: Session) -> None:
    """Let nobody else change until the end of the transaction which model serves; reading goes on."""
    session.execute(sa.text("LOCK TABLE model_uses IN SHARE ROW EXCLUSIVE MODE"))


def register_shipped(
    session: Session, manifest: Mapping[str, Any], *, instead_of: str | None = None, now: datetime
) -> None:
    """Note the model that lies in the program; it serves where none does, where its forerunner or `instead_of` did."""
    version = str(manifest["model_version"])
    session.execute(
        insert(ModelVersion)
        .values(version=version, manifest=dict(manifest), body=None, made_at=now, origin=VersionOrigin.SHIPPED)
        .on_conflict_do_nothing()
    )
    # One at a time, or two processes that start together would both be the first.
    lock(session)
    serving = session.execute(newest_version(ModelVersion.version, ModelVersion.origin)).first()
    # A model that was fitted here stays; a shipped one is gone with its release.
    ends = serving is None or serving.origin is VersionOrigin.SHIPPED or serving.version == instead_of
    if ends and (serving is None or serving.version != version):
        session.add(ModelUse(version=version, since=now, why=UseReason.FIRST))
        session.flush()


def store_refit(
    session: Session, version: str, manifest: Mapping[str, Any], body: bytes, *, until: datetime | None, now: datetime
) -> None:
    """Keep a model that was fitted here; the same one again changes nothing."""
    values = {"manifest": dict(manifest), "body": body, "trained_until": until}
    session.execute(
        insert(ModelVersion)
        .values(version=version, made_at=now, origin=VersionOrigin.REFIT, **values)
        .on_conflict_do_update(
            index_elements=[ModelVersion.version], set_=values, where=ModelVersion.origin == VersionOrigin.REFIT
        )
    )


def promote(session: Session, version: str, round_id: int, *, now: datetime) -> None:
    """Let a model serve from the next drain on, by the decision of a round."""
    _serve(session, ModelUse(version=version, since=now, why=UseReason.PROMOTED, round_id=round_id), SYSTEM)
    _drop_old_bodies(session)


def roll_back(
    session: Session, to: str | None = None, *, user_id: int | None = None, note: str | None = None, now: datetime
) -> str:
    """Let an earlier model serve again, the one before the present where none is named; return its version.

    Raises
    ------
    UnknownModelError
    ModelServesError
    NoEarlierModelError
    """
    lock(session)
    listed = versions(session)
    version = to or _before(session, listed)
    found = next((row for row in listed if row.version == version and row.can_serve), None)
    if found is None:
        raise UnknownModelError("Versi pembaca itu tidak ada, atau tidak disimpan lagi.")
    if found.serves:
        raise ModelServesError("Versi itu sedang dipakai. Pilih versi yang lain.")
    use = ModelUse(version=found.version, since=now, why=UseReason.ROLLED_BACK, by_user=user_id, note=note)
    _serve(session, use, SYSTEM if user_id is None else person(user_id))
    return found.version


def versions(session: Session) -> list[ListedVersion]:
    """Return all models, the newest first, without their bytes."""
    serving = session.scalar(sa.select(ModelUse.version).order_by(ModelUse.id.desc()).limit(1))
    rows = session.execute(
        sa.select(
            ModelVersion.version, ModelVersion.origin, ModelVersion.made_at, ModelVersion.trained_until,
            ModelVersion.body.is_not(None).label("has_body"),
        ).order_by(ModelVersion.made_at.desc(), ModelVersion.version)
    ).all()  # fmt: skip
    # Of the shipped ones the program holds the newest alone.
    shipped = next((row.version for row in rows if row.origin is VersionOrigin.SHIPPED), None)
    return [
        ListedVersion(
            row.version, row.origin, row.made_at, row.trained_until, row.version == serving,
            row.has_body or row.version == shipped,
        )
        for row in rows
    ]  # fmt: skip


def uses(session: Session, *, limit: int = 20) -> Sequence[ModelUse]:
    """Return since when which model served, the newest first."""
    return session.scalars(sa.select(ModelUse).order_by(ModelUse.id.desc()).limit(limit)).all()


def _before(session: Session, listed: Sequence[ListedVersion]) -> str:
    can_serve = {row.version for row in listed if row.can_serve and not row.serves}
    order = session.scalars(sa.select(ModelUse.version).order_by(ModelUse.id.desc()))
    found = next((version for version in order if version in can_serve), None)
    if found is None:
        raise NoEarlierModelError("Belum ada versi sebelumnya yang dapat dipakai lagi.")
    return found


def _serve(session: Session, use: ModelUse, actor: Actor) -> None:
    session.add(use)
    session.flush()
    # The model reads for every agency, so it stands in the trail of each.
    for agency_id in session.scalars(sa.select(Agency.id).order_by(Agency.id)):
        record(
            session, agency_id=agency_id, actor=actor, action=f"analysis.{use.why}_model", subject_type="model",
            subject_id=use.id, now=use.since, version=use.version, round=use.round_id,
        )  # fmt: skip


def _drop_old_bodies(session: Session) -> None:
    last_use = sa.func.max(ModelUse.id).label("last_use")
    kept = (
        sa.select(ModelUse.version, last_use)
        .join(ModelVersion, ModelVersion.version == ModelUse.version)
        .where(ModelVersion.body.is_not(None))
        .group_by(ModelUse.version)
        .order_by(last_use.desc())
        .limit(BODIES_KEPT)
    ).subquery()
    session.execute(
        sa.update(ModelVersion)
        .where(ModelVersion.body.is_not(None), ModelVersion.version.not_in(sa.select(kept.c.version)))
        .values(body=None)
        .execution_options(synchronize_session=False)
    )
