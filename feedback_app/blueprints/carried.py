"""What a citizen's browser carries from page to page in the signed cookie: a visit, a receipt, an opened report.

Nothing of it stands in an address, so no code or token reaches a log, a history or a neighbour who looks at a link.
"""

from __future__ import annotations

import enum
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from flask import session

from feedback_app.intake.rules import SubmissionKind
from feedback_app.intake.visits import Visit

VISIT_HOURS: Final = 12
# A receipt and an opened report disappear by themselves from a phone or tablet that several people use.
RECEIPT_MINUTES: Final = 60
TRACKED_MINUTES: Final = 60
# A cookie is small; who goes back further than this sends a report anew.
SENT_MOST: Final = 3
JOINED_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class CarriedVisit:
    """A visit whose token was opened in this browser."""

    token: str
    agency_id: int
    unit_id: int
    service_id: int | None
    visited_on: date


class Readers(enum.StrEnum):
    """Who reads what was sent; of an allegation the receipt must not name the unit it speaks of."""

    UNIT = "unit"
    RECEPTION = "reception"
    INSPECTORATE = "inspectorate"
    ABOVE = "above"
    KEEPERS = "keepers"

    @property
    def examine(self) -> bool:
        """Tell whether they examine an allegation."""
        return self in {Readers.INSPECTORATE, Readers.ABOVE, Readers.KEEPERS}


@dataclass(frozen=True, slots=True)
class CarriedReceipt:
    """What the page after sending shows; `unit_name` is that of whoever reads it, empty where nobody is to be named.

    `unit_id` is the unit by whose clocks it is answered, None where that is not the one it was sent to.
    """

    code: str
    kind: SubmissionKind
    wants_reply: bool
    agency_code: str
    unit_name: str
    sent_at: datetime
    is_follower: bool = False
    readers: Readers = Readers.UNIT
    unit_id: int | None = None


def carry_visit(token: str, visit: Visit, *, now: datetime) -> None:
    """Note an opened visit until it is rated."""
    session["visit"] = {
        "token": token, "agency": visit.agency_id, "unit": visit.unit_id, "service": visit.service_id,
        "on": visit.visited_on.isoformat(), "at": now.isoformat(),
    }  # fmt: skip


def carried_visit(agency_id: int, unit_id: int, *, now: datetime) -> CarriedVisit | None:
    """Return the opened visit, if it was one to this unit."""
    noted = _fresh("visit", now, timedelta(hours=VISIT_HOURS))
    if noted is None or (noted["agency"], noted["unit"]) != (agency_id, unit_id):
        return None
    return CarriedVisit(noted["token"], agency_id, unit_id, noted["service"], date.fromisoformat(noted["on"]))


def drop_visit() -> None:
    """Forget the visit: it has been rated."""
    session.pop("visit", None)


def carry_receipt(receipt: CarriedReceipt, tracking_hash: bytes) -> None:
    """Note what was just sent or joined; the page after it, and its status, open without typing the code."""
    session["receipt"] = {
        "code": receipt.code, "kind": receipt.kind.value, "reply": receipt.wants_reply, "agency": receipt.agency_code,
        "unit": receipt.unit_name, "at": receipt.sent_at.isoformat(), "follower": receipt.is_follower,
        "readers": receipt.readers.value, "unit_id": receipt.unit_id,
    }  # fmt: skip
    carry_tracked(tracking_hash, now=receipt.sent_at)


def has_joined(publication_id: int) -> bool:
    """Tell whether this browser joined the case of a publication before."""
    return publication_id in session.get("joined", [])


def note_joined(publication_id: int) -> None:
    """Remember which cases this browser joined: one voice each, as far as a cookie can tell."""
    session["joined"] = [*session.get("joined", []), publication_id][-JOINED_MOST:]


def joiner_mark() -> str:
    """Return the mark of this browser from which the codes of what it joins are made, so that it joins once."""
    mark: str = session.setdefault("joiner", secrets.token_urlsafe(12))
    return mark


def carried_receipt(*, now: datetime) -> CarriedReceipt | None:
    """Return what was sent from this browser within the last hour."""
    noted = _fresh("receipt", now, timedelta(minutes=RECEIPT_MINUTES))
    if noted is None:
        return None
    return CarriedReceipt(
        noted["code"], SubmissionKind(noted["kind"]), noted["reply"], noted["agency"], noted["unit"],
        datetime.fromisoformat(noted["at"]), noted.get("follower", False),
        Readers(noted.get("readers", Readers.UNIT)), noted.get("unit_id"),
    )  # fmt: skip


def note_sent(mark: str, *, now: datetime) -> None:
    """Note under a mark of what was just sent its receipt, for as long as the receipt itself is shown."""
    lifetime = timedelta(minutes=RECEIPT_MINUTES)
    sent: dict[str, dict[str, Any]] = session.get("sent", {})
    fresh = [item for item in sent.items() if now - _sent_at(item[1]) <= lifetime]
    noted = {"receipt": session["receipt"], "hash": session["tracked"]["hash"]}
    # The cookie keeps its entries by name, not by age.
    session["sent"] = dict([*sorted(fresh, key=lambda item: _sent_at(item[1])), (mark, noted)][-SENT_MOST:])


def receipt_again(mark: str, *, now: datetime) -> bool:
    """Bring back the receipt of what was sent under this mark; False where nothing was, or too long ago."""
    noted = session.get("sent", {}).get(mark)
    if noted is None or now - _sent_at(noted) > timedelta(minutes=RECEIPT_MINUTES):
        return False
    session["receipt"] = noted["receipt"]
    carry_tracked(bytes.fromhex(noted["hash"]), now=now)
    return True


def forget_tracked() -> None:
    """Close the opened report: what it belongs to is gone, or its holder closes it on a shared phone."""
    for name in ("tracked", "receipt", "sent"):
        session.pop(name, None)


def carry_tracked(tracking_hash: bytes, *, now: datetime) -> None:
    """Note whose status this browser may read."""
    session["tracked"] = {"hash": tracking_hash.hex(), "at": now.isoformat()}


def carried_tracked(*, now: datetime) -> bytes | None:
    """Return the hash of the code opened in this browser within the last hour."""
    noted = _fresh("tracked", now, timedelta(minutes=TRACKED_MINUTES))
    return bytes.fromhex(noted["hash"]) if noted else None


def forget() -> None:
    """Drop all of it: somebody else sits down at this browser, or gets up from it."""
    drop_visit()
    forget_tracked()


def _sent_at(noted: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(noted["receipt"]["at"])


def _fresh(name: str, now: datetime, lifetime: timedelta) -> dict[str, Any] | None:
    noted: dict[str, Any] | None = session.get(name)
    if noted and now - datetime.fromisoformat(noted["at"]) > lifetime:
        session.pop(name, None)
        return None
    return noted
