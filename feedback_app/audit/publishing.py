"""The file of roots outside the database: one line a seal, only ever appended to.

Whoever rolls the database back, or cuts off its end, cannot take back what others copied from here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.chain import Published, last_seal, published, read_line, statement_of
from feedback_app.audit.seal_models import AuditSeal, SealKind
from feedback_app.audit.sealing import lock_chain
from feedback_app.errors import ConfigurationError

_LONGEST_LINE: Final = 4096
_AT_ONCE: Final = 1000


class OlderCopyError(ConfigurationError):
    """The file of roots knows seals that the database does not hold."""


class UnreadableRootsError(ConfigurationError):
    """The file of roots holds something else than seals."""


def read_roots(path: Path) -> Iterator[Published]:
    """Yield the seals of a file of roots, in its order; none where there is no file.

    An unfinished last line, as a crash leaves it, is passed over.

    Raises
    ------
    UnreadableRootsError
    """
    if not path.exists():
        return
    with path.open(encoding="ascii", errors="replace") as file:
        for place, line in enumerate(file, start=1):
            if line.endswith("\n"):
                yield _read(path, place, line)


def last_root(path: Path) -> Published | None:
    """Return the newest seal of a file of roots, read from its end.

    Raises
    ------
    UnreadableRootsError
    """
    if not path.exists():
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2 * _LONGEST_LINE))
        lines = file.read().split(b"\n")[:-1]
    return _read(path, None, lines[-1].decode("ascii", errors="replace")) if lines else None


def publish(session: Session, path: Path) -> int:
    """Append the seals that the file of roots does not hold yet, and wait until they are on the disk. Return how many.

    To be called once the seals are committed: a root that everybody knows and no database holds would be a false alarm.
    Holds the chain to the end of the transaction, so that no line is written twice.

    Raises
    ------
    OlderCopyError
    UnreadableRootsError
    """
    lock_chain(session)
    check_copy(session, path)
    last = last_root(path)
    rows = sa.select(AuditSeal).where(AuditSeal.number > (last.statement.number if last else 0))
    done = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        _end_line(path, file.fileno())
        for seal in session.scalars(rows.order_by(AuditSeal.number), execution_options={"yield_per": _AT_ONCE}):
            file.write(published(seal).line().encode("ascii"))
            done += 1
        file.flush()
        os.fsync(file.fileno())
    return done


def check_copy(session: Session, path: Path) -> None:
    """Check that the database holds the newest seal that was published.

    Raises
    ------
    OlderCopyError
        It does not: an older copy was put back, or the end of the chain was removed.
    UnreadableRootsError
    """
    known = last_root(path)
    if known is None:
        return
    seal = session.get(AuditSeal, known.statement.number)
    if seal is not None and statement_of(seal).digest() == known.statement.digest():
        return
    declared = session.get(AuditSeal, known.statement.number + 1)
    if declared is not None and declared.kind is SealKind.RESUMED and declared.previous == known.statement.digest():
        # The gap was declared a moment ago, and the seal that says so is about to be published.
        return
    last = last_seal(session)
    raise OlderCopyError(
        f"Seal {known.statement.number} was published ({path}) and the database does not hold it; its last one is "
        f"{last.number if last else 0}. If an older copy was put back on purpose: `feedback audit resume`."
    )


def _read(path: Path, place: int | None, line: str) -> Published:
    try:
        return read_line(line)
    except ValueError as error:
        where = f"line {place}" if place else "the last line"
        raise UnreadableRootsError(f"{path}: {where} is no seal.") from error


def _end_line(path: Path, handle: int) -> None:
    # What a crash left half written is cut off: the seal is in the database and is written again whole.
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _LONGEST_LINE))
        tail = file.read()
    if tail and not tail.endswith(b"\n"):
        os.ftruncate(handle, size - len(tail) + tail.rfind(b"\n") + 1)
