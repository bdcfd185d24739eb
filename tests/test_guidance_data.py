"""The sheets of the guidance: complete against the research, and every bad edit found with its file and line."""

import shutil
from pathlib import Path

import pytest

from screener import sheets
from screener.conduct import clock, rules
from screener.conduct.rules import rule_lines
from screener.guidance import check, tables
from screener.guidance.tables import rows, step_lines
from screener.seeds import seeds
from screener.sheets import sheet

DATA = Path(__file__).parent / "data"
CACHES = [tables.codes, tables.rows, tables.step_lines, tables._lines_of, clock.limits, rules, rule_lines]


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of seeds/ to spoil, read in the place of the real one."""
    folder = tmp_path / "seeds"
    shutil.copytree(seeds(), folder)
    monkeypatch.setattr(sheets, "seeds", lambda: folder)
    for cache in CACHES:
        cache.cache_clear()
    yield folder
    for cache in CACHES:
        cache.cache_clear()


def wanted(name):
    return set((DATA / f"facts_{name}.txt").read_text().split())


def omitted(kind):
    lines = [line for line in sheet("guidance/omitted", ("kind", "id", "reason")) if line["kind"] == kind]
    assert all(line["reason"] for line in lines)
    return {line["id"] for line in lines}


def test_every_row_of_the_research_is_here_or_left_out_for_a_reason():
    """Each rule, step and row of the research stands in seeds/ or in omitted.csv with its reason, never in both."""
    for kind, here in (
        ("rule", {line["id"] for line in rule_lines()}),
        ("step", {line["id"] for line in step_lines()}),
        ("row", {row.id for row in rows()}),
    ):
        assert wanted(f"{kind}s") <= here | omitted(kind)
        assert not here & omitted(kind)
        assert omitted(kind) <= wanted(f"{kind}s")


def test_the_sheets_that_are_shipped_have_no_problem():
    """What we ship passes its own check."""
    assert check() == []


def test_a_copy_is_read_where_the_fixture_says(copy):
    """The spoiling tests below really read the copy."""
    assert check() == []
    (copy / "guidance" / "steps.csv").unlink()
    tables.step_lines.cache_clear()
    with pytest.raises(FileNotFoundError):
        check()


SPOILT = [
    ("guidance/steps.csv", "S01,,,lead,", "S01,,,chief,", "role: 'chief' is not known"),
    ("guidance/steps.csv", "Stay calm. You need not answer now.", "", "step S01 has no en text"),
    ("guidance/steps.csv", "先冷静，不必当场答复", "先冷静" * 9, "zh has 27 characters, more than 20"),
    ("guidance/steps.csv", "不要回拨来电号码", "不要谈还款", "zh_quiet names a debt"),
    ("guidance/steps.csv", "Do not call this number back.", "Do not ring ☎ back.", "outside GSM-7"),
    ("guidance/steps.csv", ",,,A1,", ",,,,", "step S01 has no source"),
    ("guidance/steps.csv", ",,,A1,", ",,,A99,", "source: A99 is not known"),
    ("guidance/steps.csv", "S02,,,verify", "S01,,,verify", "step S01 stands twice"),
    ("guidance/decision_table.csv", "D18,1,CN", "D18,1,XX", "country: 'XX'"),
    ("guidance/decision_table.csv", "S36 S28 S02 S06 S05", "S36 S28 S99", "steps: S99 is not known"),
    ("guidance/decision_table.csv", "D19,1", "D18,1", "row D18 stands twice"),
    ("guidance/decision_table.csv", "D28,1,CN,subscriber,UNKNOWN,none", "D28,1,CN,subscriber,NOBODY,none", "NOBODY"),
    (
        "guidance/decision_table.csv",
        "再次来电：从听转到谈,Called again: move from listening to talking,\n",
        ",,\n",
        "no reason",
    ),
    ("guidance/codes.csv", "tactic:low_ball", "tactic:lowball", "any_of: tactic:lowball is not known"),
    ("conduct/rules.csv", ",voluntary_standard,", ",strong_wish,", "force: 'strong_wish'"),
    ("conduct/limits.csv", "CN-03,", "CN-99,", "rule: CN-99 is not in rules.csv"),
    ("policies/countries.csv", "GB,yes,no", "GB,yes,maybe", "neutral: 'maybe'"),
    ("policies/words.csv", "贷款,zh,any", "贷款,zh,XX", "countries: XX is not known"),
    ("policies/errors.csv", "30007,quieter", "30007,louder", "then: 'louder'"),
    ("conduct/limits.csv", ",22:00,08:00,", ",2200h,08:00,", "2200h"),
]


@pytest.mark.parametrize(("name", "old", "new", "problem"), SPOILT, ids=[case[3] for case in SPOILT])
def test_a_bad_edit_is_named_with_file_and_line(copy, name, old, new, problem):
    """Each kind of mistake in a sheet is reported with the file and the very line where it stands."""
    path = copy / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    said = [found for found in check() if problem in found]
    assert said
    assert said[0].startswith(f"seeds/{name}, line ")
    assert int(said[0].split("line ")[1].split(":")[0]) - line in (0, 1)


def test_a_row_that_can_never_apply_is_an_error(copy):
    """A row behind another that always applies before it is reported as unreachable."""
    path = copy / "guidance" / "decision_table.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "D999,1,CN,lender,BANK,none,any,first,yes,S01,,又,again,\n", encoding="utf-8")
    assert [found for found in check() if found.endswith("row D999 can never apply")]


def test_a_call_that_no_row_covers_is_an_error(copy):
    """Take the row for couriers away and the check names the calls that are left without a step."""
    path = copy / "guidance" / "decision_table.csv"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if not line.startswith("D31,")]
    path.write_text("".join(kept), encoding="utf-8")
    assert any("no row gives a step for HK delivery" in found for found in check())


def test_a_ragged_line_is_an_error(copy):
    """A comma too many is named with its line, not swallowed."""
    path = copy / "guidance" / "advice.csv"
    path.write_text(path.read_text(encoding="utf-8") + "A21,seed,一,one,,,\n", encoding="utf-8")
    assert check()[0].startswith("seeds/guidance/advice.csv, line 24: too many")


def test_a_missing_column_is_an_error(copy):
    """A column renamed in a spreadsheet is named."""
    path = copy / "guidance" / "steps.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("zh_quiet", "quiet_zh", 1), encoding="utf-8")
    assert check() == ["seeds/guidance/steps.csv, line 1: missing column zh_quiet"]
