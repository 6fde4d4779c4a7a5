from __future__ import annotations

import pytest

from feedback_app.nlp.personal.identity_numbers import is_plausible_nik, is_plausible_nip


@pytest.mark.parametrize(
    ("digits", "plausible"),
    [
        pytest.param("3515140508680001", True, id="man"),
        pytest.param("3515144508680002", True, id="woman, day plus 40"),
        pytest.param("5403010101700001", True, id="province that no longer exists"),
        pytest.param("3515142902990001", True, id="29 February, century unknown"),
        pytest.param("3515143002990001", False, id="30 February"),
        pytest.param("3515147208680002", False, id="day 72"),
        pytest.param("3515144008680002", False, id="day 40"),
        pytest.param("3515140508680000", False, id="serial zero"),
        pytest.param("3500140508680001", False, id="regency zero"),
        pytest.param("3570140508680001", False, id="regency seventy"),
        pytest.param("3515990508680001", False, id="district too high"),
        pytest.param("8815140508680001", False, id="unknown province"),
        pytest.param("351514050868001", False, id="fifteen digits"),
    ],
)
def test_nik_needs_place_date_and_serial(digits: str, plausible: bool) -> None:
    assert is_plausible_nik(digits) is plausible


@pytest.mark.parametrize(
    ("digits", "plausible"),
    [
        pytest.param("198609262015051001", True, id="PNS"),
        pytest.param("199312282025212001", True, id="PPPK, 21 in place of the month"),
        pytest.param("198602302015051001", False, id="30 February"),
        pytest.param("198609262015131001", False, id="month 13"),
        pytest.param("198609262015053001", False, id="gender 3"),
        pytest.param("198609262015051000", False, id="serial zero"),
        pytest.param("200009262015051001", False, id="appointed at fifteen"),
        pytest.param("199909262015051001", True, id="appointed at sixteen"),
        pytest.param("820230112345678901", False, id="billing code"),
        pytest.param("19860926201505100", False, id="seventeen digits"),
    ],
)
def test_nip_needs_birth_appointment_gender_and_serial(digits: str, plausible: bool) -> None:
    assert is_plausible_nip(digits) is plausible
