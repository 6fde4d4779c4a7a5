"""Embedded servers write their logs in UTC, whatever the zone of the machine, so that lines of all parts compare."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from feedback_app.config import Settings
from feedback_app.supervisor import servers

pytestmark = pytest.mark.timeout(180)


def test_both_servers_write_utc_on_a_machine_of_another_zone(
    spoiled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Makassar")
    with servers(spoiled, fsync=False):
        pass
    logs = spoiled.home / "logs"
    (redis, *_) = re.findall(r"\d\d \w{3} \d{4} \d\d:\d\d:\d\d", (logs / "redis.log").read_text())
    told = datetime.strptime(redis, "%d %b %Y %H:%M:%S").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - told) < timedelta(minutes=10)
    assert re.search(r"\d\d:\d\d:\d\d\.\d+ UTC \[", (logs / "postgres.log").read_text())
