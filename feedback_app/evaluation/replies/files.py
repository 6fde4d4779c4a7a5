"""Files that an employee puts beside a contest: cleaned like a citizen's, kept before their rows are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import InvalidInputError, NotFoundError
from feedback_app.evaluation.replies.models import Contest, ContestFile
from feedback_app.intake.pictures import CleanFile
from feedback_app.storage import Storage, new_key

FILES_MAX: Final = 5
NAME_MAX: Final = 120


class TooManyContestFilesError(InvalidInputError):
    """More files than a contest may have."""

    code = "too_many_contest_files"


class UnknownContestFileError(NotFoundError):
    """No such file, or none of this contest."""

    code = "unknown_contest_file"


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A cleaned file and what its owner called it."""

    name: str
    clean: CleanFile


def keep_files(
    session: Session, storage: Storage, contest: Contest, files: Sequence[NamedFile], *, now: datetime
) -> None:
    """Keep cleaned files with a contest.

    Each is written before its row, so that no row is ever without its file; what a failure leaves behind is swept
    later (`intake.orphans`).

    Raises
    ------
    TooManyContestFilesError
    feedback_app.storage.StorageUnavailableError
    """
    if len(files) > FILES_MAX:
        raise TooManyContestFilesError(f"Paling banyak {FILES_MAX} berkas untuk satu sanggahan. Pilih yang terpenting.")
    for file in files:
        key, data = new_key(), file.clean.data
        storage.put(key, data)
        session.add(
            ContestFile(
                agency_id=contest.agency_id, contest_id=contest.id, storage_key=key, name=_line(file.name),
                media_type=file.clean.media_type, size_bytes=len(data), sha256=hashlib.sha256(data).digest(),
                added_at=now,
            )
        )  # fmt: skip
    session.flush()


def files_of(session: Session, contest: Contest) -> Sequence[ContestFile]:
    """Return the files of a contest, the first one first."""
    query = sa.select(ContestFile).where(
        ContestFile.agency_id == contest.agency_id, ContestFile.contest_id == contest.id
    )
    return session.scalars(query.order_by(ContestFile.id)).all()


def file_of(session: Session, contest: Contest, file_id: int) -> tuple[ContestFile, int]:
    """Return one file of a contest and its place among them, from 1.

    Raises
    ------
    UnknownContestFileError
        Also where the file exists and belongs to another contest.
    """
    for place, row in enumerate(files_of(session, contest), start=1):
        if row.id == file_id:
            return row, place
    raise UnknownContestFileError("Berkas ini tidak ada pada sanggahan ini.")


def _line(name: str) -> str:
    # Browsers send a bare name; a path of somebody's own machine is nobody's business here.
    words = " ".join(name.replace("\\", "/").rsplit("/", 1)[-1].split())
    return "".join(letter for letter in words if letter.isprintable())[:NAME_MAX] or "berkas"
