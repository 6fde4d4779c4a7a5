"""WhatsApp and SMS over a real HTTP connection: the contract of docs/notifications.md."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from feedback_app.notifications.gateway import GatewayTransport
from feedback_app.notifications.transport import PermanentFailure, TemporaryFailure
from tests.notifications.machines import Gateway, gateway_server

NUMBER = "+6281234567890"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with gateway_server() as running:
        yield running


def send(url: str, timeout: float = 5) -> None:
    GatewayTransport(url, "kunci-gerbang", timeout).send(NUMBER, "Ada kabar", "Buka …", {"Message-ID": "<1.2.3@kota>"})


def test_the_gateway_gets_number_text_and_a_stable_id_with_the_token(gateway: Gateway) -> None:
    send(gateway.url)
    ((headers, body),) = gateway.requests
    assert body == {"id": "1.2.3@kota", "to": NUMBER, "text": "Buka …"}
    assert headers["Authorization"] == "Bearer kunci-gerbang"
    assert headers["Idempotency-Key"] == "1.2.3@kota"


@pytest.mark.parametrize("status", [400, 406, 410, 413, 422])
def test_a_number_that_is_refused_is_given_up(gateway: Gateway, status: int) -> None:
    gateway.status = status
    with pytest.raises(PermanentFailure, match=f"HTTP {status}"):
        send(gateway.url)


@pytest.mark.parametrize(
    ("status", "stops_way"),
    [(401, True), (403, True), (404, True), (408, False), (409, False), (429, True), (500, True), (503, True)],
)
def test_what_is_about_us_or_the_moment_is_tried_again(gateway: Gateway, status: int, stops_way: bool) -> None:
    gateway.status = status
    with pytest.raises(TemporaryFailure, match=f"HTTP {status}") as failed:
        send(gateway.url)
    assert failed.value.stops_way is stops_way


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        pytest.param("120", timedelta(minutes=2), id="seconds"),
        pytest.param("9999999", timedelta(days=1), id="no longer than a day"),
        pytest.param("Wed, 21 Oct 2026 07:28:00 GMT", None, id="a date is not read"),
    ],
)
def test_the_gateway_may_ask_for_time(gateway: Gateway, said: str, wait: timedelta | None) -> None:
    gateway.status, gateway.headers = 429, {"Retry-After": said}
    with pytest.raises(TemporaryFailure) as failed:
        send(gateway.url)
    assert failed.value.wait == wait


def test_a_redirect_takes_neither_number_nor_token_elsewhere(gateway: Gateway) -> None:
    with gateway_server() as other:
        gateway.status, gateway.headers = 307, {"Location": other.url}
        with pytest.raises(TemporaryFailure, match="HTTP 307"):
            send(gateway.url)
        assert other.requests == []


def test_a_gateway_that_does_not_answer_is_left_after_the_time_out(gateway: Gateway) -> None:
    gateway.wait_seconds = 1
    with pytest.raises(TemporaryFailure, match="TimeoutError") as failed:
        send(gateway.url, timeout=0.2)
    assert failed.value.stops_way


def test_a_gateway_that_is_away_stops_the_way() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TemporaryFailure, match="ConnectionRefusedError"):
        send(f"http://127.0.0.1:{port}/kirim")


def test_the_token_is_not_printed() -> None:
    assert "kunci-gerbang" not in repr(GatewayTransport("http://127.0.0.1/", "kunci-gerbang"))
