"""Where a period leads on: results, paper, files, the report, the follow-up plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for
from flask_babel import lazy_gettext as _

from feedback_app.identity.rules import Permission
from feedback_app.survey.models import Period
from feedback_app.survey.rules import PeriodState

_RUNS: Final = frozenset({PeriodState.OPEN})
_CAME: Final = frozenset({PeriodState.OPEN, PeriodState.CLOSED})
_OVER: Final = frozenset({PeriodState.CLOSED})


@dataclass(frozen=True, slots=True)
class PeriodLink:
    """A page about a period: who opens it, and in which states it holds anything."""

    endpoint: str
    words: Any
    permission: Permission
    states: Collection[PeriodState]


PERIOD_LINKS: Final = (
    PeriodLink("survey_results.period", _("Hasil dan kemajuan"), Permission.READ_SURVEY, _CAME),
    PeriodLink("survey_paper.start", _("Ketik kuesioner kertas"), Permission.ENTER_SURVEY, _RUNS),
    PeriodLink("survey_files.start", _("Unggah berkas kuesioner"), Permission.ENTER_SURVEY, _RUNS),
    PeriodLink("survey_batches.listed", _("Kiriman kertas dan berkas"), Permission.ENTER_SURVEY, _CAME),
    PeriodLink("survey.set_asides", _("Kuesioner yang disisihkan"), Permission.MANAGE_SURVEY, _CAME),
    PeriodLink("survey_actions.period", _("Rencana tindak lanjut"), Permission.READ_SURVEY, _OVER),
    PeriodLink("survey_report.period", _("Laporan SKM"), Permission.READ_SURVEY, _OVER),
)


def links_of(period: Period, allowed: Collection[Permission]) -> list[tuple[str, Any]]:
    """Return address and words of the pages that this reader finds about a period."""
    return [
        (address_of(one.endpoint, period), one.words)
        for one in PERIOD_LINKS
        if one.permission in allowed and period.state in one.states
    ]


def address_of(endpoint: str, period: Period) -> str:
    """Return where a page about a period lies; one whose address has no place for the period reads it in its query."""
    return url_for(endpoint, period_id=period.id)
