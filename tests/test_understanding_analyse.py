"""The `analyse` command: calls in, one record a line out."""

import json

from click.testing import CliRunner

from screener.cli.analyse import analyse


def test_analyse_prints_one_record_for_each_call():
    """Each call gives the ten fields of the contract, in its order."""
    call = {
        "id": "a",
        "lang": "zh",
        "turns": ["您好,建设银行,我姓潘,工号30816,您还有2,386.50元逾期,回电95533。"],
    }
    result = CliRunner().invoke(analyse, [], input=json.dumps(call) + "\n\n")
    assert result.exit_code == 0
    record = json.loads(result.output)
    assert list(record) == [
        "id", "category", "organisation", "on_behalf_of", "tactics", "red_flags", "agent_name", "staff_id",
        "callback_number", "amount",
    ]  # fmt: skip
    assert record["organisation"] == "cn-ccb"
    assert (record["staff_id"], record["callback_number"], record["amount"]) == ("30816", "95533", 2386.5)


def test_analyse_names_the_line_it_cannot_read():
    """A line that is no call ends with exit status 1 and its number."""
    for bad in ("not json", "[]", '{"id": 1, "turns": "words"}'):
        result = CliRunner().invoke(analyse, [], input='{"id": 1, "turns": []}\n' + bad + "\n")
        assert result.exit_code == 1
        assert ":2:" in result.output


def test_analyse_says_what_is_not_text(tmp_path):
    """A file in another encoding gets one plain line, and no trace of the program."""
    (tmp_path / "calls.jsonl").write_bytes("您好".encode("gb18030"))
    result = CliRunner().invoke(analyse, [str(tmp_path / "calls.jsonl")])
    assert result.exit_code == 1
    assert "is not UTF-8 text" in result.output
