"""Gather what a report says from stored rows: results as they were fixed, answers, plans, and nothing of today.

The matrix is counted anew from the answers; where it does not give the stored counts, there is no report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from feedback_app.errors import ConflictError
from feedback_app.organisation.models import Agency
from feedback_app.reporting import places, printing
from feedback_app.reporting.answer_blocks import blocks_of
from feedback_app.reporting.answer_data import Block, Characteristic, Group, QuestionAnswers
from feedback_app.reporting.plans import plans_of
from feedback_app.reporting.report_data import Change, Comparability, Method, PastResult, Report, Round, Signing
from feedback_app.reporting.said import said_of
from feedback_app.survey import comparison
from feedback_app.survey.models import Period
from feedback_app.survey.rules import PeriodState, SurveyChannel, Trait
from feedback_app.survey.sample import SampleWarning, WarningKind
from feedback_app.survey.series import PeriodResult, series
from feedback_app.survey.stored import PeriodResults, StoredResult, latest


class NothingToReportError(ConflictError):
    """There is no stored result to report."""

    code = "skm_nothing_to_report"


class AnswersDifferError(ConflictError):
    """The answers no longer give the counts of the stored result."""

    code = "skm_answers_differ"


def stored_result(session: Session, period: Period, unit_id: int | None) -> tuple[PeriodResults, StoredResult]:
    """Return the newest stored results of a closed period, and the one of the unit (None: the agency).

    Raises
    ------
    NothingToReportError
    """
    results = latest(session, period) if period.state is PeriodState.CLOSED else None
    found = None
    if results is not None:
        found = results.agency if unit_id is None else results.unit(unit_id)
    if results is None or found is None:
        raise NothingToReportError(
            "Laporan belum dapat disusun: belum ada hasil tersimpan. Tutup periode survei ini lebih dahulu; unit tanpa "
            "jawaban yang lengkap tidak memiliki hasil."
        )
    return results, found


def closing_day(agency: Agency, period: Period) -> date:
    """Return the day on which a period was closed, where the agency is; without one, its last day."""
    return period.closed_at.astimezone(ZoneInfo(agency.time_zone)).date() if period.closed_at else period.ends_on


def gather(
    session: Session, period: Period, unit_id: int | None, *, signing: Signing, public_address: str = ""
) -> Report:
    """Return the report of a unit, or of the agency over its units, in a closed period.

    Raises
    ------
    NothingToReportError, AnswersDifferError
    """
    results, found = stored_result(session, period, unit_id)
    agency = session.get_one(Agency, period.agency_id)
    directory = places.directory(session, agency, period)
    blocks = blocks_of(session, period, directory, unit_id)
    _check_answers(blocks, found)
    past = series(session, agency.id, unit_id)
    plan, plan_before, before_name = plans_of(session, period, directory, results, found, day=signing.on)
    return Report(
        agency=agency.name, agency_code=agency.code,
        place=places.place_of(found, results, directory), address=directory.address_of(unit_id),
        round=Round(period.code, period.name, period.starts_on, period.ends_on, closing_day(agency, period),
                    period.sampling),
        method=Method(found.ruleset, found.weight, found.missing or period.missing, period.unit_averaging,
                      period.agency_averaging),
        version=results.version, characteristics=characteristics(found), questions=questions(found),
        blocks=blocks, past=_past(past, period), change=_change(past, period), warnings=_warnings(found, directory),
        plan=plan, plan_before=plan_before, period_before=before_name, voices=said_of(session, period, found),
        public_address=public_address, signing=signing, is_public=False,
    )  # fmt: skip


def characteristics(result: StoredResult) -> tuple[Characteristic, ...]:
    """Return who answered: by channel, then by every trait but the day; who left it blank is a group as well."""
    by_channel = [
        Group(printing.CHANNELS[one], result.channels[one]) for one in SurveyChannel if one in result.channels
    ]
    found = [Characteristic(None, "Saluran", tuple(by_channel))] if by_channel else []
    for trait, labels in printing.TRAIT_VALUES.items():
        counts = result.traits.get(trait, {})
        groups = [Group(label, counts.get(value, 0)) for value, label in labels.items()]
        blank = result.received - sum(counts.values())
        silent = [Group("Tidak diisi", blank)] if blank else []
        found.append(Characteristic(Trait(trait), printing.TRAITS[trait], (*groups, *silent)))
    return tuple(found)


def questions(result: StoredResult) -> tuple[QuestionAnswers, ...]:
    """Return every question with its answers; one that several questionnaires ask alike is told once."""
    met: dict[tuple[str, str | None, str, tuple[str, ...]], tuple[list[int], int]] = {}
    for one in result.questions:
        key = (one.key, one.element, one.stem, one.options)
        counts, blank = met.get(key, ([0] * len(one.options), 0))
        met[key] = ([a + b for a, b in zip(counts, one.counts, strict=True)], blank + one.blank)
    return tuple(QuestionAnswers(*key, counts=tuple(counts), blank=blank) for key, (counts, blank) in met.items())


def _check_answers(blocks: Sequence[Block], result: StoredResult) -> None:
    stored: Counter[tuple[str, int]] = Counter()
    for question in result.questions:
        if question.element is not None:
            stored.update({(question.key, value): n for value, n in enumerate(question.counts, start=1) if n})
    counted: Counter[tuple[str, int]] = Counter()
    for block in blocks:
        for pattern in block.patterns:
            for column, answer in zip(block.columns, pattern.answers, strict=True):
                if answer is not None:
                    counted[column.key, answer] += pattern.count
    received = sum(block.respondents for block in blocks)
    if counted != stored or received != result.received:
        raise AnswersDifferError(
            "Laporan tidak disusun: jawaban yang tersimpan tidak sama dengan hasil yang ditetapkan. Mintalah pengelola "
            "menjalankan `feedback skm recount`, lalu buka dan tutup lagi periode ini."
        )


def _past(found: Sequence[PeriodResult], period: Period) -> tuple[PastResult, ...]:
    known = [one for one in found if one.period.starts_on <= period.starts_on]
    return tuple(_past_result(one) for one in known)


def _past_result(one: PeriodResult) -> PastResult:
    sure = one.result.interval
    return PastResult(
        one.period.name, one.period.ends_on, one.result.ruleset, one.result.weight, one.result.respondents,
        one.result.value,
        sure.low if sure else None, sure.high if sure else None, one.result.grade, one.result.source_note,
        one.result.published_at is not None,
    )  # fmt: skip


_COMPARABILITIES = {
    comparison.Comparability.SAME: Comparability.COMPARED,
    comparison.Comparability.DIFFERENT_RULES: Comparability.OTHER_RULES,
    comparison.Comparability.DIFFERENT_WEIGHTS: Comparability.OTHER_WEIGHT,
    comparison.Comparability.NO_SPREAD: Comparability.NO_SPREAD,
}


def _change(found: Sequence[PeriodResult], period: Period) -> Change | None:
    earlier = [one for one in found if one.period.starts_on < period.starts_on]
    present = next((one for one in found if one.period.id == period.id), None)
    if not earlier or present is None:
        return None
    sides = comparison.stored_side(present.result), comparison.stored_side(earlier[-1].result)
    compared = comparison.compare(*sides)
    kind, name, apart = _COMPARABILITIES[compared.kind], earlier[-1].period.name, compared.change
    if apart is None:
        return Change(name, kind)
    return Change(name, kind, apart.value, apart.low, apart.high, apart.verdict)


def _warnings(result: StoredResult, directory: places.Directory) -> tuple[SampleWarning, ...]:
    return tuple(_with_name(one, result, directory) for one in result.warnings)


def _with_name(one: SampleWarning, result: StoredResult, directory: places.Directory) -> SampleWarning:
    subject = one.subject
    if one.kind is WarningKind.ONE_CHANNEL:
        subject = printing.CHANNELS[SurveyChannel(subject)]
    elif one.kind is WarningKind.ONE_HOUR_BAND:
        subject = printing.TRAIT_VALUES[Trait.HOURS][subject]
    elif one.kind is WarningKind.ONE_SERVICE:
        subject = directory.part_name(result, int(subject) if subject else None)
    return SampleWarning(one.kind, subject, one.count, one.of, one.percent, one.limit)
