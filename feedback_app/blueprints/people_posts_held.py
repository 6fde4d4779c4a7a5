"""Which posts somebody holds already on the days for which another is asked, and what to do about them."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from feedback_app.blueprints.people_words import post_sentence
from feedback_app.db import db
from feedback_app.organisation.people import queries
from feedback_app.organisation.people.imports.matching import clash
from feedback_app.organisation.people.post_edits import PostEdit, fields_of


def posts_in_the_way(agency_id: int, edits: Sequence[PostEdit]) -> list[str]:
    """Return the posts of the same person that hold on days that were asked for, and what to do about them."""
    wanted = [edit.after for edit in edits if edit.after]
    gone = {edit.before.id for edit in edits if edit.before}
    held = queries.posts_of_people(db.session(), agency_id, {post.employee_id for post in wanted})
    return [
        gettext(
            "Sudah tercatat: %(post)s. Akhiri jabatan itu lebih dahulu, atau pakai Tukar tempat bila dua orang "
            "bertukar.",
            post=post_sentence(line.post, line.unit_name, line.service_name),
        )
        for post in wanted
        for line in held.get(post.employee_id, ())
        if line.post.id not in gone and clash(post, fields_of(line.post))
    ]
