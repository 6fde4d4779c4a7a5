"""The database as every room sees it: one declarative base, the types all tables share, one session a request."""

from __future__ import annotations

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from psycopg.errors import UniqueViolation
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from feedback_app.errors import ConflictError

NAMING_CONVENTION: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def words(kind: type[enum.Enum], name: str | None = None) -> sa.Enum:
    """Return the type of a column of enumerated words, stored as their values with a CHECK.

    A native PostgreSQL enum cannot lose a member, and a plain string loses its type. `name` tells the checks of two
    columns of one table apart.
    """
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        validate_strings=True,
        create_constraint=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {  # noqa: RUF012 - read once by SQLAlchemy
        enum.Enum: words(enum.Enum),
        int: sa.BigInteger(),
        datetime: sa.DateTime(timezone=True),
        date: sa.Date(),
        Decimal: sa.Numeric(),
        float: sa.Double(),
        bytes: sa.LargeBinary(),
        str: sa.Text(),
        dict[str, Any]: sa.JSON(),
    }


db = SQLAlchemy(metadata=Base.metadata)


def identity() -> sa.Identity:
    """Return the numbering of a surrogate key; the database alone gives the numbers."""
    return sa.Identity(always=False)


def tenant_key(*columns: str, to: str, name: str | None = None) -> sa.ForeignKeyConstraint:
    """Return a foreign key that carries the agency, so that no row can point into another agency.

    `columns` are the local columns after `agency_id`; `to` is the table, whose key is `(agency_id, id)`.
    """
    return sa.ForeignKeyConstraint(["agency_id", *columns], [f"{to}.agency_id", f"{to}.id"], name=name)


def add_unless_taken(session: Session, row: Base, taken: ConflictError) -> None:
    """Store a row, or raise `taken` where the database holds one that this must not stand beside."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        # The database's message quotes the row, such as a password's hash; it must not travel on with the sentence.
        raise taken from None


def same(column: str) -> tuple[sa.ColumnElement[Any], str]:
    """Return an element of an exclusion constraint that compares a number for equality.

    The core GiST operator classes know ranges but not plain numbers (that needs the extension btree_gist), so the
    number is compared as a range of one.
    """
    return sa.literal_column(f"int8range({column}, {column}, '[]')"), "&&"


def no_overlap(name: str, *keys: str, during: tuple[str, str], where: str | None = None) -> ExcludeConstraint:
    """Return a constraint that forbids two rows with the same keys at the same time.

    `during` names the first and the last day, both included; an empty last day means "still".
    """
    period: tuple[sa.ColumnElement[Any], str] = (sa.literal_column(f"daterange({during[0]}, {during[1]}, '[]')"), "&&")
    return ExcludeConstraint(
        *(same(key) for key in keys), period, name=name, using="gist", where=sa.text(where) if where else None
    )
