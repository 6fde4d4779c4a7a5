"""The file that names identity providers: what it takes, and what it says when it takes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from feedback_app.db import Base
from feedback_app.errors import ConfigurationError
from feedback_app.identity.sso.provider_file import read_providers
from feedback_app.identity.sso.rules import CLAIM_ROLES, claim_at, holds, is_second_factor

GOOD = """
[[provider]]
name = "sso-kota"
title = "SSO Pemkot"
issuer = "https://sso.kota.go.id/realms/pegawai"
client_id = "suara"
client_secret_env = "SSO_SECRET"
"""
ENV = {"SSO_SECRET": "rahasia-sekali"}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "providers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_no_providers() -> None:
    assert read_providers(None, {}) == ()


def test_a_short_entry_is_enough_and_asks_for_the_least(tmp_path: Path) -> None:
    (found,) = read_providers(written(tmp_path, GOOD), ENV)
    assert found.discovery_url == "https://sso.kota.go.id/realms/pegawai/.well-known/openid-configuration"
    assert found.scopes == ("openid", "email", "profile")
    assert found.client_secret == "rahasia-sekali"
    assert "rahasia" not in repr(found)
    assert (found.trusts_second_factor, found.email_is_always_verified) == (False, False)


def test_a_provider_on_this_machine_needs_no_tls(tmp_path: Path) -> None:
    text = GOOD.replace("https://sso.kota.go.id/realms/pegawai", "http://localhost:9400")
    assert read_providers(written(tmp_path, text), ENV)[0].is_local


def test_a_domain_stands_for_itself_alone(tmp_path: Path) -> None:
    (found,) = read_providers(written(tmp_path, GOOD + 'email_domains = ["Kota.go.id"]\nmax_age = 3600'), ENV)
    assert found.max_age == 3600
    spoken = ["a@kota.go.id", "A@KOTA.GO.ID", "a@lain.kota.go.id", "a@xkota.go.id", "a@kota.go.id@jahat.example", "a"]
    assert [found.speaks_for(address) for address in spoken] == [True, True, False, False, False, False]
    assert read_providers(written(tmp_path, GOOD), ENV)[0].speaks_for("siapa@saja.example")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"\[\[provider\]\]"),
        ("x = 1", r"\[\[provider\]\]"),
        ("[[provider]\n", "no TOML"),
        (GOOD + GOOD, "the same name"),
        (GOOD + GOOD.replace('"sso-kota"', '"lain"'), "the same issuer"),
        (GOOD.replace('client_id = "suara"', ""), "client_id is missing"),
        (GOOD.replace('"sso-kota"', '"SSO Kota"'), "small letters"),
        (GOOD.replace("https://", "http://"), "must read like https"),
        (GOOD.replace("https://sso.kota.go.id", "sso.kota.go.id"), "must read like https"),
        (GOOD + 'client_secret = "juga"', "client_secret_env, the name of a variable"),
        (GOOD.replace('client_secret_env = "SSO_SECRET"', ""), "client_secret_env, the name of a variable"),
        (GOOD.replace("SSO_SECRET", "KOSONG"), "KOSONG holds no client secret"),
        (GOOD + 'scopes = ["email"]', '"openid"'),
        (GOOD + 'scopes = "openid"', "list of words"),
        (GOOD + "trusts_second_factor = true", "which values say so"),
        (GOOD + 'trusts_second_factor = "ya"', "true or false"),
        (GOOD + 'second_factor_amr = "otp"', "list of words"),
        (GOOD + 'email_is_verified = "mungkin"', "one of claim, always"),
        (GOOD + 'token_auth = "jwt"', "one of basic, post"),
        (GOOD + "timeout_seconds = 60", "from 1 to 30"),
        (GOOD + "timeout_seconds = true", "from 1 to 30"),
        (GOOD + "max_age = 59", "from 60 to 604800"),
        (GOOD + "max_age = true", "from 60 to 604800"),
        (GOOD + 'email_domains = "kota.go.id"', "list of words"),
        (GOOD + 'email_domains = ["@kota.go.id"]', "domains alone"),
        (GOOD + 'email_domains = ["*.go.id"]', "domains alone"),
        (GOOD + 'warna = "biru"', "unknown key 'warna'"),
        (GOOD + "title = 3", "no TOML"),
        (GOOD.replace('"SSO Pemkot"', "3"), "title must be words"),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as error:
        read_providers(written(tmp_path, text), ENV)
    assert "rahasia-sekali" not in str(error.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"tidak-ada.toml cannot be read"):
        read_providers(tmp_path / "tidak-ada.toml", ENV)


@pytest.mark.parametrize(
    ("claims", "path", "found"),
    [
        ({"a": {"b": {"c": 1}}}, "a.b.c", 1),
        ({"a": {"b": 1}}, "a.b.c", None),
        ({"a": None}, "a.b", None),
        ({"a.b": 2, "a": {"b": 1}}, "a.b", 2),
        ({}, "", None),
        ({"a": {"a": {"a": {"a": {"a": {"a": {"a": "terlalu dalam"}}}}}}}, "a.a.a.a.a.a.a", {"a": "terlalu dalam"}),
    ],
)
def test_a_path_leads_into_claims_as_far_as_they_go(claims: dict[str, object], path: str, found: object) -> None:
    assert claim_at(claims, path) == found


@pytest.mark.parametrize(
    ("value", "wanted", "met"),
    [
        (["a", "b"], "b", True),
        ("loket", "loket", True),
        ("loket ", "loket", False),
        ("Loket", "loket", False),
        ([["loket"]], "loket", False),
        ({"loket": 1}, "loket", False),
        (12, "12", True),
        (True, "true", True),
        (True, "1", False),
        (1, "true", False),
        (None, "None", False),
        (1.5, "1.5", False),
    ],
)
def test_a_claim_meets_a_value_letter_by_letter(value: object, wanted: str, met: bool) -> None:
    assert holds({"groups": value}, "groups", wanted) is met


def test_a_second_factor_is_believed_only_where_it_is_said_and_trusted() -> None:
    def believed(claims: dict[str, object], *, trusted: bool = True) -> bool:
        return is_second_factor(claims, trusted=trusted, wanted_amr=("otp",), wanted_acr=("gold",))

    assert believed({"amr": ["pwd", "otp"]})
    assert believed({"acr": "gold"})
    assert not believed({"amr": "otp"})
    assert not believed({"amr": ["pwd"], "acr": "silver"})
    assert not believed({"amr": ["otp"]}, trusted=False)
    assert not is_second_factor({"amr": []}, trusted=True, wanted_amr=(), wanted_acr=())


def test_the_roles_a_claim_may_give_are_those_of_the_database() -> None:
    table = Base.metadata.tables["claim_rules"]
    check = next(one for one in table.constraints if "role_of_one_person" in str(one.name))
    assert isinstance(check, sa.CheckConstraint)
    assert sorted(role.value for role in CLAIM_ROLES) == sorted(str(check.sqltext).split("'")[1::2])
