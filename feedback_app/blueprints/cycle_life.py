"""The steps of a cycle after it was computed: right of reply, review, signatures, freezing, a new version."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.cycle_words import next_words, stages
from feedback_app.blueprints.evaluation import cycle_page
from feedback_app.blueprints.evaluation_frame import act_on, bp, whole_cycle
from feedback_app.blueprints.expired_staff_forms import draw_staff_form_again
from feedback_app.blueprints.formats import day, number
from feedback_app.blueprints.forms.cycles import SignForm, VersionForm
from feedback_app.blueprints.missed_proofs import note_missed
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.step_up import needs_fresh_sign_in
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.evaluation.cycles import signing
from feedback_app.evaluation.cycles.conflicts import leaves_no_decider
from feedback_app.evaluation.cycles.freezing import freeze as freeze_cycle
from feedback_app.evaluation.cycles.life import finish_review, open_replies
from feedback_app.evaluation.cycles.progress import progress_of
from feedback_app.evaluation.cycles.queries import objection_for, without_account
from feedback_app.evaluation.cycles.signatures import signatures_of
from feedback_app.evaluation.cycles.telling import Told
from feedback_app.evaluation.cycles.versions import open_version
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Objection
from feedback_app.identity.password_rules import normalised
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.rules import mask_nip


@bp.post("/evaluasi/<int:cycle_id>/hak-jawab")
@requires(Permission.MANAGE_CYCLE)
def open_right_of_reply(cycle_id: int) -> ResponseReturnValue:
    """Show employees their figures, and tell them."""
    days = current_app.extensions["suara_settings"].reply_days

    def act(cycle: Cycle) -> str:
        told = open_replies(db.session(), cycle, days=days, actor=_me(), now=clock.utcnow())
        opened = gettext("Hak jawab dibuka sampai %(day)s.", day=day(cycle.reply_until))
        return f"{opened} {_told_words(told)}"

    return act_on(whole_cycle(cycle_id, Permission.MANAGE_CYCLE), act)


@bp.post("/evaluasi/<int:cycle_id>/tutup-telaah")
@requires(Permission.MANAGE_CYCLE)
def close_review(cycle_id: int) -> ResponseReturnValue:
    """Close the right of reply; what follows are the signatures."""

    def act(cycle: Cycle) -> str:
        finish_review(db.session(), cycle, actor=_me(), now=clock.utcnow())
        return str(gettext("Telaah ditutup. Dua pejabat menandatangani angka siklus ini."))

    return act_on(whole_cycle(cycle_id, Permission.MANAGE_CYCLE), act)


@bp.get("/evaluasi/<int:cycle_id>/tanda-tangan")
@requires(Permission.SIGN_CYCLE)
def signing_page(cycle_id: int) -> ResponseReturnValue:
    """Show exactly what is signed, with what a signer should know."""
    cycle = whole_cycle(cycle_id, Permission.SIGN_CYCLE)
    return _signing_page(cycle, SignForm(asks_for_decider=_is_last_decider(cycle), formdata=None))


@bp.post("/evaluasi/<int:cycle_id>/tanda-tangan")
@requires(Permission.SIGN_CYCLE)
@needs_fresh_sign_in(factor_only=True)
def sign(cycle_id: int) -> ResponseReturnValue:
    """Sign the figures that the page showed; the password is asked for once more."""
    cycle = whole_cycle(cycle_id, Permission.SIGN_CYCLE)
    form = SignForm(asks_for_decider=_is_last_decider(cycle))
    is_valid = form.validate()
    if is_valid and not current_user.verify_and_update_password(normalised(form.password.data or "")):
        note_missed("password of a signature", current_user.email)
        form.password.errors = [gettext("Kata sandi tidak cocok. Coba lagi.")]
        is_valid = False
    if not is_valid:
        return _signing_page(cycle, form), 422
    try:
        signing.sign(db.session(), cycle, seen_hash=form.seen_hash.data or "", actor=_me(), now=clock.utcnow())
    except DomainError as error:
        db.session.rollback()
        form.form_errors.append(error.message)
        return _signing_page(whole_cycle(cycle_id, Permission.SIGN_CYCLE), form), error.status
    db.session.commit()
    flash(gettext("Tanda tangan Anda tersimpan."), "success")
    return redirect(url_for("evaluation.cycle", cycle_id=cycle_id), 303)


@bp.post("/evaluasi/<int:cycle_id>/tarik-tanda-tangan")
@requires(Permission.SIGN_CYCLE)
def withdraw(cycle_id: int) -> ResponseReturnValue:
    """Take one's own signature back before the cycle is frozen."""

    def act(cycle: Cycle) -> str:
        signing.withdraw_signature(db.session(), cycle, actor=_me(), now=clock.utcnow())
        return str(gettext("Tanda tangan Anda ditarik."))

    return act_on(whole_cycle(cycle_id, Permission.SIGN_CYCLE), act)


@bp.post("/evaluasi/<int:cycle_id>/bekukan")
@requires(Permission.MANAGE_CYCLE, Permission.SIGN_CYCLE)
@needs_fresh_sign_in
def freeze(cycle_id: int) -> ResponseReturnValue:
    """Make a signed cycle final, and tell its employees."""

    def act(cycle: Cycle) -> str:
        told = freeze_cycle(db.session(), cycle, actor=_me(), now=clock.utcnow())
        return f"{gettext('Siklus dibekukan; hasilnya final.')} {_told_words(told)}"

    return act_on(whole_cycle(cycle_id, Permission.MANAGE_CYCLE, Permission.SIGN_CYCLE), act)


@bp.post("/evaluasi/<int:cycle_id>/versi")
@requires(Permission.MANAGE_CYCLE)
def new_version(cycle_id: int) -> ResponseReturnValue:
    """Open a new version of a frozen cycle, for a reason."""
    cycle = whole_cycle(cycle_id, Permission.MANAGE_CYCLE)
    form = VersionForm()
    if not form.validate():
        return cycle_page(cycle, form), 422
    try:
        version = open_version(
            db.session(), cycle, reason=form.reason.data or "", actor=_me(), now=clock.utcnow(),
            objection=_answered(cycle, form),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        form.reason.errors = [translated(error.message)]
        return cycle_page(whole_cycle(cycle_id, Permission.MANAGE_CYCLE), form), error.status
    db.session.commit()
    flash(gettext("Versi baru dibuka. Hitung versi ini; versi yang dibekukan tetap seperti adanya."), "success")
    return redirect(url_for("evaluation.cycle", cycle_id=version.id), 303)


@bp.get("/evaluasi/<int:cycle_id>/tanpa-akun")
@requires(Permission.MANAGE_CYCLE)
def unreached(cycle_id: int) -> ResponseReturnValue:
    """List the people whom no message reaches, for somebody to hand them their page on paper."""
    cycle = whole_cycle(cycle_id, Permission.MANAGE_CYCLE)
    people = [(name, mask_nip(nip)) for name, nip in without_account(db.session(), cycle)]
    return render_template("evaluation/unreached.html", cycle=cycle, people=people)


def _version_again(sentences: list[str], *, cycle_id: int) -> str:
    form = VersionForm()
    form.form_errors = [translated(words) for words in sentences]
    return cycle_page(whole_cycle(cycle_id, Permission.MANAGE_CYCLE), form)


bp.record_once(lambda state: draw_staff_form_again(state.app, "evaluation.new_version", _version_again, "reason"))


def _is_last_decider(cycle: Cycle) -> bool:
    return leaves_no_decider(db.session(), cycle, current_user.id, today())


def _signing_page(cycle: Cycle, form: SignForm) -> str:
    session = db.session()
    form.seen_hash.data = cycle.output_hash or ""
    progress = progress_of(session, [cycle])[cycle.id]
    return render_template(
        "evaluation/sign.html",
        cycle=cycle,
        agency=session.get_one(Agency, cycle.agency_id),
        progress=progress,
        stages=stages(cycle),
        next_words=next_words(cycle, progress, today()),
        signatures=signatures_of(session, cycle),
        warnings=signing.warnings(session, cycle),
        form=form,
    )


def _answered(cycle: Cycle, form: VersionForm) -> Objection | None:
    wanted = number_or_none(form.objection_id.data)
    if wanted is None:
        return None
    found = objection_for(db.session(), current_user.id, wanted, today()).objection
    return found if found.cycle_id == cycle.id else None


def _told_words(told: Told) -> str:
    words = gettext(
        "%(told)s pegawai dikabari; %(without)s tanpa akun perlu diberi tahu langsung.",
        told=number(told.told, 0), without=number(told.without_account, 0),
    )  # fmt: skip
    return str(words)


def _me() -> Actor:
    return person(current_user.id)
