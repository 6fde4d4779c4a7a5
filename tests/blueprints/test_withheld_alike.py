"""Every surface withholds the same: list, evidence page, printed pack, file and terminal."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from feedback_app.blueprints.score_words import signed
from feedback_app.cli.evaluation_export import explained
from feedback_app.evaluation.evidence.content import content_of
from feedback_app.identity.rules import Role
from tests.blueprints.office import Login
from tests.evaluation.evidence.rated import rated


@pytest.mark.parametrize(("n", "is_told"), [pytest.param(12, False, id="few"), pytest.param(45, True, id="enough")])
def test_page_pack_file_and_terminal_agree_on_what_is_withheld(
    session: Session, login: Login, n: int, is_told: bool
) -> None:
    world = rated(session, n)
    cycle = world.cycle()
    evaluator = world.office.staff(Role.EVALUATOR, everywhere=True)
    session.commit()
    pack = world.pack(cycle)
    score, group = pack.score, pack.groups.shown[0]
    client, path = login(evaluator), f"/petugas/evaluasi/{cycle.id}"
    person = f"{path}/pegawai/{world.good.id}"
    pages = [client.get(address).get_data(as_text=True) for address in (person, f"{person}/cetak")]
    assert [signed(score.low) in page and signed(score.high) in page for page in pages] == [is_told] * 2
    assert (signed(score.high) in client.get(path).get_data(as_text=True)) is is_told
    content = content_of(pack)
    assert (content["measure"]["figures"] is not None, content["measure"]["is_withheld"]) == (is_told, not is_told)
    terminal = "\n".join(explained(pack))
    assert ("standard error" in terminal) is is_told
    assert (group.mean is not None) is is_told
    assert ("its own figures are withheld" not in terminal) is is_told
    assert (content["groups"][0]["mean"] is not None) is is_told
