"""The scripted callers are complete and harmless, and a script that is wrong says where."""

import re
from pathlib import Path

import phonenumbers
import pytest

from screener.cli.demo import Observed, differences
from screener.model import Category, Consent, Disposition
from screener.simulator import Script, ScriptError, load, scripts
from screener.simulator.callers import Expect
from screener.simulator.premises import RESIDENTS
from screener.traditional import simplified

ASKED_FOR = {
    "bank-zh", "bank-en", "platform-zh", "agency-for-bank-zh", "law-firm-zh", "impostor-police-zh",
    "debt-relief-seller-zh", "courier-key-5", "mother-key-6", "marketing-zh", "silence", "refusal-keypad",
    "talk-over-greeting", "hang-up-mid-sentence", "consent-withdrawn", "notes-only-zh", "debt-buyer-us",
    "other-language", "withheld",
}  # fmt: skip
GOOD = 'title = "t"\nlang = "en"\nfrom = "+12025550142"\nsubscriber = "us"\n[[action]]\n'


def every() -> list[Script]:
    return list(scripts().values())


def test_all_that_were_asked_for_are_there() -> None:
    """Each kind of call has its script, in both languages, and each resident is rung."""
    assert scripts().keys() >= ASKED_FOR
    assert {script.lang for script in every()} == {"zh", "en"}
    assert {script.subscriber for script in every()} == set(RESIDENTS)


@pytest.mark.parametrize("script", every(), ids=lambda script: script.name)
def test_expectations_use_the_product_s_own_words(script: Script) -> None:
    """What a script expects exists, and a recording is expected exactly where consent to it stands."""
    assert script.expect.disposition in set(Disposition)
    assert script.expect.consent in set(Consent)
    assert script.expect.category is None or script.expect.category in set(Category)
    assert script.expect.recordings == (script.expect.consent == Consent.RECORDING)


@pytest.mark.parametrize("script", every(), ids=lambda script: script.name)
def test_every_caller_is_described_in_both_languages(script: Script) -> None:
    """The rehearsal's page tells what happens in the reader's language."""
    assert script.title.isascii()
    assert re.search("[\u4e00-\u9fff]", script.title_zh)
    assert simplified(script.title_zh) == script.title_zh


@pytest.mark.parametrize("script", every(), ids=lambda script: script.name)
def test_numbers_belong_to_nobody(script: Script) -> None:
    """Callers ring from ranges kept for fiction or from numbers that are never given out."""
    if not script.from_.startswith("+"):
        return
    number = phonenumbers.parse(script.from_)
    fiction = "555-01" in phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    assert fiction or not phonenumbers.is_valid_number(number)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD, "exactly one of"),
        (GOOD + 'press = "1"\nsay = "x"', "exactly one of"),
        (GOOD + 'press = "one"', "no telephone has the keys"),
        (GOOD + 'say = ""', "needs its keys or words"),
        (GOOD + 'press = "1"\nhere = "x"', "unknown entries: here"),
        (GOOD + 'press = "1"\n[expect]\nmood = "calm"', "unknown entries: mood"),
        ('colour = "red"\n' + GOOD + 'press = "1"', "unknown entries: colour"),
        ('title = "t"', "action"),
        ("title = ", "Invalid value"),
        (GOOD.replace('lang = "en"\n', "") + 'press = "1"', "lang"),
    ],
)
def test_a_wrong_script_names_its_file_and_entry(tmp_path: Path, text: str, why: str) -> None:
    """Whoever edits a script is told which file and what in it is wrong."""
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ScriptError, match=rf"mine\.toml: .*{why}"):
        load(path)


def test_a_script_is_read(tmp_path: Path) -> None:
    """Actions keep their order; a missing confidence stays missing."""
    path = tmp_path / "mine.toml"
    path.write_text(GOOD + 'say = "hello"\nconfidence = ""\npartials = ["he"]\n[[action]]\nhang_up = true\n', "utf-8")
    script = load(path)
    assert (script.name, script.from_) == ("mine", "+12025550142")
    assert [str(action) for action in script.actions] == ["say 'hello'", "hang_up"]
    assert (script.actions[0].confidence, script.actions[0].partials) == (None, ("he",))


EXPECT = Expect("stated", "recording", "bank", "cn-cmb", 1, "", True, ("银行",), ("欠",))
SEEN = Observed("stated", "recording", "bank", "cn-cmb", 1, "自称招商银行", True)


def test_the_demo_sees_what_is_as_expected() -> None:
    """A call that is as its script expects has no differences."""
    assert differences(Script("s", "", "zh", "+1", "gb", (), EXPECT), SEEN) == []


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Observed("abandoned", "recording", "bank", "cn-cmb", 1, "自称银行", True), "disposition is abandoned"),
        (Observed("stated", "refused", "bank", "cn-cmb", 1, "自称银行", True), "consent is refused"),
        (Observed("stated", "recording", None, "cn-cmb", 1, "自称银行", True), "category is none"),
        (Observed("stated", "recording", "bank", "", 1, "自称银行", True), "organisation is none"),
        (Observed("stated", "recording", "bank", "cn-cmb", 0, "自称银行", True), "0 recordings"),
        (Observed("stated", "recording", "bank", "cn-cmb", 1, "自称银行，欠款", True), "the text says '欠'"),
        (Observed("stated", "recording", "bank", "cn-cmb", 1, "自称", True), "does not say '银行'"),
        (Observed("stated", "recording", "bank", "cn-cmb", 1, None, True), "no text arrived"),
    ],
)
def test_the_demo_names_each_difference(seen: Observed, why: str) -> None:
    """Whatever came out otherwise is named in plain words."""
    assert any(why in wrong for wrong in differences(Script("s", "", "zh", "+1", "gb", (), EXPECT), seen))
