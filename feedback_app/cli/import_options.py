"""The options of `feedback import submissions`, and what they ask for together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click

from feedback_app.intake.imports.files import encoding_of
from feedback_app.intake.imports.mapping import parse_mapping
from feedback_app.intake.imports.moments import DateOrder, parse_utc_offset
from feedback_app.intake.imports.problems import MappingError
from feedback_app.intake.imports.readers import DELIMITERS, Form, Layout, form_of
from feedback_app.intake.imports.request import ImportRequest
from feedback_app.intake.imports.values import OWN_SCALE, parse_scale
from feedback_app.intake.rules import SubmissionKind

AUTO: Final = "auto"
_TAB: Final = {"tab", "\\t", "TAB"}
_KINDS: Final = [AUTO, *(kind.value for kind in SubmissionKind if kind is not SubmissionKind.UNSPECIFIED)]
_FILE: Final = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)

_OPTIONS: Final = (
    click.argument("file", type=_FILE),
    click.option("--agency", required=True, metavar="CODE", help="The agency the feedback is for."),
    click.option("--unit", metavar="CODE", help="The unit all rows are about; or map a column to unit."),
    click.option("--service", metavar="CODE", help="The service all rows are about; or map a column to service."),
    click.option(
        "--map", "pairs", multiple=True, required=True, metavar="FIELD=COLUMN",
        help="Which column holds a field; once for each. Without a header columns are numbered from 1.",
    ),
    click.option("--source", metavar="NAME", help="Where the feedback comes from; the file's name by default. "
                 "Rows are recognised as known within one source."),
    click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD",
                 help="The day of all rows, for a file without dates."),
    click.option("--utc-offset", metavar="+HH:MM", help="The zone of times that name none; the agency's by default."),
    click.option("--date-order", type=click.Choice([order.value for order in DateOrder]), default=DateOrder.DMY.value,
                 show_default=True, help="How 01/03/2026 is meant."),
    click.option("--rating-values", multiple=True, metavar="WRITTEN=POINTS,…",
                 help="What each written rating is worth, 1 to 4; nothing after = for no rating. "
                 "Without this only 1, 2, 3 and 4 are ratings."),
    click.option("--kind", type=click.Choice(_KINDS), default=AUTO, show_default=True,
                 help="What all rows are; auto leaves it to the classifier."),
    click.option("--history", is_flag=True, help="Nobody waits for an answer: open no cases."),
    click.option("--delimiter", metavar="CHARACTER", help="Between cells; a comma in .csv, a tab in .tsv by default."),
    click.option("--encoding", metavar="NAME", help="UTF-8 by default; for example cp1252."),
    click.option("--no-quotes", is_flag=True, help="Quotation marks are part of the text, not around cells."),
    click.option("--no-header", is_flag=True, help="The first row is data; columns are called 1, 2, …"),
    click.option("--sheet", metavar="NAME", help="The sheet of a workbook that has several."),
    click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
                 help="Where rejected rows go; FILE.rejects.csv by default."),
    click.option("--dry-run", is_flag=True, help="Do everything, say how it would end, store nothing."),
)  # fmt: skip


def submissions_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all options of an import of submissions."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def request_from(
    file: Path,
    *,
    pairs: tuple[str, ...],
    source: str | None,
    day: datetime | None,
    utc_offset: str | None,
    date_order: str,
    rating_values: tuple[str, ...],
    kind: str,
    agency: str,
    unit: str | None,
    service: str | None,
    history: bool,
    **layout: Any,
) -> ImportRequest:
    """Return what the options ask for.

    Raises
    ------
    MappingError, UnreadableFileError
        An option is not of its form, or does not go with this form of file.
    """
    try:
        offset = parse_utc_offset(utc_offset) if utc_offset else None
    except ValueError as error:
        raise MappingError(f"--utc-offset takes an offset such as +08:00, not {utc_offset!r}.") from error
    return ImportRequest(
        path=file,
        layout=layout_from(file, **layout),
        agency=agency,
        source=(file.stem if source is None else source).strip(),
        mapping=parse_mapping(pairs),
        unit=unit,
        service=service,
        day=day.date() if day else None,
        utc_offset=offset,
        date_order=DateOrder(date_order),
        scale=parse_scale(rating_values) if rating_values else OWN_SCALE,
        kind=SubmissionKind.UNSPECIFIED if kind == AUTO else SubmissionKind(kind),
        history=history,
    )


def layout_from(
    file: Path, *, delimiter: str | None, encoding: str | None, no_quotes: bool, no_header: bool, sheet: str | None
) -> Layout:
    """Return how the bytes of a file become a table.

    Raises
    ------
    MappingError, UnreadableFileError
    """
    form = form_of(file)
    delimited = form in DELIMITERS
    for name, given, fits in (
        ("--delimiter", delimiter, delimited),
        ("--no-quotes", no_quotes, delimited),
        ("--no-header", no_header, form is not Form.JSONL),
        ("--sheet", sheet, form is Form.XLSX),
        ("--encoding", encoding, form is not Form.XLSX),
    ):
        if given and not fits:
            raise MappingError(f"{name} has no meaning for a .{form.value} file.")
    mark = "\t" if delimiter in _TAB else delimiter or DELIMITERS.get(form, ",")
    if len(mark) != 1 or mark in '"\r\n':
        raise MappingError(f"--delimiter takes one character, or the word tab, not {delimiter!r}.")
    return Layout(
        form=form,
        encoding=None if form is Form.XLSX else encoding_of(file, encoding),
        delimiter=mark,
        quoted=not no_quotes,
        has_header=not no_header,
        sheet=sheet,
    )
