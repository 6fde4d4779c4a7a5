"""Abuse case 9, for copies that leave the platform: no officer reads those, so the machine alone has to hold.

The five hundred seeded strings go the real way, sent, read and copied into files; then the files are searched for them,
and for canaries in everything that must not be copied at all.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.intake.contacts import Address, Owner, keep_contact
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import vault_of
from feedback_app.privacy.copies.gathering import gather
from feedback_app.privacy.copies.writing import write_folder
from tests import factories as make
from tests.abuse.test_09_pii import SECRETS, SEEDED, Redactor
from tests.blueprints.office import Office, new_office

CANARY = "kenari.burung@contoh.id"


def written(office: Office, folder: Path) -> str:
    """Everything a copy holds, in one string."""
    made = gather(office.session, office.agency, seed=1, actor=SYSTEM, now=clock.utcnow())
    return "\n".join(path.read_text(encoding="utf-8") for path in write_folder(made, folder))


@pytest.mark.slow
def test_of_five_hundred_secrets_none_is_in_a_copy(session: Session, tmp_path: Path) -> None:
    office = new_office(session)
    office.reader = Redactor()  # type: ignore[assignment]
    now = clock.utcnow()
    for text in dict.fromkeys(text for text, _, _ in SECRETS):
        office.send(text.ljust(10, "."), at=now)
    office.drain()
    held = written(office, tmp_path / "copy")
    folded = held.casefold()
    secrets = {secret for _, secret, _ in SECRETS}
    assert len(SECRETS) >= SEEDED
    assert held.count('"text": ') > 300, "a copy of nothing leaks nothing"
    assert {secret for secret in secrets if secret.casefold() in folded} == set()
    # Nor the longer parts of a name by themselves.
    names = {part for _, secret, kind in SECRETS if kind == "name" for part in secret.split() if len(part) > 5}
    assert {part for part in names if part.casefold() in folded} == set()


def test_contacts_codes_and_what_is_confidential_are_in_no_copy(session: Session, tmp_path: Path) -> None:
    office, now = new_office(session), clock.utcnow()
    for _ in range(5):
        case = office.report("Antre di loket lama sekali.", at=now)
    keep_contact(
        session, Owner(case.agency_id, submission_id=case.submission_id), Address(ContactKind.EMAIL, CANARY),
        vault=vault_of(make.SECRET), language="id", now=now,
    )  # fmt: skip
    office.report("Antre kenari rahasia lama sekali.", at=now, is_confidential=True)
    held = written(office, tmp_path / "copy")
    assert "Antre di loket lama sekali." in held
    assert "kenari" not in held
    for sent in office.submissions():
        assert (sent.tracking_hash or b"-").hex() not in held
    assert office.agency.code not in held
    assert office.agency.name not in held
