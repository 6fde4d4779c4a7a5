"""The settings of messages: half of a way is refused at the start, with the name of what is missing."""

from __future__ import annotations

import pytest

from feedback_app import config
from feedback_app.errors import ConfigurationError
from feedback_app.notifications.rules import Way
from feedback_app.notifications.ways import transports_of, ways_of

PUBLIC = {"PUBLIC_URL": "https://suara.kota.go.id"}
MAIL = {"SMTP_URL": "smtps://kabar:kunci-surel@surel.kota.go.id", "MAIL_FROM": "Suara Layanan <kabar@kota.go.id>"}
GATEWAY = {"WHATSAPP_GATEWAY_URL": "https://gerbang.kota.go.id/kirim", "WHATSAPP_GATEWAY_TOKEN": "kunci-gerbang"}


def test_without_settings_there_is_no_way() -> None:
    settings = config.load({})
    assert (ways_of(settings), transports_of(settings)) == (frozenset(), {})


def test_both_ways_can_be_set_up() -> None:
    settings = config.load({**PUBLIC, **MAIL, **GATEWAY})
    assert ways_of(settings) == set(transports_of(settings)) == set(Way)
    assert "kunci" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        pytest.param({**PUBLIC, "SMTP_URL": MAIL["SMTP_URL"]}, "MAIL_FROM", id="no sender"),
        pytest.param({**PUBLIC, **MAIL, "MAIL_FROM": "kabar"}, "MAIL_FROM", id="sender is no address"),
        pytest.param({**PUBLIC, **MAIL, "MAIL_FROM": "a@b.id\nBcc: c@d.id"}, "MAIL_FROM", id="sender of two lines"),
        pytest.param({**PUBLIC, **MAIL, "SMTP_URL": "http://surel"}, "SMTP_URL", id="not a mail server"),
        pytest.param({**PUBLIC, **MAIL, "SMTP_URL": "smtp://surel:port"}, "SMTP_URL", id="port is no number"),
        pytest.param({**PUBLIC, **MAIL, "SMTP_URL": "smtp://"}, "SMTP_URL", id="no server named"),
        pytest.param({**PUBLIC, "WHATSAPP_GATEWAY_URL": "https://g.id"}, "WHATSAPP_GATEWAY_TOKEN", id="no token"),
        pytest.param({**PUBLIC, **GATEWAY, "WHATSAPP_GATEWAY_TOKEN": "a\nb"}, "GATEWAY_TOKEN", id="token of two lines"),
        pytest.param({"WHATSAPP_GATEWAY_WEBHOOK_SECRET": "x" * 31}, "WEBHOOK_SECRET", id="short secret"),
        pytest.param(MAIL, "PUBLIC_URL", id="no address to name"),
    ],
)
def test_half_a_way_is_refused(given: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        config.load(given)
