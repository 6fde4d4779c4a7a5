"""`feedback skm compute`: a file of answers becomes an index, with nothing running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feedback_app.cli import main

SEKADAU = Path(__file__).parent.parent / "survey" / "data" / "skm_sekadau_2019_first49.csv"
HEADER = "u1,u2,u3,u4,u5,u6,u7,u8,u9\n"
KEYS = "persyaratan,prosedur,waktu,biaya,produk,kompetensi,perilaku,sarana,pengaduan\n"
SHA256 = "613977295775ec5ef7e4c6d12d2a4c90c583bff2b818c620dc85a5f84f89f3a7"


def compute(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["skm", "compute", *arguments], input=given)


def test_json_holds_figures_as_strings_and_how_they_came_about() -> None:
    done = compute(str(SEKADAU), "--order", "form", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    elements = told.pop("elements")
    assert told == {
        "index": "78.74", "grade": "B", "respondents": 49, "weight": "exact", "order": "form",
        "sha256": SHA256, "ruleset": "permenpanrb-14-2017",
    }  # fmt: skip
    assert elements["persyaratan"] == {
        "n": 49, "total": 138, "nrr": "2.816", "weighted": "0.313", "value": "70.41", "grade": "C"
    }  # fmt: skip
    assert list(elements)[7:] == ["pengaduan", "sarana"]
    assert (elements["sarana"]["total"], elements["pengaduan"]["total"]) == (143, 159)


def test_the_order_decides_what_the_last_two_are() -> None:
    elements = json.loads(compute(str(SEKADAU), "--order", "list", "--json").stdout)["elements"]
    assert (elements["sarana"]["total"], elements["pengaduan"]["total"]) == (159, 143)


@pytest.mark.parametrize(("weight", "index"), [("exact", "78.74"), ("0.111", "78.66"), ("0.11", "77.95")])
def test_the_weight_is_chosen_and_told(weight: str, index: str) -> None:
    told = json.loads(compute(str(SEKADAU), "--order", "form", "--weight", weight, "--json").stdout)
    assert (told["index"], told["weight"]) == (index, weight)


def test_people_read_a_table_with_decimal_commas() -> None:
    shown = compute(str(SEKADAU), "--order", "form").stdout
    assert "Indeks Kepuasan Masyarakat  78,74   mutu B (Baik)" in shown
    assert "Sarana dan Prasarana                          143   2,918           0,324   72,96  C" in shown
    assert "formulir kuesioner (form)" in shown
    assert SHA256 in shown
    assert max(map(len, shown.splitlines())) <= 90


def test_without_an_order_the_reason_is_told() -> None:
    done = compute(str(SEKADAU))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "u8 = Sarana dan Prasarana" in done.stderr
    assert "--order form" in done.stderr


def test_columns_by_key_need_no_order_and_standard_input_is_read() -> None:
    done = compute("-", "--json", given=KEYS + "1,2,3,4,1,2,3,4,1\n")
    told = json.loads(done.stdout)
    assert (told["order"], told["elements"]["sarana"]["total"], done.stderr) == ("keys", 4, "")
    with_order = compute("-", "--json", "--order", "list", given=KEYS + "1,2,3,4,1,2,3,4,1\n")
    assert json.loads(with_order.stdout) == told
    assert "--order tidak dipakai" in with_order.stderr


def test_what_is_left_out_is_named_beside_the_figures() -> None:
    done = compute(
        "-", "--json", "--order", "form", given="no," + HEADER + "1,1,1,1,1,1,1,1,1,1\n\n2,1,1,1,1,1,1,1,1,1\n"
    )
    assert json.loads(done.stdout)["index"] == "25.00"
    assert "Kolom yang tidak dihitung: no" in done.stderr
    assert "Baris kosong yang dilewati: 1" in done.stderr


BAD = HEADER + "1,2,3,4,1,2,3,4,1\n0,2,5,4,,2,baik,4,1\n"


def test_bad_answers_are_listed_by_row_and_column_without_an_index() -> None:
    done = compute("-", "--order", "form", given=BAD)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[:4] == [
        'baris 3, u1: "0"', 'baris 3, u3: "5"', "baris 3, u5: kosong", 'baris 3, u7: "baik"'
    ]  # fmt: skip


def test_bad_answers_are_in_the_json_too() -> None:
    done = compute("-", "--order", "form", "--json", given=BAD)
    told = json.loads(done.stdout)
    assert done.exit_code == 2
    assert "index" not in told
    assert told["error_count"] == 4
    assert told["errors"][0] == {"row": 3, "column": "u1", "text": "0"}


def test_of_many_bad_answers_the_rest_is_counted() -> None:
    done = compute("-", "--order", "form", given=HEADER + "0,0,0,0,0,0,0,0,0\n" * 20)
    assert "... dan 80 lagi" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(b"", "Berkas kosong", id="empty"),
        pytest.param(HEADER.encode(), "belum ada satu pun", id="header alone"),
        pytest.param(b"u1,u2\n1,1\n", "Kolom u3, u4, u5, u6, u7, u8, u9 tidak ada", id="missing columns"),
        pytest.param(b"u1," + HEADER.encode() + b"1,1,1,1,1,1,1,1,1,1\n", "Kolom u1 ada lebih dari satu", id="doubled"),
        pytest.param(HEADER.encode() + b"\xff\xfe\n", "UTF-8", id="not text"),
    ],
)
def test_a_file_that_cannot_be_computed_says_why_in_both_forms(given: bytes, said: str) -> None:
    done = compute("-", "--order", "form", given=given)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    as_json = compute("-", "--order", "form", "--json", given=given)
    assert as_json.exit_code == 2
    assert said in json.loads(as_json.stdout)["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["nowhere.csv", "--order", "form"], id="no such file"),
        pytest.param([str(SEKADAU), "--order", "keys"], id="no such order"),
        pytest.param([str(SEKADAU), "--order", "form", "--weight", "0.112"], id="no such weight"),
        pytest.param([str(SEKADAU), "--order", "form", "--weight", "0.071"], id="weight of the other rules"),
    ],
)
def test_a_wrong_call_ends_with_two(arguments: list[str]) -> None:
    assert compute(*arguments).exit_code == 2


def test_older_series_are_computed_with_their_own_rules() -> None:
    header = ",".join(f"u{number}" for number in range(1, 15))
    given = f"{header}\n" + "3,3,3,3,3,3,3,3,3,3,3,3,3,3\n"
    told = json.loads(compute("-", "--ruleset", "2004", "--json", given=given).stdout)
    assert (told["index"], told["grade"], len(told["elements"])) == ("75.00", "B", 14)
    old = json.loads(compute("-", "--ruleset", "2004", "--weight", "0.071", "--json", given=given).stdout)
    assert (old["index"], old["ruleset"]) == ("74.55", "kepmenpan-25-2004")


def test_no_server_no_web_framework_and_no_learning_library_is_needed(tmp_path: Path) -> None:
    heavy = "'flask', 'sqlalchemy', 'sklearn', 'scipy', 'numpy', 'psycopg', 'redis'"
    code = (
        "import sys; from feedback_app.cli import main\n"
        f"main(['skm', 'compute', {str(SEKADAU)!r}, '--order', 'form'], standalone_mode=False)\n"
        f"print([name for name in ({heavy}) if name in sys.modules], file=sys.stderr)"
    )
    nowhere = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://127.0.0.1:1/none", "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=nowhere, capture_output=True, text=True, check=True)
    assert "78,74" in done.stdout
    assert done.stderr.strip() == "[]"


def test_of_many_columns_that_are_not_counted_ten_are_named() -> None:
    further = [f"catatan{number}" for number in range(1, 13)]
    header = ",".join([HEADER.strip(), *further])
    told = compute("-", "--order", "form", given=f"{header}\n{'3,' * 20}3\n")
    assert told.exit_code == 0, told.output
    assert "catatan10 ... dan 2 lainnya\n" in told.stderr
    assert "catatan11" not in told.stderr
    exactly = compute("-", "--order", "form", given=f"{HEADER.strip()},{','.join(further[:10])}\n{'3,' * 18}3\n")
    assert "catatan10\n" in exactly.stderr


def test_a_file_that_begins_with_its_separator_is_computed() -> None:
    told = compute("-", "--order", "form", given="sep=;\r\n" + HEADER.replace(",", ";") + "3;3;3;3;3;3;3;3;3\n")
    assert (told.exit_code, "75,00" in told.stdout) == (0, True)
