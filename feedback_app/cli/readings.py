"""What the classifier says about a text: as a line of JSON for programs, as columns for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from feedback_app.nlp.labels import HEADS
from feedback_app.nlp.personal.pii import TYPE_NAMES
from feedback_app.nlp.urgency.triage import RULE_PREFIX

if TYPE_CHECKING:
    from feedback_app.nlp.reading import Label, Reading

_DIGITS: Final = 4
_COLUMN: Final = 11
_ID_WIDTH: Final = 12
_LABEL_WIDTH: Final = 24


def as_object(message_id: Any, reading: Reading, version: str, *, explain: bool = False) -> dict[str, Any]:
    """Return the answer to one text, ready for JSON.

    `label` is None where the classifier abstains; `best` is always there. Spans count characters of the text as it was
    given. With `explain` the words that decided are added, by head.
    """
    answer: dict[str, Any] = {
        "id": message_id,
        "language": reading.language.best,
        "kind": _label(reading.kind),
        "sentiment": _label(reading.sentiment),
        "aspect": _label(reading.aspect) | {"top3": [[name, round(p, _DIGITS)] for name, p in reading.aspects]},
        "urgency": _label(reading.urgency) | {"reason": reading.urgency_source},
        "integrity": reading.integrity,
        "pii": [{"start": span.start, "end": span.end, "type": TYPE_NAMES[span.kind]} for span in reading.spans],
        "version": version,
    }
    if explain:
        answer["why"] = {head: [list(word) for word in words] for head, words in reading.why.items()}
    return answer


def _label(label: Label) -> dict[str, Any]:
    return {"label": label.value, "p": round(label.confidence, _DIGITS), "best": label.best}


def as_lines(reading: Reading, version: str) -> list[str]:
    """Return what was read in one text, a line for each answer, for a person."""
    rows = [("text", reading.redacted)]
    for head in HEADS:
        label = getattr(reading, head)
        decided = f", decided by {_decided_by(reading.urgency_source)}" if head == "urgency" else ""
        rows.append((head, f"{label.value or 'not sure':<20}({label.confidence:.2f}{decided})"))
        if words := reading.why.get(head):
            rows.append(("", f"because of: {', '.join(word for word, _ in words)}"))
    rows.append(("integrity", "yes, it alleges illegal levies or abuse of power" if reading.integrity else "no"))
    rows.append(("model", version))
    return [f"{name:<{_COLUMN}}{said}" for name, said in rows]


def _decided_by(urgency_source: str) -> str:
    _, is_rule, name = urgency_source.partition(RULE_PREFIX)
    return f"the rule for {name.replace('_', ' ')}" if is_rule else "the model"


def heading() -> str:
    """Return the heading of a table of many texts."""
    return f"{'id':<{_ID_WIDTH}} " + " ".join(f"{head:<{_LABEL_WIDTH}}" for head in HEADS).rstrip()


def as_row(message_id: Any, reading: Reading) -> str:
    """Return one text's row of the table; what the classifier is not sure of stands there with a question mark."""
    cells = [_cell(getattr(reading, head)) for head in HEADS]
    shown = message_id if isinstance(message_id, str) and message_id.isprintable() else json.dumps(message_id)
    return f"{shown:<{_ID_WIDTH}} " + " ".join(f"{cell:<{_LABEL_WIDTH}}" for cell in cells).rstrip()


def _cell(label: Label) -> str:
    return f"{label.best}{'' if label.value else '?'} ({label.confidence:.2f})"
