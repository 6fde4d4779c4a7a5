"""The form of the JSON pack as a JSON Schema (draft 2020-12); `docs/evidence-pack.schema.json` is printed from it."""

from __future__ import annotations

import enum
from typing import Any, Final

from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.evidence.content import FORMAT
from feedback_app.evaluation.evidence.explain import BandRule
from feedback_app.evaluation.replies.rules import (
    ContestKind,
    ContestOutcome,
    ContestReason,
    ContestState,
    ObjectionOutcome,
)
from feedback_app.evaluation.result_models import CaseDuty
from feedback_app.evaluation.rules import Band, CycleKind, CycleStatus
from feedback_app.intake.rules import Channel
from feedback_app.organisation.people.rules import AttributionLevel
from feedback_app.organisation.rules import AssignmentKind

Part = dict[str, Any]

WORDS: Final[Part] = {"type": "string"}
MAYBE_WORDS: Final[Part] = {"type": ["string", "null"]}
COUNT: Final[Part] = {"type": "integer", "minimum": 0}
FIGURE: Final[Part] = {"type": "number"}
MAYBE: Final[Part] = {"type": ["number", "null"]}
SHARE: Final[Part] = {"type": "number", "minimum": 0, "maximum": 1}
POINTS: Final[Part] = {"type": ["number", "null"], "minimum": 25, "maximum": 100}
YES: Final[Part] = {"type": "boolean"}
DAY: Final[Part] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
MAYBE_DAY: Final[Part] = {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}-\d{2}$"}
MONTH: Final[Part] = {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}$"}
MOMENT: Final[Part] = {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}
HASH: Final[Part] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
MAYBE_HASH: Final[Part] = {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"}


def _one_of(members: type[enum.StrEnum]) -> Part:
    return {"enum": [member.value for member in members]}


def _or_null(members: type[enum.StrEnum]) -> Part:
    return {"enum": [*(member.value for member in members), None]}


def _object(optional: tuple[str, ...] = (), **properties: Part) -> Part:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: Part) -> Part:
    return {"type": "array", "items": items}


def _nullable(part: Part) -> Part:
    return {"oneOf": [part, {"type": "null"}]}


_FIGURES: Final = _object(
    mean=FIGURE, baseline=FIGURE, residual=FIGURE, factor=SHARE, score=FIGURE, standard_error=FIGURE, low=FIGURE,
    high=FIGURE, reliability=SHARE, confidence={"const": 0.9},
)  # fmt: skip
_MEASURE: Final = _object(
    name={"const": "visit_rating"}, scale={"const": [25, 100]}, counted_channel={"const": "token"}, n=COUNT,
    n_effective=FIGURE, own_share=SHARE, n_counter_record=COUNT, n_beside=COUNT, n_excluded=COUNT, n_set_aside=COUNT,
    is_withheld=YES, figures=_nullable(_FIGURES), band=_one_of(Band), band_rule=_one_of(BandRule),
    without_set_aside=_nullable(_object(score=FIGURE, low=FIGURE, high=FIGURE, band=_one_of(Band))),
    set_aside_is_notable=YES,
)  # fmt: skip
_GROUP: Final = _object(
    post=MAYBE_WORDS, unit=WORDS, service=MAYBE_WORDS, channel=_one_of(Channel), level=_one_of(AttributionLevel),
    exclusion=_or_null(Exclusion), n=COUNT, weight=FIGURE, mean=POINTS, baseline=POINTS, is_withheld=YES,
    laid=_list(_object(share=SHARE, reason=WORDS, n=COUNT)),
    months=_list(_object(month=MONTH, n=COUNT, mean=POINTS, baseline=POINTS)),
)  # fmt: skip
_POST: Final = _object(
    position=WORDS, unit=WORDS, service=MAYBE_WORDS, kind=_one_of(AssignmentKind), is_head=YES, share=SHARE,
    starts_on=DAY, ends_on=MAYBE_DAY, decree_number=WORDS,
)  # fmt: skip
_UNIT: Final = _object(
    unit=WORDS, n=COUNT, n_beside=COUNT, n_nobody=COUNT,
    figures=_nullable(
        _object(mean=POINTS, score=FIGURE, low=FIGURE, high=FIGURE, reliability=SHARE, band=_one_of(Band))
    ),
    responses=_object(transactions={"type": ["integer", "null"]}, tokens=COUNT, tokens_used=COUNT),
)  # fmt: skip
_CASES: Final = _object(
    unit=WORDS, duty=_one_of(CaseDuty), n=COUNT, replied=COUNT, on_time=COUNT, open=COUNT, declared=COUNT,
    confirmed=COUNT, partly=COUNT, disputed=COUNT, silent=COUNT, upheld=COUNT, praise=COUNT, median_wait_hours=MAYBE,
)  # fmt: skip
_CONTEST: Final = _object(
    kind=_one_of(ContestKind), reason=_one_of(ContestReason), unit=MAYBE_WORDS, month=MONTH, words=WORDS,
    state=_one_of(ContestState), outcome=_or_null(ContestOutcome), explanation=MAYBE_WORDS,
)  # fmt: skip
_EARLIER: Final = _object(
    cycle=WORDS, version=COUNT, kind=_one_of(CycleKind), starts_on=DAY, ends_on=DAY, method=WORDS, n=COUNT,
    band=_one_of(Band), score=MAYBE, low=MAYBE, high=MAYBE, reliability=MAYBE, output_sha256=WORDS,
)  # fmt: skip
_CYCLE: Final = _object(
    name=WORDS, version=COUNT, version_reason=MAYBE_WORDS, kind=_one_of(CycleKind), starts_on=DAY, ends_on=DAY,
    inputs_until=MOMENT, computed_at=MOMENT, reply_from=MAYBE_DAY, reply_until=MAYBE_DAY, frozen_at=MOMENT,
)  # fmt: skip
_METHOD: Final = _object(
    version=WORDS, tau2=MAYBE, sigma2=MAYBE, delta=MAYBE, delta_in_tau=FIGURE, overall_baseline=MAYBE,
    further={"type": "object", "additionalProperties": MAYBE}, input_sha256=MAYBE_HASH, output_sha256=MAYBE_HASH,
)  # fmt: skip
_CONTENT: Final = _object(
    format={"const": FORMAT}, status=_one_of(CycleStatus), is_final=YES, notice=WORDS,
    agency=_object(code=WORDS, name=WORDS, time_zone=WORDS), employee=_object(name=WORDS, nip_masked=WORDS),
    cycle=_CYCLE, scope=_object(is_whole=YES, ratings_elsewhere=COUNT), posts=_list(_POST), measure=_MEASURE,
    groups=_list(_GROUP), units=_list(_UNIT),
    survey_elements=_list(_object(unit=WORDS, survey=WORDS, element=WORDS, name=WORDS, n=COUNT, value=FIGURE)),
    cases=_list(_CASES), left_out=_list(_object(reason=_one_of(Exclusion), n=COUNT)), contests=_list(_CONTEST),
    statement=MAYBE_WORDS, history=_list(_EARLIER), method=_METHOD,
    signatures=_list(_object(name=WORDS, signed_at=MOMENT, input_sha256=HASH, output_sha256=HASH)),
)  # fmt: skip
_OBJECTION: Final = _object(
    filed_at=MOMENT, words=WORDS, explanation=MAYBE_WORDS, outcome=_or_null(ObjectionOutcome), decision=MAYBE_WORDS,
    decided_at=MOMENT,
)  # fmt: skip

SCHEMA: Final[Part] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Suara Layanan: bukti umpan balik seorang pegawai dalam satu siklus",
    "description": (
        "`sha256` is the SHA-256 of `content` as canonical JSON (keys sorted, no blanks, UTF-8). Comments stand "
        "outside, for citizens may have theirs erased; so does the objection, which comes after freezing."
    ),
    **_object(
        ("nip",),
        content=_CONTENT, sha256=HASH,
        comments=_list(_object(words=WORDS, is_praise=YES, month=MONTH)), comments_sha256=HASH,
        comments_are_withheld=YES, objection=_nullable(_OBJECTION), e_kinerja=WORDS,
        nip={"type": "string", "pattern": r"^\d{18}$"},
    ),
}  # fmt: skip
