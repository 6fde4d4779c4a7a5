"""A flood upon what is costly - a password's hash, a search, a look-up, files - does not stop citizens from sending.

Each flood is ten times what one visitor may do in a minute, within seconds, from one address, by eight connections at
once. Citizens send from addresses of their own meanwhile.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

import pytest

from feedback_app.db import db
from tests import factories as make
from tests.abuse.served import Visitor, meanwhile, served
from tests.conftest import Live

ATTACKER = "198.51.100.66"
SENT = 60


def _sign_in(port: int) -> Callable[[], object]:
    attacker = Visitor(port, ATTACKER)
    token = attacker.token("/masuk")
    wrong = {"email": "penilai@contoh.go.id", "password": "tebakan-panjang", "csrf_token": token}
    return lambda: Visitor(port, ATTACKER, attacker.cookie).post("/masuk", wrong)


def _look_up(port: int) -> Callable[[], object]:
    attacker = Visitor(port, ATTACKER)
    token = attacker.token("/lacak")
    guess = {"code": "ABCD-EFGH-JKMN", "csrf_token": token}
    return lambda: Visitor(port, ATTACKER, attacker.cookie).post("/lacak", guess)


FLOODS: dict[str, Callable[[int], Callable[[], object]]] = {
    "signing in": _sign_in,
    "looking codes up": _look_up,
    "searching": lambda port: lambda: Visitor(port, ATTACKER).get("/instansi/kota-uji?q=kependudukan+sipil"),
    "open data": lambda port: lambda: Visitor(port, ATTACKER).get("/unit/kota-uji/dukcapil.csv"),
    "pages nobody has": lambda port: lambda: Visitor(port, ATTACKER).get("/instansi/tidak-ada"),
}


@pytest.mark.slow
@pytest.mark.parametrize("flood", FLOODS)
def test_citizens_send_while_somebody_floods(live: Live, flood: str) -> None:
    with live.app.app_context():
        make.unit(db.session(), make.agency(db.session(), code="kota-uji"), code="dukcapil")
        db.session.commit()
    with served(live, RATE_LIMITS="true", TRUSTED_PROXIES="1") as port:
        citizen = Visitor(port, "203.0.113.20")
        token = citizen.token("/nilai/kota-uji/dukcapil")
        citizen.seconds.clear()
        with meanwhile(FLOODS[flood](port), threads=8):
            sent = [
                citizen.post("/nilai/kota-uji/dukcapil", {"rating": "4", "csrf_token": token})[0] for _ in range(SENT)
            ]
    assert set(sent) == {303}, sent
    # The target is a p99 of half a second on a machine that does nothing else, which `make bench` measures; here a
    # neighbour and eight attacking threads of this very process take their part.
    assert statistics.quantiles(citizen.seconds, n=20)[-1] < 1.5, sorted(citizen.seconds)[-5:]
