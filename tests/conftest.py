"""What every test may ask for: a database of each kind, an application, a carrier that signs."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import create_engine, text

from screener import create_app
from screener.settings import Settings
from screener.store import Store, open_store
from screener.worker import migrate
from tests import postgres
from tests.desk import Bench, make_bench
from tests.office import Office
from tests.signer import ACCOUNT, BASE, TOKEN, Carrier

settings.register_profile("house", deadline=None)  # no test of ours asserts how long anything takes
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """In CI nothing skips silently: what cannot run there fails."""
    report = yield
    if report.skipped and os.environ.get("SCREENER_TESTS_MAY_SKIP") == "no" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where skipping is not allowed: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of the tests' own; its URL without a database."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with postgres.a_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated database that is copied for each test, because a copy is quicker than the migrations."""
    _administer(postgres_server, "CREATE DATABASE template_screener")
    store = open_store(postgres_server.format(database="template_screener"))
    store.upgrade(migrate)
    store.engine.dispose()
    return postgres_server


def _administer(server: str, statement: str) -> None:
    engine = create_engine(server.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as tx:
        tx.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "screener.db"
    store = open_store(f"sqlite:///{path}")
    store.upgrade(migrate)
    with store.engine.connect() as tx:
        tx.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.engine.dispose()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    shutil.copy(sqlite_template, tmp_path / "screener.db")
    return f"sqlite:///{tmp_path / 'screener.db'}"


@pytest.fixture
def postgres_url(postgres_template: str, tmp_path: Path) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    name = f"test_{abs(hash(tmp_path)):x}"
    _administer(postgres_template, f"CREATE DATABASE {name} TEMPLATE template_screener")
    yield postgres_template.format(database=name)
    _administer(postgres_template, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def new_postgres_database(postgres_server: str) -> Callable[[str], str]:
    """Makes an empty PostgreSQL database of that name; its URL."""

    def made(name: str) -> str:
        _administer(postgres_server, f"CREATE DATABASE {name}")
        return postgres_server.format(database=name)

    return made


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open store on each kind of database in turn."""
    opened = open_store(database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a small installation."""
    return Settings(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        secret_key="k" * 32,
        public_url=BASE,
        data_dir=tmp_path,
        database_url=database_url,
        recordings_url=str(tmp_path / "recordings"),
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on each kind of database."""
    made = create_app(settings)
    yield made
    made.extensions["screener"].store.engine.dispose()


@pytest.fixture
def carrier(app: Flask) -> Carrier:
    return Carrier(app)


@pytest.fixture
def office(store: Store, settings: Settings) -> Office:
    """A desk for follow-ups on each kind of database."""
    return Office(store, settings)


@pytest.fixture
def bench(settings: Settings, store: Store) -> Bench:
    """A follow-up's desk with a carrier in memory, on each kind of database."""
    return make_bench(settings, store)
