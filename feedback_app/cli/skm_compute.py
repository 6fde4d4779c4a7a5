"""`feedback skm compute`: the index of a file of answers, without server, database or settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, BinaryIO, Final, NoReturn

import click

from feedback_app.errors import DomainError
from feedback_app.survey.answer_columns import AnswerOrderMissingError
from feedback_app.survey.answers_file import AnswersFile, BadAnswersError, read_answers
from feedback_app.survey.elements import RULESETS, RuleSetCode, Weight
from feedback_app.survey.index import Index, half_up, index_of_totals
from feedback_app.survey.rules import AnswerOrder

RULESET_OF_YEAR: Final = {"2017": RuleSetCode.PERMENPANRB_14_2017, "2004": RuleSetCode.KEPMENPAN_25_2004}
ORDER_WORDS: Final = {
    AnswerOrder.FORM: "formulir kuesioner (form)",
    AnswerOrder.LIST: "daftar unsur peraturan (list)",
    AnswerOrder.KEYS: "menurut kunci unsur (keys)",
}
WRONG: Final = 2
IGNORED_SHOWN: Final = 10


@click.command("compute", short_help="Compute the index of a file of answers.")
@click.argument("file", type=click.File("rb"), metavar="FILE")
@click.option(
    "--order", type=click.Choice([AnswerOrder.FORM.value, AnswerOrder.LIST.value]),
    help="What u1 to u9 stand for: the order of the form (u8 is sarana) or of the list (u8 is pengaduan).",
)  # fmt: skip
@click.option(
    "--weight", type=click.Choice([weight.value for weight in Weight]), default=Weight.EXACT.value, show_default=True,
    help="One over the number of elements, or a rounding of it as older series used it (0.071: 2004 only).",
)  # fmt: skip
@click.option("--ruleset", type=click.Choice([*RULESET_OF_YEAR]), default="2017", show_default=True, help="The rules.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compute_command(file: BinaryIO, order: str | None, weight: str, ruleset: str, as_json: bool) -> None:
    """Compute the satisfaction index of FILE (- reads standard input): one line a questionnaire, answers 1 to 4.

    The first row names the columns: u1 to u9, with --order, because the regulation numbers elements 8 and 9 in two
    ways; or the keys of the elements, which need no order. Commas, semicolons and tabs separate; other columns are
    left out and named. No server is needed.

    \b
      feedback skm compute jawaban.csv --order form
      feedback skm compute jawaban.csv --weight 0.111 --json

    Exit codes: 0 computed, 2 the call or the file is wrong; then no index is printed.
    """
    rules = RULESETS[RULESET_OF_YEAR[ruleset]]
    if Weight(weight) not in rules.weights:
        used = ", ".join(one.value for one in rules.weights)
        raise click.UsageError(f"Bobot {weight} tidak dipakai dalam {rules.title}. Pilihan: {used}.")
    try:
        answers = read_answers(file.read(), ruleset=rules.code, order=AnswerOrder(order) if order else None)
        totals = {key: [total] for key, total in answers.totals.items()}
        index = index_of_totals(totals, ruleset=rules.code, weight=Weight(weight))
    except DomainError as wrong:
        _refuse(wrong, as_json=as_json)
    _notes(answers, order)
    if as_json:
        click.echo(json.dumps(_figures(index, answers), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(_table(index, answers)))


def _refuse(wrong: DomainError, *, as_json: bool) -> NoReturn:
    """Say what is wrong, every bad cell with its place, and leave without an index."""
    cells = wrong.answers if isinstance(wrong, BadAnswersError) else ()
    for cell in cells:
        click.echo(f"baris {cell.row}, {cell.column}: {_quoted(cell.text)}", err=True)
    if isinstance(wrong, BadAnswersError) and wrong.count > len(cells):
        click.echo(f"... dan {wrong.count - len(cells)} lagi", err=True)
    click.echo(f"feedback: {wrong.message}", err=True)
    if isinstance(wrong, AnswerOrderMissingError):
        click.echo("Tambahkan --order form atau --order list.", err=True)
    if as_json:
        errors = [{"row": cell.row, "column": cell.column, "text": cell.text} for cell in cells]
        found: dict[str, Any] = {"code": wrong.code, "message": wrong.message, "errors": errors}
        if isinstance(wrong, BadAnswersError):
            found["error_count"] = wrong.count
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    sys.exit(WRONG)


def _quoted(text: str) -> str:
    return f'"{text}"' if text.strip() else "kosong"


def _notes(answers: AnswersFile, order: str | None) -> None:
    """Say on stderr what was read differently from how it was given."""
    if answers.ignored:
        more = len(answers.ignored) - IGNORED_SHOWN
        told = ", ".join(answers.ignored[:IGNORED_SHOWN]) + (f" ... dan {more} lainnya" if more > 0 else "")
        click.echo(f"Kolom yang tidak dihitung: {told}", err=True)
    if answers.blank_rows:
        click.echo(f"Baris kosong yang dilewati: {answers.blank_rows}", err=True)
    if order and answers.order is AnswerOrder.KEYS:
        click.echo("Kolom bernama kunci unsur, sehingga --order tidak dipakai.", err=True)


def _figures(index: Index, answers: AnswersFile) -> dict[str, Any]:
    """Return what `--json` prints; figures are strings, so that no reader turns them into binary fractions."""
    return {
        "index": str(index.value),
        "grade": index.grade.value,
        "respondents": answers.respondents,
        "elements": {
            one.key: {
                "n": one.n,
                "total": int(answers.totals[one.key].total),
                "nrr": str(half_up(one.mean, 3)),
                "weighted": str(half_up(one.weighted, 3)),
                "value": str(one.value),
                "grade": one.grade.value,
            }
            for one in index.elements
        },
        "weight": index.weight.value,
        "order": answers.order.value,
        "sha256": answers.sha256,
        "ruleset": index.ruleset.value,
    }


def _table(index: Index, answers: AnswersFile) -> Iterator[str]:
    """Give the lines of the result for people, with the decimal comma."""
    rules = RULESETS[index.ruleset]
    band = rules.band_of(index.value)
    yield f"Indeks Kepuasan Masyarakat  {_comma(index.value)}   mutu {index.grade.value} ({band.performance})"
    yield f"Responden                   {answers.respondents}"
    yield ""
    names = {one.key: rules.element(one.key).name for one in index.elements}
    width = max(map(len, names.values()))
    yield f"{'Unsur':<{width}}  {'Jumlah':>8}  {'NRR':>6}  {'NRR tertimbang':>14}  {'Nilai':>6}  Mutu"
    for one in index.elements:
        total = int(answers.totals[one.key].total)
        yield (
            f"{names[one.key]:<{width}}  {total:>8}  {_comma(half_up(one.mean, 3)):>6}  "
            f"{_comma(half_up(one.weighted, 3)):>14}  {_comma(one.value):>6}  {one.grade.value}"
        )
    yield ""
    exact = f"1/{len(rules.elements)}, tanpa pembulatan (exact)"
    yield f"Aturan   {rules.title}"
    yield f"Bobot    {exact if index.weight is Weight.EXACT else index.weight.value.replace('.', ',')}"
    yield f"Urutan   {ORDER_WORDS[answers.order]}"
    yield f"SHA-256  {answers.sha256}"


def _comma(value: Decimal) -> str:
    return f"{value}".replace(".", ",")
