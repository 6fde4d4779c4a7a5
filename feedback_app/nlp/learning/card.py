"""The figures of the model card, written from what was measured: no figure is typed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from feedback_app.errors import ConfigurationError

BEGIN: Final = "<!-- figures: feedback nlp card -->"
END: Final = "<!-- end of figures -->"

_NAMES: Final = {
    "kind": "kind",
    "sentiment": "sentiment",
    "aspect": "aspect",
    "urgency": "urgency, model alone",
    "language": "language",
    "sector": "sector",
    "tone": "insults",
}


class CardError(ConfigurationError):
    """The card cannot be written: something was not measured, or measured of another model."""


Figures = Mapping[str, Any]


def written_into(card: str, figures: str) -> str:
    """Put the figures into the card, between its two marks.

    Raises
    ------
    CardError
        When the card lacks the marks.
    """
    before, begin, rest = card.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise CardError(f"The card has no lines {BEGIN} and {END} to write between.")
    return f"{before}{BEGIN}\n\n{figures}\n{END}{after}"


def figures_text(manifest: Figures, evaluation: Figures) -> str:
    """Return the figures of a model as Markdown.

    Parameters
    ----------
    manifest : mapping
        The model's manifest.
    evaluation : mapping
        What `evaluation.everything` measured.

    Raises
    ------
    CardError
        When the evaluation is of another model.
    """
    if evaluation["model_version"] != manifest["model_version"]:
        raise CardError(
            f"Measured was {evaluation['model_version']}, and the model is {manifest['model_version']}: "
            "run `feedback nlp evaluate` again."
        )
    parts = [_model(manifest, evaluation), _folds(evaluation), _held_out(evaluation), _answers(manifest, evaluation)]
    parts += [_urgency(evaluation), _languages(manifest), _rules(manifest), _personal(evaluation), _speed(evaluation)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _share(value: float) -> str:
    return f"{value:.3f}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _head(*cells: str) -> Iterator[str]:
    yield _row(*cells)
    yield _row(*["---"] * len(cells))


def _model(manifest: Figures, evaluation: Figures) -> Iterator[str]:
    yield (
        f"Model `{manifest['model_version']}`, {manifest['data']['examples']:,} messages, measured "
        f"{evaluation['measured_on']} by `feedback nlp evaluate`."
    )


def _folds(evaluation: Figures) -> Iterator[str]:
    folds = evaluation["cross_validation"]
    yield "### Five folds, near-copies kept together"
    yield ""
    yield (
        f"Each message is answered by a whole model fitted on the other four fifths of all {folds['all']['n']:,}. "
        f"*Given* are the {folds['given']['n']:,} texts the project began with, many of them near-misses on purpose; "
        "the last column is the plain machine that had only those."
    )
    yield ""
    yield from _head("figure", "all", "plain machine", "given", "plain machine, all texts", "plain machine, given only")
    for head, figure, name in _FIGURES:
        cells = [
            _share(side[part][head][figure]) if head in side[part] and figure in side[part][head] else "–"
            for side, part in (
                (folds["all"], "ours"),
                (folds["all"], "baseline"),
                (folds["given"], "ours"),
                (folds["given"], "baseline"),
                (folds["given"], "baseline_given_only"),
            )
        ]
        yield _row(name, *cells)
    for key, name in _WITH_RULES:
        cells = [
            _share(folds[part]["ours"]["urgency"]["with_rules"]["without_abstention"][key]) for part in ("all", "given")
        ]
        yield _row(f"{name}, model and rules", cells[0], "–", cells[1], "–", "–")


_FIGURES: Final = (
    ("kind", "macro_f1", "kind, macro-F1"),
    ("sentiment", "macro_f1", "sentiment, macro-F1"),
    ("aspect", "macro_f1", "aspect, macro-F1"),
    ("aspect", "first_or_second", "aspect, first or second"),
    ("aspect", "top_3", "aspect, among the top three"),
    ("urgency", "macro_f1", "urgency, macro-F1"),
    ("urgency", "urgent_recall", "urgent found"),
    ("urgency", "urgent_precision", "alarms that were urgent"),
    ("urgency", "critical_not_normal", "critical not read as normal"),
    ("language", "macro_f1", "language, macro-F1"),
    ("sector", "macro_f1", "sector, macro-F1"),
    ("tone", "macro_f1", "insults, macro-F1"),
)
_WITH_RULES: Final = (
    ("urgent_recall", "urgent found"),
    ("urgent_precision", "alarms that were urgent"),
    ("critical_not_normal", "critical not read as normal"),
)


def _held_out(evaluation: Figures) -> Iterator[str]:
    found = evaluation["held_out"]
    yield f"### {found['n']} messages by a second author, never trained on"
    yield ""
    yield from _head("figure", "ours", "plain machine")
    for head, figure, name in _FIGURES:
        if head in found["ours"] and figure in found["ours"][head]:
            name = name.replace(", model alone", "")
            yield _row(name, _share(found["ours"][head][figure]), _share(found["baseline"][head][figure]))
    yield ""
    integrity = found["integrity"]
    yield (
        f"Urgency here is model and rules together. Allegations recognised: {_percent(integrity['recall'])}; of the "
        f"messages taken for one, {_percent(integrity['precision'])} were."
    )


def _answers(manifest: Figures, evaluation: Figures) -> Iterator[str]:
    yield "### When it answers, and how sure it is"
    yield ""
    yield from _head(
        "head", "threshold", "aimed at", "answered (folds)", "right", "answered (second author)", "right",
        "calibration error, folds", "second author",
    )  # fmt: skip
    for head, threshold in manifest["thresholds"].items():
        folds = evaluation["cross_validation"]["all"]["ours"][head]
        other = evaluation["held_out"]["ours"].get(head)
        yield _row(
            _NAMES[head],
            _share(threshold["value"]),
            f"{100 * threshold['target']:.0f} %",
            _percent(folds["answered"]),
            _percent(folds["answered_right"]),
            _percent(other["answered"]) if other else "–",
            _percent(other["answered_right"]) if other else "–",
            _share(folds["calibration_error"]),
            _share(other["calibration_error"]) if other else "–",
        )


def _urgency(evaluation: Figures) -> Iterator[str]:
    yield "### Urgency with abstention"
    yield ""
    for part, name in (("all", "all texts"), ("given", "the given texts")):
        found = evaluation["cross_validation"][part]["ours"]["urgency"]["with_rules"]
        yield (
            f"- {name}, model and rules: {_percent(found['coverage'])} answered, "
            f"{_percent(found['selective_accuracy'])} of them right; of the critical ones "
            f"{_percent(found['critical_called_normal'])} given out as normal."
        )


def _languages(manifest: Figures) -> Iterator[str]:
    yield "### By language (macro-F1, out of fold)"
    yield ""
    heads = ("kind", "sentiment", "aspect", "urgency")
    yield from _head("language", "n", *heads)
    for language, figures in manifest["metrics"]["kind"]["by_language"].items():
        shares = [_share(manifest["metrics"][head]["by_language"][language]["macro_f1"]) for head in heads]
        yield _row(language, f"{figures['n']:,}", *shares)


def _rules(manifest: Figures) -> Iterator[str]:
    yield "### Rules for urgency: how often each spoke, and how often the message was urgent"
    yield ""
    yield (
        "; ".join(
            f"{name.replace('_', ' ')} {found['urgent']}/{found['n']}" for name, found in manifest["rules"].items()
        )
        + "."
    )


def _personal(evaluation: Figures) -> Iterator[str]:
    yield "### Personal data on the probes (exact kind and place)"
    yield ""
    yield from _head("probe", "structured found", "names found", "hard negatives kept")
    for name, found in evaluation["personal_data"].items():
        yield _row(
            name,
            f"{_percent(found['structured'])} of {found['structured_n']}",
            f"{_percent(found['names'])} of {found['names_n']}",
            f"{_percent(found['kept'])} of {found['kept_n']}",
        )


def _speed(evaluation: Figures) -> Iterator[str]:
    found = evaluation["speed"]
    yield "### Speed and size, one core"
    yield ""
    yield (
        f"{found['messages_a_second']:,} messages a second with everything on, {found['explained_a_second']:,} with "
        f"the words that decided; the heads alone {found['heads_a_second']:,}. One message: median "
        f"{found['single_ms_median']} ms, 95th percentile {found['single_ms_p95']} ms. From an empty process to the "
        f"first answer {found['seconds_to_first_answer']} s and {found['resident_mib']:.0f} MiB. Artefact "
        f"{found['artefact_mib']} MiB. Training with validation: {found['training_seconds']:.0f} s. Known beside it: a "
        "transformer of the size of IndoBERT reads 7 such texts a second on the same core."
    )
