"""Three calculators of the regulations. People type into them; no figure of the platform does."""

from __future__ import annotations

from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms import Form

from feedback_app.blueprints import calculator_words as words
from feedback_app.blueprints.access import requires
from feedback_app.blueprints.formats import number
from feedback_app.blueprints.forms.calculators import CreditForm, DistributionForm, PredicateForm
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.evaluation.calculators import credit, distribution, predicate
from feedback_app.identity.rules import Permission

bp = staff_blueprint("calculators")

Asked = TypeVar("Asked", bound=Form)


@bp.get("/kalkulator")
@requires(*Permission)
def listed() -> ResponseReturnValue:
    """List the calculators, and say what they are not."""
    return render_template("calculators/listed.html")


@bp.get("/kalkulator/predikat")
@requires(*Permission)
def predicate_matrix() -> ResponseReturnValue:
    """Show the matrix, and the predicate for two ratings that were typed."""
    form = _asked(PredicateForm)
    valid = _is_asked() and form.validate()
    found = predicate.predicate(*form.ratings) if valid else None
    page = render_template(
        "calculators/predicate.html", form=form, found=found, matrix=predicate.MATRIX, ratings=predicate.Rating,
        source=predicate.SOURCE, words=words,
    )  # fmt: skip
    return page, _status(form)


@bp.get("/kalkulator/distribusi")
@requires(*Permission)
def distribution_pattern() -> ResponseReturnValue:
    """Compare counts that were typed with the pattern for an organisation's predicate."""
    form = _asked(DistributionForm)
    valid = _is_asked() and form.validate()
    found = distribution.compare(form.pattern, form.counts) if valid else None
    page = render_template(
        "calculators/distribution.html", form=form, found=found, source=distribution.SOURCE, words=words
    )
    return page, _status(form)


@bp.get("/kalkulator/angka-kredit")
@requires(*Permission)
def credits_() -> ResponseReturnValue:
    """Work out the credits of a predicate that was typed."""
    form = _asked(CreditForm)
    found = said = None
    if _is_asked() and form.validate():
        given, level, months = form.asked
        found = credit.credit(given, level, months)
        said = gettext(
            "%(months)s/12 × %(percent)s %% × koefisien %(coefficient)s", months=months,
            percent=credit.PERCENT[given], coefficient=number(float(credit.COEFFICIENT[level])),
        )  # fmt: skip
    page = render_template(
        "calculators/credit.html", form=form, found=found, said=said, source=credit.SOURCE, words=words,
        levels=[(level, credit.COEFFICIENT[level], credit.confidence_of(level)) for level in credit.Level],
    )  # fmt: skip
    return page, _status(form)


def _is_asked() -> bool:
    return bool(request.args)


def _asked(form: type[Asked]) -> Asked:
    """Return a form filled from the address alone."""
    return form(request.args if _is_asked() else None)


def _status(form: Form) -> int:
    return 422 if form.errors else 200
