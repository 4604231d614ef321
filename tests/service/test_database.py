"""The tables: made by migrations, the same on both databases."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from service.db.models import Base, Batch, now
from service.db.session import engine, looking, transaction


def test_migrations_make_the_tables_that_the_models_name(database: Path) -> None:
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_moment_comes_back_with_its_zone(database: Path) -> None:
    at = now()
    with transaction() as session:
        session.add(Batch(name="Montag", state="resting", created_at=at))
    with looking() as session:
        assert session.scalars(select(Batch.created_at)).one() == at
