"""What `feedback doctor` sees of the virus scanner: whether it answers, and how old its signatures are."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from feedback_app import clock
from feedback_app.cli.doctor_lines import Lines, bad, judged, span
from feedback_app.cli.doctor_settings import is_public
from feedback_app.config import Settings

# ClamAV brings new signatures out every day; a week without is a freshclam that stopped.
OLDEST: Final = timedelta(days=7)


def scanner(settings: Settings) -> Lines:
    """Ask the scanner who it is."""
    from feedback_app.intake.scanning import Scanner, ScannerAwayError

    if settings.clamd_url is None:
        yield judged(
            "virus_scanner", "files of citizens are not scanned for viruses",
            "run ClamAV and set CLAMD_URL, or leave it: docs/hardening.md#a-virus-scanner",
            is_warn=is_public(settings), is_bad=False,
        )  # fmt: skip
        return
    try:
        found = Scanner(settings.clamd_url).state()
    except ScannerAwayError as error:
        yield bad(
            "virus_scanner", f"the virus scanner does not answer, and no file is taken ({error})",
            "start clamd, correct CLAMD_URL, or unset it",
        )  # fmt: skip
        return
    if found.made_at is None:
        yield bad("virus_scanner", f"ClamAV {found.program} has no signatures", "run freshclam")
        return
    age = clock.utcnow() - found.made_at
    yield judged(
        "virus_scanner", f"ClamAV {found.program} answers, with signatures of {span(age)} ago",
        "look why freshclam stopped", is_warn=age > OLDEST, is_bad=False,
    )  # fmt: skip


CHECKS: Final = {"virus_scanner": scanner}
