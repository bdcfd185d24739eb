"""The parts of understanding: plain words, numbers, the pattern language and the cue files."""

from decimal import Decimal

import pytest

from screener.seeds import seeds
from screener.understanding import prepare
from screener.understanding.cues import CueError, cues, load_cues
from screener.understanding.figures import callback, owed
from screener.understanding.grammar import GrammarError, check_grammar, rule
from screener.understanding.numerals import chinese, chinese_numbers, english_numbers
from screener.understanding.phrases import PatternError, compile_pattern
from screener.understanding.sound import Homophones, skeleton
from screener.understanding.text import plain


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("两万六千四", 26400),
        ("一万零八百", 10800),
        ("三百二", 320),
        ("十五", 15),
        ("1.5万", 15000),
        ("两百三十八万", 2380000),
        ("三点五", Decimal("3.5")),
    ],
)
def test_chinese_quantities(words, value):
    """Chinese numerals, a last digit in the next lower unit included, say a quantity."""
    assert chinese(words) == Decimal(value)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("nineteen hundred", 1900),
        ("three oh nine", 309),
        ("one ninety nine", 199),
        ("twenty two fifty", 2250),
        ("eleven thousand and twenty", 11020),
        ("5 grand", 5000),
    ],
)
def test_english_quantities(words, value):
    """English number words, said the short way too, say a quantity."""
    assert english_numbers(words)[0].value == value


def test_spelled_digits():
    """Digits read out one by one, doubled or in groups, are one number to call."""
    assert english_numbers("four two oh double seven")[0].digits == "42077"
    assert chinese_numbers("幺三八零零五五")[0].digits == "1380055"


@pytest.mark.parametrize(
    ("words", "lang", "value"),
    [
        ("您欠的一共是五百六十七块三毛", "zh", Decimal("567.3")),
        ("最高额度二十万,您欠三千二", "zh", 3200),
        ("the balance is $2,914.77 and we can take off $100", "en", Decimal("2914.77")),
        ("it's four hundred six dollars and eighteen cents past due", "en", Decimal("406.18")),
        ("we declined a charge of $1,299 at a store", "en", None),
    ],
)
def test_sum_owed(words, lang, value):
    """The sum owed is told from limits, discounts and queried purchases."""
    found = owed(plain([words]).words, lang)
    assert (found.value if found else None) == value


def test_callback_is_no_case_number():
    """Digits given for calling are kept; those of a card or a case are not."""
    found = callback(plain(["尾号4471的卡,案号20260011,请回电021 1064 7720"]).words, "zh")
    assert found is not None
    assert found.digits == "02110647720"
    assert callback(plain(["your account ending in 2209 is late"]).words, "en") is None


def test_plain_words_keep_their_places():
    """Width, case, traditional characters, contractions and fillers change, and every place leads back."""
    spoken = "嗯,您的帳單ABC 到期,it's LATE"
    text = plain([spoken])
    assert "账单abc" in text.words.replace(" ", "")
    assert "it is late" in text.words
    start = text.words.index("账单")
    assert text.raw(start, start + 2) == "帳單"
    assert len(text.words) == len(text.origin)


def test_homophones_leave_real_words_alone():
    """A misheard word is put back by its sound; one that is kept or too different is not."""
    table = Homophones(["征信", "验证码", "中信"], ["中心"])
    assert table.repair("影响正信啊") == "影响征信啊"
    assert table.repair("客服中心银行") == "客服中心银行"
    assert table.repair("真心话") == "真心话"


def test_skeletons_are_equal_for_what_sounds_alike():
    """Names split or spelled otherwise by the recogniser have one skeleton."""
    assert skeleton("wells far go") == skeleton("Wells Fargo")
    assert skeleton("synchro knee") == skeleton("Synchrony")


@pytest.mark.parametrize("source", ["(a|b", "a)", "{nothing}", "~", "", "[a-z]"])
def test_bad_patterns_are_refused(source):
    """A phrase that cannot be read says so instead of matching nothing or everything."""
    with pytest.raises(PatternError):
        compile_pattern(source, "en", {})


def test_pattern_language():
    """Alternatives, gaps, numbers, names, endings and lists do what docs/understanding.md says."""
    pattern = compile_pattern("(call|ring) {who} ~ by # pm threaten*", "en", {"who": ["mum", "dad"]})
    assert pattern.regex.search("i will ring dad again by five pm threatening")
    assert not pattern.regex.search("i will ring bob by five pm threatening")
    assert compile_pattern("的?验证码", "zh", {}).regex.search("验证码")


def test_cue_errors_name_file_and_line(tmp_path):
    """Who edits a cue file learns in which line the mistake is."""
    path = tmp_path / "bad.toml"
    path.write_text('[x]\nzh = [\n  "验证码",\n  "(坏",\n]\n', "utf-8")
    with pytest.raises(CueError, match=r"bad\.toml:4"):
        load_cues(path)
    path.write_text('[x]\nfr = ["code"]\n', "utf-8")
    with pytest.raises(CueError, match=r"bad\.toml:2"):
        load_cues(path)


def test_everything_can_be_prepared():
    """All shipped lists and expressions load, so that a mistake shows at start and not in a call."""
    prepare()
    check_grammar()
    assert rule("country.GB").search("twenty pounds")
    with pytest.raises(GrammarError, match=r"grammar\.toml.*nothing\.here"):
        rule("nothing.here")


def test_every_cue_file_loads_and_speaks_the_vocabulary():
    """The shipped cue files are readable and name only labels that the product knows."""
    from screener.model import RedFlag, Sign, Tactic

    assert cues("red_flags").labels == set(RedFlag)
    assert cues("signs").labels == set(Sign)
    assert {label.removesuffix("_on_debt") for label in cues("tactics").labels} == set(Tactic)
    assert {p.stem for p in (seeds() / "cues").glob("*.toml")} >= {
        "callers",
        "heard",
        "names",
        "words",
        "grammar",
    }
