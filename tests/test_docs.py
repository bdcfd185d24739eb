"""The words around the code are true to it: settings, commands, routes, libraries, modules, versions, both languages."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import click
import pytest

from screener import cli, create_app
from screener.settings import VARIABLES, Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
TWIN = (ROOT / "README.zh-CN.md").read_text()
DOCS = {path.name: path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
BOTH = pytest.mark.parametrize("text", [README, TWIN], ids=["English", "Chinese"])

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FIRST_CELL = re.compile(r"^\| `?([^|`]+?)`? \|", re.MULTILINE)
ENVIRONMENT = re.compile(r"\b(?:SCREENER|TWILIO)_[A-Z_]+\b")


def sections(text: str) -> dict[str, str]:
    """Each heading with what stands beneath it, up to the next."""
    parts = re.split(r"^(#+ .*)$", FENCE.sub("", text), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def section(text: str, number: int) -> str:
    """What stands under the heading with this number, counted from 0; the same in both languages."""
    return list(sections(text).values())[number]


def heading(name: str) -> int:
    """Which heading of the English text this is."""
    return [title.lstrip("# ") for title in sections(README)].index(name)


SETTINGS, COMMANDS = heading("2. Settings"), heading("Commands")
LIBRARIES, LAYOUT = heading("What it is built on"), heading("How it is built")


# Both languages


def test_the_twins_have_the_same_headings() -> None:
    """Both languages have the same headings, level by level, in the same order."""
    english, chinese = ([re.match("#+", title).group() for title in sections(text)] for text in (README, TWIN))
    assert english == chinese
    assert len(english) > 15


def test_the_twins_have_the_same_code() -> None:
    """Whoever copies a command gets the same one from either language."""
    assert FENCE.findall(README) == FENCE.findall(TWIN)
    assert len(FENCE.findall(README)) > 5


def test_the_twins_have_the_same_tables() -> None:
    """Each table has as many lines, and each line names the same things in the same order."""
    for number, title in enumerate(sections(README)):
        rows, twins = (
            [line for line in section(text, number).splitlines() if line.startswith("|")] for text in (README, TWIN)
        )
        for row, twin in zip_longest(rows, twins, fillvalue=""):
            assert re.findall("`[^`]+`", row) == re.findall("`[^`]+`", twin), title


def test_the_readme_opens_with_what_it_is_and_two_commands() -> None:
    """One sentence, then the two commands, before anything else."""
    for text in (README, TWIN):
        lines = [line for line in text.splitlines() if line.strip()]
        assert lines[0] == "# screener"
        assert re.fullmatch(r"\*\*screener\*\* .*[.。]", lines[1])
        assert FENCE.search(text).group().splitlines()[1:-1] == ["make demo", "make test"]


# Settings, commands, routes


@BOTH
def test_every_setting_is_told_and_only_those(text: str) -> None:
    """The table lists what is read, each with its default, and the rest of the text names nothing else."""
    table = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| (.+?) \|$", section(text, SETTINGS), re.MULTILINE)
    assert len(table) == len(VARIABLES)
    assert {name for name, _, _ in table} == set(VARIABLES)
    for name, default, meaning in table:
        if not VARIABLES[name].startswith("("):
            assert default == f"`{VARIABLES[name]}`"
        assert len(meaning) > 4
    assert set(ENVIRONMENT.findall(text)) <= set(VARIABLES)


def leaves(command: click.Command, name: str = "screener") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its whole name."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found
            yield from leaves(found, f"{name} {child}")
    else:
        yield name, command


@BOTH
def test_every_command_and_option_is_told_and_only_those(text: str) -> None:
    """The table names each command with each of its options, and none that is not there."""
    told = {}
    for usage in FIRST_CELL.findall(section(text, COMMANDS)):
        words = re.findall(r"[^\s\[\]]+", usage)
        name = " ".join(word for word in words if word.islower() and not word.startswith("-"))
        if words[0] == "screener":
            told[name] = {word for word in words if word.startswith("--")}
    real = {
        name: {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        for name, command in leaves(cli.cli)
    }
    assert told == real
    assert "`screener --verbose COMMAND`" in section(text, COMMANDS)
    assert "`screener --version`" in section(text, COMMANDS)


def test_every_command_and_option_has_help() -> None:
    """Nobody has to guess: each command says what it does in whole sentences, each option what it is for."""
    for name, command in leaves(cli.cli):
        assert (command.help or "").split("\n")[0].rstrip().endswith((".", "out.")), name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and "--yes" not in parameter.opts:
                assert parameter.help, f"{name} {parameter.opts}"


def test_every_route_is_told(settings: Settings) -> None:
    """Each method and path of the application stands in README or under docs/, with words for its variable parts."""
    app = create_app(replace(settings, demo=True))  # the demo has every page
    app.extensions["screener"].store.engine.dispose()
    told = README + "".join(DOCS.values())
    named = {re.sub(r"<[^>]+>", "<>", route) for route in re.findall(r"`((?:GET|POST) /[^`]*)`", told)}
    real = {
        f"{method} {re.sub(r'<[^>]+>', '<>', rule.rule)}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    assert real - named == set(), "not told"
    assert named - real == set(), "told and not there"


# Libraries, modules, files


def distribution(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9-]+", requirement).group().lower()


@BOTH
def test_every_library_has_its_reason(text: str) -> None:
    """Each dependency has a line that says why; those of the tests are named; nothing else has a line."""
    table = dict(re.findall(r"^\| ([a-z0-9-]+) \| (.+) \|$", section(text, LIBRARIES), re.MULTILINE))
    table.pop("library", None)
    needed = {distribution(one) for one in PROJECT["dependencies"]}
    optional = PROJECT["optional-dependencies"]
    for extra in set(optional) - {"test"}:
        needed |= {distribution(one) for one in optional[extra]}
    assert set(table) == needed
    assert all(len(reason) > 2 for reason in table.values())
    for one in {distribution(one) for one in optional["test"]} - needed:
        assert one in section(text, LIBRARIES), one


def test_constraints_pin_every_library() -> None:
    """constraints.txt has exact versions of all that is installed, and no address."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {re.sub("[-_.]+", "-", name).lower() for name, _ in (line.split("==") for line in lines)}
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!-]+", line) for line in lines)
    wanted = {distribution(one) for one in PROJECT["dependencies"]}
    wanted |= {distribution(one) for extra in PROJECT["optional-dependencies"].values() for one in extra}
    assert wanted - pinned == set()


def test_every_module_stands_in_the_layout() -> None:
    """The listing names each module and package directly under screener/, and none that is not there."""
    listing = next(block for block in FENCE.findall(README) if "model.py" in block)
    told = set(re.findall(r"^  ([a-z_]+(?:\.py|/))", listing, re.MULTILINE))
    real = {path.name for path in (ROOT / "screener").glob("*.py")} - {"__init__.py"}
    real |= {f"{path.parent.name}/" for path in (ROOT / "screener").glob("*/__init__.py")}
    assert told == real


def test_what_the_words_point_at_is_there() -> None:
    """Links lead to files of the project, and paths named in the text exist."""
    for name, text in {
        "README.md": README,
        "README.zh-CN.md": TWIN,
        **{f"docs/{k}": v for k, v in DOCS.items()},
    }.items():
        folder = (ROOT / name).parent
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)[^)]*\)", text):
            assert (folder / target).exists(), f"{name}: {target}"
        for path in re.findall(r"`((?:screener|seeds|tests|docs)/[A-Za-z0-9_./-]*)`", text):
            assert (ROOT / path).exists(), f"{name}: {path}"


def test_every_page_is_reached_from_the_readme() -> None:
    """Each page under docs/ has a link in both languages."""
    for name in DOCS:
        assert f"](docs/{name})" in README, name
        assert f"](docs/{name})" in TWIN, name


def test_the_glossary_has_the_nouns() -> None:
    """Every noun has its line, and the names of code in it are there."""
    nouns = set(re.findall(r"^\| ([a-z -]+) \|", DOCS["glossary.md"], re.MULTILINE)) - {"word"}
    wanted = {
        "subscriber", "caller", "contact", "call", "step", "turn", "reply", "heard", "consent", "recording", "finding",
        "organisation", "next step", "disposition", "summary", "message", "segment", "notice", "follow-up", "custody",
    }  # fmt: skip
    assert wanted <= nouns
    source = "".join(path.read_text() for path in (ROOT / "screener").rglob("*.py"))
    for name in re.findall(r"`([A-Z][A-Za-z]+)`", DOCS["glossary.md"]):
        assert re.search(rf"^(?:class {name}\b|{name} = )", source, re.MULTILINE), name


def test_the_changelog_names_the_version() -> None:
    """The version of the package has its heading with a date, and it is the newest."""
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    released = [(version, date) for version, date in headings if version != "Unreleased"]
    assert released[0][0] == PROJECT["version"]
    assert all(date for _, date in released)


# Nothing of the machine it was made on

# Written in parts, so that this file does not hold what it looks for.
PLACES = ["/" + "work/", "/" + "tmp/", "/" + "root/", "/" + "home/", "/" + "opt/"]
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com"]
VENDORED = ("screener/web/static/pico",)


def text_files() -> Iterator[tuple[str, str]]:
    """Every text file of the project as git lists it; all files where there is no git."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.splitlines() or [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in path.parts[1:])
    ]
    assert len(names) > 100
    for name in names:
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue


def test_no_file_names_a_machine_or_a_registry() -> None:
    """The project names no folder of the machine that it was written on, and no package registry."""
    found = [
        f"{name}: {word}"
        for name, text in text_files()
        if not name.startswith(VENDORED)
        for word in PLACES + HOSTS
        if word in text
    ]
    assert found == []
