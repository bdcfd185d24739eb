"""The gazetteer is complete, checked and looked up lazily."""

import pytest

from screener import organisations as module
from screener.model import Language
from screener.organisations import GazetteerError, organisations


def test_gazetteer_holds_known_bodies_with_their_numbers():
    """Service lines are kept as dialled, and a missing name falls back to the other language."""
    listed = organisations()
    assert listed["cn-icbc"].hotlines == ("95588",)
    assert "工行" in listed["cn-icbc"].aliases
    assert listed["us-chase"].name(Language.ZH_HANS) == listed["us-chase"].name_en
    assert len(listed) >= 250


HEADER = "id,name_zh,name_en,aliases,category,country,hotlines,confidence,provenance\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("x,甲,,,bank,FR,,high,here\n", r"organisations\.csv:2.*country"),
        ("x,甲,,,bank,CN,95-88,high,here\n", r"organisations\.csv:2.*hotline"),
        ("x,,,,bank,CN,,high,here\n", r"organisations\.csv:2.*name"),
        ("x,甲,,,bank,CN,,high,here\nx,乙,,,bank,CN,,high,here\n", r"organisations\.csv:3.*twice"),
        ("x,甲\n", r"organisations\.csv:2.*columns"),
    ],
)
def test_bad_rows_are_named_by_line(tmp_path, monkeypatch, rows, message):
    """Whoever edits the gazetteer learns the file and the line of a mistake."""
    (tmp_path / "organisations.csv").write_text(HEADER + rows, "utf-8")
    monkeypatch.setattr(module, "seeds", lambda: tmp_path)
    with pytest.raises(GazetteerError, match=message):
        organisations.__wrapped__()
