"""Mails over a real connection: what arrives, what is tried again, what is given up."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback_app.notifications.smtp import SmtpTransport
from feedback_app.notifications.transport import PermanentFailure, TemporaryFailure
from tests.notifications.machines import PASSWORD, USER, Mailbox, certificate, mail_server

SENDER = "Suara Layanan <kabar@kota.go.id>"
TO = "siti@contoh.id"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def to(port: int, **values: object) -> SmtpTransport:
    return SmtpTransport(**{"host": "127.0.0.1", "port": port, "mail_from": SENDER, "starttls": False, **values})  # type: ignore[arg-type]


def send(by: SmtpTransport, address: str = TO) -> None:
    by.send(
        address, "Ada kabar", "Buka https://suara.kota.go.id/lacak – sekarang.", {"Message-ID": "<1.2.3@kota.go.id>"}
    )


def test_a_mail_arrives_whole_and_says_that_a_machine_wrote_it(mailbox: Mailbox) -> None:
    send(to(mailbox.port))
    (mail,) = mailbox.mails
    assert (mail["From"], mail["To"], mail["Subject"]) == (SENDER, TO, "Ada kabar")
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<1.2.3@kota.go.id>", "auto-generated")
    assert mail["Date"] is not None
    assert mail.get_content().strip() == "Buka https://suara.kota.go.id/lacak – sekarang."


def test_a_mail_goes_by_starttls_with_a_password(tmp_path: Path) -> None:
    serving, trusting = certificate(tmp_path)
    with mail_server(serving) as mailbox:
        send(to(mailbox.port, starttls=True, context=trusting, user=USER, password=PASSWORD))
    assert (len(mailbox.mails), mailbox.logins) == (1, [USER])


def test_a_wrong_password_is_for_the_operator_to_put_right(tmp_path: Path) -> None:
    serving, trusting = certificate(tmp_path)
    with mail_server(serving) as mailbox, pytest.raises(TemporaryFailure, match="SMTP 535") as failed:
        send(to(mailbox.port, starttls=True, context=trusting, user=USER, password="salah"))
    assert failed.value.stops_way
    assert set(mailbox.logins) == {USER}
    assert mailbox.mails == []


def test_a_server_that_cannot_prove_its_name_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    serving, _ = certificate(tmp_path)
    with mail_server(serving) as mailbox, pytest.raises(TemporaryFailure, match="SSLCertVerificationError"):
        send(to(mailbox.port, starttls=True, context=ssl.create_default_context(), user=USER, password=PASSWORD))
    assert (mailbox.mails, mailbox.logins) == ([], [])


def test_a_server_without_starttls_gets_no_mail_where_tls_is_wanted(mailbox: Mailbox) -> None:
    with pytest.raises(TemporaryFailure, match="SMTPNotSupportedError"):
        send(to(mailbox.port, starttls=True))
    assert mailbox.mails == []


def test_a_full_mailbox_is_tried_again_and_concerns_nobody_else(mailbox: Mailbox) -> None:
    mailbox.refusals[TO] = "452 4.2.2 <siti@contoh.id> mailbox full"
    with pytest.raises(TemporaryFailure) as failed:
        send(to(mailbox.port))
    assert (failed.value.reason, failed.value.stops_way) == ("SMTP 452", False)


def test_an_unknown_mailbox_is_given_up_and_not_named(mailbox: Mailbox) -> None:
    mailbox.refusals[TO] = "550 5.1.1 <siti@contoh.id> unknown"
    with pytest.raises(PermanentFailure) as failed:
        send(to(mailbox.port))
    assert failed.value.reason == "SMTP 550"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [pytest.param("451 later", TemporaryFailure, id="later"), pytest.param("554 never", PermanentFailure, id="never")],
)
def test_the_answer_to_the_text_decides(mailbox: Mailbox, answer: str, kind: type[Exception]) -> None:
    mailbox.data_answer = answer
    with pytest.raises(kind, match=f"SMTP {answer[:3]}"):
        send(to(mailbox.port))


def test_a_refused_sender_is_not_the_citizens_fault(mailbox: Mailbox) -> None:
    mailbox.sender_answer = "553 5.7.1 not your address"
    with pytest.raises(TemporaryFailure, match="SMTP 553") as failed:
        send(to(mailbox.port))
    assert failed.value.stops_way


def test_a_server_that_is_away_stops_the_way() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TemporaryFailure, match="ConnectionRefusedError") as failed:
        send(to(port))
    assert failed.value.stops_way


def test_a_server_that_says_nothing_is_left_after_the_time_out() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TemporaryFailure, match="SMTPServerDisconnected"):
            send(to(silent.getsockname()[1], timeout=0.2))


def test_a_bad_farewell_does_not_undo_a_mail_that_was_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = threading.Thread(target=_take_and_hang_up, args=(listening,))
        taken.start()
        send(to(listening.getsockname()[1], timeout=2))
        taken.join(5)
    assert not taken.is_alive()


def _take_and_hang_up(listening: socket.socket) -> None:
    peer, _ = listening.accept()
    with peer, peer.makefile("rwb") as talk:
        talk.write(b"220 uji\r\n")
        talk.flush()
        while line := talk.readline():
            if line.upper().startswith(b"DATA"):
                talk.write(b"354 go\r\n")
                talk.flush()
                while talk.readline() != b".\r\n":
                    pass
                talk.write(b"250 taken\r\n")
            elif line.upper().startswith(b"QUIT"):
                talk.write(b"500 what?\r\n")
            else:
                talk.write(b"250 OK\r\n")
            talk.flush()


def test_an_address_with_a_line_end_smuggles_in_no_header(mailbox: Mailbox) -> None:
    with pytest.raises(PermanentFailure, match="address not usable"):
        send(to(mailbox.port), "siti@contoh.id\r\nBcc: semua@contoh.id")
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("url", "port", "implicit", "starttls"),
    [
        pytest.param("smtp://surel.kota.go.id", 587, False, True, id="starttls is wanted of others"),
        pytest.param("smtps://surel.kota.go.id", 465, True, False, id="tls from the start"),
        pytest.param("smtp://localhost:25", 25, False, False, id="this machine may do without"),
    ],
)
def test_the_address_of_the_server_says_how_it_is_protected(
    url: str, port: int, implicit: bool, starttls: bool
) -> None:
    server = SmtpTransport.from_url(url, SENDER)
    assert (server.port, server.implicit_tls, server.starttls, server.user) == (port, implicit, starttls, None)


def test_name_and_password_are_read_from_the_address_and_not_printed() -> None:
    server = SmtpTransport.from_url("smtp://kabar%40kota:r%2Fa@surel.kota.go.id", SENDER)
    assert (server.user, server.password) == ("kabar@kota", "r/a")
    assert "r/a" not in repr(server)
