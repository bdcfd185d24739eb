"""Arrows point inwards, each dependency has one owner, and imports do no work: read from the sources themselves."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "screener"
LONGEST = 250  # lines of a module

# How far out each part stands. A part may import what stands further in, and itself; never its neighbours.
CORE = {
    "commands", "conduct", "dialogue", "evidence", "guidance", "ladder", "letters", "model", "notices", "numbers", "organisations", "origin",
    "policy", "seeds", "segments", "sheets", "summary", "traditional", "understanding", "wording",
}  # fmt: skip
LEVELS: list[set[str]] = [
    CORE,
    {"draining", "settings"},
    {"documents", "files", "notify", "store", "telephony", "timestamps", "twiml"},
    {"house", "readiness"},
    {"bags", "conversation", "followup", "inbox"},
    {"web", "webhooks", "worker"},
    {"wiring"},
    {"screener"},  # create_app
    {"cli"},
]
# A world of its own: it plays the carrier, so it may know nothing of the server that it tests but the scripts.
APART = {"simulator": {"seeds"}}

OWNERS = {
    "alembic": {"store"},
    "apprise": {"notify"},
    "babel": {"web"},
    "click": {"cli"},
    "cryptography": {"notify", "timestamps"},
    "dbos": {"worker"},
    "docx": {"documents"},
    "drawsvg": {"web"},
    "flask": {"house", "screener", "web", "webhooks", "wiring"},
    "flask_babel": {"web"},
    "icalendar": {"documents"},
    "markupsafe": {"web"},
    "obstore": {"files"},  # recordings in an object store
    "opencc": {"traditional", "understanding"},  # understanding keeps the way back
    "phonenumbers": {"numbers", "summary", "understanding"},  # both read numbers that are not E.164 yet
    "prometheus_client": {"web"},
    "pypinyin": {"summary", "understanding"},
    "rapidfuzz": {"understanding"},
    "requests": {"simulator", "telephony", "timestamps"},  # the SDK cannot fetch media
    "rfc3161_client": {"timestamps"},
    "segno": {"web"},
    "sqlalchemy": {"store", "worker"},  # worker: the connection that holds its executor slot on PostgreSQL
    "twilio": {"house", "telephony", "twiml"},  # house: the signature check
    "urllib3": {"simulator"},
    "vobject": {"web"},
    "werkzeug": {"house", "screener", "simulator", "web", "webhooks", "wiring"},
}
OFFLINE = {"opencc", "phonenumbers", "pypinyin", "rapidfuzz"}  # tables and reckoning, which the core may use
OUTSIDE = {"asyncio", "http", "multiprocessing", "smtplib", "socket", "sqlite3", "subprocess", "threading", "time"}

# Modules that are long for a reason.
LONG = {
    "dialogue/steps.py": "the whole conversation, which is read and reviewed from top to bottom",
    "store/migrations/versions/0001_first_tables.py": "a migration is history and is not edited",
    "store/schema.py": "every table side by side",
}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services", "common", "misc"}
# Run by other programs, which is work indeed: Alembic, and `python -m`.
RUN_BY_OTHERS = ("screener.store.migrations", "screener.cli.__main__")


def modules() -> list[Path]:
    found = sorted(PACKAGE.rglob("*.py"))
    assert len(found) > 100
    return found


def part(path: Path) -> str:
    """The name directly under screener/ to which a module belongs."""
    first = path.relative_to(PACKAGE).parts[0]
    return "screener" if first == "__init__.py" else first.removesuffix(".py")


def shown(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@cache
def imports(path: Path) -> frozenset[str]:
    """Dotted names that a module imports anywhere in it; `from screener import x` counts as screener.x."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            module = node.module or ""
            found |= {f"screener.{name.name}" for name in node.names} if module == "screener" else {module}
    return frozenset(found)


def parts_imported(path: Path) -> set[str]:
    """Parts of screener that a module imports, apart from its own."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("screener.")} - {part(path)}


def libraries_imported(path: Path) -> set[str]:
    first = {name.partition(".")[0] for name in imports(path)}
    return {name for name in first if name not in sys.stdlib_module_names} - {"screener", "_typeshed"}


def allowed_parts(own: str) -> set[str]:
    """What a part may import beside itself."""
    if own in APART:
        return APART[own]
    if own in CORE:
        return CORE
    level = next((at for at, names in enumerate(LEVELS) if own in names), None)
    assert level is not None, f"{own} has no place among the LEVELS yet"
    inner = set().union(*LEVELS[:level])
    return inner | set(APART) if own == "cli" else inner


def test_arrows_point_inwards() -> None:
    """A module imports only what stands further in than itself; so the core imports only the core."""
    outward = {shown(path): parts_imported(path) - allowed_parts(part(path)) for path in modules()}
    assert {path: parts for path, parts in outward.items() if parts} == {}


def test_each_library_has_its_owners() -> None:
    """A library is imported only where it is owned, and no library without an owner is imported at all."""
    strangers = [
        f"{shown(path)} imports {name}"
        for path in modules()
        for name in libraries_imported(path)
        if part(path) not in OWNERS.get(name, set())
    ]
    assert strangers == []


def test_every_owner_still_needs_its_library() -> None:
    """No part is listed as the owner of a library that it does not import."""
    used = {(name, part(path)) for path in modules() for name in libraries_imported(path)}
    listed = {(name, owner) for name, owners in OWNERS.items() for owner in owners if name != "werkzeug"}
    unused = {(name, owner) for name, owner in listed - used if (name, owner) != ("flask", "screener")}
    assert not unused


def clocks_read(path: Path) -> list[str]:
    """Where a module asks what time it is."""
    return [
        f"{shown(path)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"now", "utcnow", "today"}
    ]


def test_the_core_touches_nothing_outside() -> None:
    """No network, database, process, thread or clock in the core; what it needs is given to it."""
    core = [path for path in modules() if part(path) in CORE]
    assert len(core) > 40
    wrong = [place for path in core for place in clocks_read(path)]
    for path in core:
        standard = {name for name in imports(path) if name.partition(".")[0] in OUTSIDE or name == "urllib.request"}
        wrong += [f"{shown(path)} imports {name}" for name in (libraries_imported(path) - OFFLINE) | standard]
    assert wrong == []


def test_no_module_is_too_long_without_a_reason() -> None:
    """Past 250 lines a module becomes a package; those listed as long still are."""
    long = {shown(path) for path in modules() if len(path.read_text().splitlines()) > LONGEST}
    assert long - LONG.keys() == set(), "divide these"
    assert LONG.keys() - long == set(), "these are short now and leave the list"


def test_modules_are_named_after_ideas() -> None:
    """No module or package is called by a word that says nothing."""
    names = {path.stem for path in modules()} | {path.parent.name for path in modules()}
    assert not names & EMPTY_NAMES


def test_a_module_begins_by_saying_what_it_is_for() -> None:
    """The first line of every module that holds anything is a whole sentence."""
    silent = []
    for path in modules():
        tree = ast.parse(path.read_text())
        first = (ast.get_docstring(tree) or "").partition("\n")[0]
        if tree.body and (not first.endswith((".", "?")) or len(first) > 120):
            silent.append(f"{shown(path)}: {first!r}")
    assert silent == []


def importable() -> list[str]:
    """Every module, those of one part together."""
    dotted = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in modules()]
    return sorted(name for name in dotted if not name.startswith(RUN_BY_OTHERS))


WATCHED_IMPORT = """
import os, sys, threading
import flask, sqlalchemy, twilio.rest

def refuse(*args, **kwargs):
    raise AssertionError("made at import")

# The engine is kept out by its maker, the rest by what the interpreter itself reports.
sqlalchemy.create_engine = refuse
flask.Flask.__init__ = refuse
twilio.rest.Client.__init__ = refuse
SEEDS = os.sep + "seeds" + os.sep

def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.fork", "os.mkdir",
                 "sqlite3.connect"):
        raise AssertionError(event + " at import")
    if event == "open":
        path, mode, flags = arguments
        if (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise AssertionError(f"{path} is written at import")
        if SEEDS in str(path) and not str(path).endswith((".py", ".pyc")):
            raise AssertionError(f"{path} is read at import")

import importlib
for library in sys.argv[1].split(","):
    importlib.import_module(library)
threads = threading.active_count()
sys.addaudithook(watch)
wrong = []
part = ""
for name in sys.argv[2:]:
    before, part = part, name.split(".")[1:2]
    if part != before:  # each part is somebody's first import
        for loaded in [known for known in sys.modules if known.partition(".")[0] == "screener"]:
            del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except Exception as problem:
        wrong.append(f"{name}: {problem}")
if threading.active_count() != threads:
    wrong.append("a thread was started")
print("\\n".join(wrong))
"""


def test_imports_do_no_work(tmp_path: Path) -> None:
    """Every module imported in a fresh interpreter, each part first once: no socket, process, file, thread, application or engine."""
    command = [sys.executable, "-B", "-c", WATCHED_IMPORT, ",".join(sorted(OWNERS)), *importable()]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n") == ["", ""], done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_watch_on_imports_sees_work(tmp_path: Path) -> None:
    """The watch above does notice a module that reads the seeds, writes a file or makes an engine."""
    package = tmp_path / "lib" / "screener"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "reads.py").write_text(f"open({str(ROOT / 'seeds' / 'organisations.csv')!r})")
    (package / "writes.py").write_text("open('made', 'w')")
    (package / "makes.py").write_text("import sqlalchemy; sqlalchemy.create_engine('sqlite://')")
    names = ["screener.reads", "screener.writes", "screener.makes"]
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED_IMPORT, "flask", *names],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(package.parent), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == names, done.stdout + done.stderr
