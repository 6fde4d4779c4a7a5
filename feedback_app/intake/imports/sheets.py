"""Read the rows of one sheet of an XLSX workbook, as values, without holding the workbook in memory."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openpyxl.cell.cell import ERROR_CODES

from feedback_app.intake.imports.mapping import suggestion
from feedback_app.intake.imports.problems import MappingError, UnreadableFileError
from feedback_app.intake.imports.values import Cell
from feedback_app.workbooks import AT_TERMINAL, BROKEN, WorkbookTooLargeError, open_workbook, rows_within


@contextmanager
def sheet_rows(path: Path, name: str | None) -> Iterator[Iterator[Sequence[Cell]]]:
    """Open one sheet of a workbook as rows of values; formulas give the value last shown.

    Raises
    ------
    MappingError
        The sheet does not exist, or there are several and none is named.
    UnreadableFileError
        The file is no workbook, breaks off, or holds more than a workbook of data does.
    """
    with path.open("rb") as file, warnings.catch_warnings():
        # Styles and extensions that openpyxl does not know have no bearing on the values.
        warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
        try:
            book = open_workbook(file, AT_TERMINAL)
        except WorkbookTooLargeError as error:
            raise _too_large(path, error) from error
        except BROKEN as error:
            raise _broken(path, error) from error
        try:
            sheet = book[_sheet_name(book.sheetnames, name)]
            # The size written in the file is a hint that some programs get wrong.
            sheet.reset_dimensions()
            yield _values(path, sheet.iter_rows(values_only=True))
        finally:
            book.close()


def _values(path: Path, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Cell]]:
    try:
        for row in rows_within(rows):
            yield [None if cell in ERROR_CODES else cell for cell in row]
    except WorkbookTooLargeError as error:
        raise _too_large(path, error) from error
    except BROKEN as error:
        raise _broken(path, error) from error


def _sheet_name(names: list[str], wanted: str | None) -> str:
    listed = ", ".join(repr(name) for name in names)
    if wanted is None:
        if len(names) == 1:
            return names[0]
        raise MappingError(f"The workbook has {len(names)} sheets; name one with --sheet: {listed}.")
    if wanted not in names:
        raise MappingError(f"The workbook has no sheet {wanted!r}{suggestion(wanted, names)} Sheets: {listed}.")
    return wanted


def _too_large(path: Path, error: WorkbookTooLargeError) -> UnreadableFileError:
    return UnreadableFileError(f"{path.name} holds {error}. Save the sheet with the data as .csv and import that.")


def _broken(path: Path, error: Exception) -> UnreadableFileError:
    return UnreadableFileError(
        f"{path.name} cannot be read as an XLSX workbook ({type(error).__name__}). "
        "Open it in a spreadsheet program and save it again as .xlsx."
    )
