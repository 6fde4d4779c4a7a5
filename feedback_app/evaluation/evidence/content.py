"""The evidence pack as plain values: the one form that every file holds, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from feedback_app.evaluation.cycles.signatures import Signed
from feedback_app.evaluation.evidence.beside import CasesBeside, UnitBeside
from feedback_app.evaluation.evidence.groups import EvidenceGroup
from feedback_app.evaluation.evidence.history import EarlierCycle
from feedback_app.evaluation.evidence.pack import Pack
from feedback_app.evaluation.evidence.posts import PostRow
from feedback_app.evaluation.evidence.said import Contested
from feedback_app.evaluation.evidence.surveys import SurveyElement
from feedback_app.organisation.rules import mask_nip

FORMAT: Final = "suara-layanan/evidence-pack/1"
NOT_A_RATING: Final = (
    "Berkas ini bukti umpan balik penerima layanan dan bahan pertimbangan. Platform tidak menetapkan predikat kinerja; "
    "Pejabat Penilai Kinerja membacanya bersama bukti lain, lalu memutuskan dan menandatangani."
)

Content = dict[str, Any]


def content_of(pack: Pack) -> Content:
    """Return what is hashed: everything that stays as it is once the cycle is frozen.

    The comments are not part of it, for a citizen may have theirs erased for ever, nor what is said after freezing.
    Figures have two decimals, as on every page.
    """
    cycle = pack.cycle
    return {
        "format": FORMAT,
        "status": cycle.status.value,
        "is_final": pack.is_final,
        "notice": NOT_A_RATING,
        "agency": {"code": pack.agency.code, "name": pack.agency.name, "time_zone": pack.agency.time_zone},
        "employee": {"name": pack.employee.name, "nip_masked": mask_nip(pack.employee.nip)},
        "cycle": _cycle(pack),
        "scope": {"is_whole": pack.is_whole, "ratings_elsewhere": pack.groups.n_elsewhere},
        "posts": [_post(post) for post in pack.posts],
        "measure": _measure(pack),
        "groups": [_group(pack, group) for group in pack.groups.shown],
        "units": [_unit(unit) for unit in pack.units],
        "survey_elements": [_survey(one) for one in pack.surveys],
        "cases": [_cases(one) for one in pack.cases],
        "left_out": [{"reason": reason.value, "n": n} for reason, n in pack.left_out],
        "contests": [_contest(one) for one in pack.said.contests],
        "statement": pack.said.statement.words if pack.said.statement else None,
        "history": [_earlier(one) for one in pack.history],
        "method": _method(pack),
        "signatures": [_signature(one) for one in pack.said.signatures],
    }


def comments_in(pack: Pack) -> list[Content]:
    """Return the comments as plain values."""
    return [{"words": one.words, "is_praise": one.is_praise, "month": month(one.month)} for one in pack.comments.shown]


def sha256_of(values: Any) -> str:
    """Return the hash of the canonical JSON: keys sorted, no blanks, UTF-8.

    >>> sha256_of({"b": 1, "a": [2.5]})[:12]
    '6ee52d0ffe52'
    """
    words = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(words.encode()).hexdigest()


def objection_in(pack: Pack) -> Content | None:
    """Return the objection, which comes after freezing; None where there is none."""
    found = pack.said.objection
    if found is None:
        return None
    return {
        "filed_at": moment(found.filed_at), "words": found.words, "explanation": found.explanation,
        "outcome": found.outcome.value if found.outcome else None, "decision": found.decision,
        "decided_at": moment(found.decided_at),
    }  # fmt: skip


def two(value: float | None) -> float | None:
    """Return a figure with two decimals, never a negative nothing.

    >>> two(-0.001), two(2.349), two(None)
    (0.0, 2.35, None)
    """
    return None if value is None else round(value, 2) + 0.0


def moment(value: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return None if value is None else f"{value:%Y-%m-%dT%H:%M:%SZ}"


def month(value: date | None) -> str | None:
    """Return a month as `2026-05`."""
    return None if value is None else f"{value:%Y-%m}"


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _cycle(pack: Pack) -> Content:
    cycle = pack.cycle
    return {
        "name": cycle.name, "version": cycle.version, "version_reason": cycle.version_reason,
        "kind": cycle.kind.value, "starts_on": _day(cycle.starts_on), "ends_on": _day(cycle.ends_on),
        "inputs_until": moment(cycle.inputs_until), "computed_at": moment(cycle.computed_at),
        "reply_from": _day(cycle.reply_from), "reply_until": _day(cycle.reply_until),
        "frozen_at": moment(cycle.frozen_at),
    }  # fmt: skip


def _post(post: PostRow) -> Content:
    held = post.assignment
    return {
        "position": held.position, "unit": post.unit_name, "service": post.service_name, "kind": held.kind.value,
        "is_head": held.is_head, "share": two(float(held.share)), "starts_on": _day(held.starts_on),
        "ends_on": _day(held.ends_on), "decree_number": held.decree_number,
    }  # fmt: skip


def _measure(pack: Pack) -> Content:
    score, steps = pack.score, pack.steps
    figures = None if steps is None else {
        "mean": two(steps.mean), "baseline": two(steps.baseline), "residual": two(steps.residual),
        "factor": round(steps.factor, 4), "score": two(steps.score), "standard_error": two(steps.standard_error),
        "low": two(steps.low), "high": two(steps.high), "reliability": two(steps.reliability),
        "confidence": 0.9,
    }  # fmt: skip
    shadow = None if not pack.shows_shadow else {
        "score": two(score.shadow_score), "low": two(score.shadow_low), "high": two(score.shadow_high),
        "band": score.shadow_band.value,
    }  # fmt: skip
    return {
        "name": "visit_rating", "scale": [25, 100], "counted_channel": "token", "n": score.n,
        "n_effective": two(score.n_effective), "own_share": two(score.own_share), "n_counter_record": score.n_counter,
        "n_beside": score.n_beside, "n_excluded": score.n_excluded, "n_set_aside": score.n_set_aside,
        "is_withheld": score.n > 0 and pack.rule.value == "withheld", "figures": figures,
        "band": score.band.value, "band_rule": pack.rule.value, "without_set_aside": shadow,
        "set_aside_is_notable": score.is_shadow_notable,
    }  # fmt: skip


def _group(pack: Pack, group: EvidenceGroup) -> Content:
    return {
        "post": position_of(pack, group), "unit": group.unit_name, "service": group.service_name,
        "channel": group.channel.value, "level": group.level.value,
        "exclusion": group.exclusion.value if group.exclusion else None, "n": group.n, "weight": two(group.weight),
        "mean": two(group.mean), "baseline": two(group.baseline), "is_withheld": group.is_withheld,
        "laid": [{"share": two(one.share), "reason": one.reason, "n": one.n} for one in group.laid],
        "months": [
            {"month": month(one.month), "n": one.n, "mean": two(one.mean), "baseline": two(one.baseline)}
            for one in group.months
        ],
    }  # fmt: skip


def position_of(pack: Pack, group: EvidenceGroup) -> str | None:
    """Return the position that laid a group on the person; None for the counter record."""
    held = {post.assignment.id: post.assignment.position for post in pack.posts}
    return None if group.assignment_id is None else held.get(group.assignment_id)


def _unit(unit: UnitBeside) -> Content:
    row = unit.result
    figures = None if unit.is_withheld else {
        "mean": two(row.mean), "score": two(row.score), "low": two(row.low), "high": two(row.high),
        "reliability": two(row.reliability), "band": row.band.value,
    }  # fmt: skip
    return {
        "unit": unit.name, "n": row.n, "n_beside": row.n_beside, "n_nobody": row.n_nobody, "figures": figures,
        "responses": {"transactions": row.transactions, "tokens": row.tokens, "tokens_used": row.tokens_used},
    }  # fmt: skip


def _survey(one: SurveyElement) -> Content:
    return {
        "unit": one.unit_name, "survey": one.period, "element": one.key, "name": one.name, "n": one.n,
        "value": float(one.value),
    }  # fmt: skip


def _signature(one: Signed) -> Content:
    return {
        "name": one.name, "signed_at": moment(one.signed_at), "input_sha256": one.input_hash,
        "output_sha256": one.output_hash,
    }  # fmt: skip


def _cases(one: CasesBeside) -> Content:
    row = one.record
    return {
        "unit": one.unit_name, "duty": row.duty.value, "n": row.n_cases, "replied": row.n_replied,
        "on_time": row.n_on_time, "open": row.n_open, "declared": row.n_declared, "confirmed": row.n_confirmed,
        "partly": row.n_partly, "disputed": row.n_disputed, "silent": row.n_silent, "upheld": row.n_upheld,
        "praise": row.n_praise, "median_wait_hours": two(row.median_wait_hours),
    }  # fmt: skip


def _contest(one: Contested) -> Content:
    row = one.contest
    return {
        "kind": row.kind.value, "reason": row.reason.value, "unit": one.unit_name, "month": month(row.month),
        "words": row.words, "state": row.state.value, "outcome": row.outcome.value if row.outcome else None,
        "explanation": row.explanation,
    }  # fmt: skip


def _earlier(one: EarlierCycle) -> Content:
    return {
        "cycle": one.name, "version": one.version, "kind": one.kind.value, "starts_on": _day(one.starts_on),
        "ends_on": _day(one.ends_on), "method": one.method_version, "n": one.n, "band": one.band.value,
        "score": two(one.score), "low": two(one.low), "high": two(one.high), "reliability": two(one.reliability),
        "output_sha256": one.output_hash,
    }  # fmt: skip


def _method(pack: Pack) -> Content:
    cycle = pack.cycle
    parameters: Mapping[str, Any] = cycle.parameters or {}
    return {
        "version": cycle.method_version, "tau2": two(cycle.tau2), "sigma2": two(cycle.sigma2),
        "delta": two(cycle.delta), "delta_in_tau": two(cycle.delta_in_tau),
        "overall_baseline": two(cycle.overall_baseline),
        "further": {key: two(one) for key, one in sorted(parameters.items()) if isinstance(one, int | float)},
        "input_sha256": cycle.input_hash, "output_sha256": cycle.output_hash,
    }  # fmt: skip
