"""Letters: only what the calls and the subscriber say, every kind in every place and language, figures that add up."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener import sheets
from screener.conduct import Seen, observe, rules
from screener.conduct.rules import rule_lines
from screener.followup.findings import findings_json
from screener.letters import (
    Letter,
    Mark,
    Problem,
    Shape,
    Source,
    Typed,
    Writing,
    blanks,
    call_facts,
    deadlines,
    from_json,
    kinds,
    kinds_of_step,
    offered,
    read,
    to_json,
    write,
)
from screener.letters import check as letters_check
from screener.letters.blanks import amount, clean
from screener.letters.budget import CURRENCIES, instalments, money, sums
from screener.letters.check import accusing
from screener.letters.deadlines import deadline_lines
from screener.letters.facts import File
from screener.letters.parts import _words, examined, part_lines, parts
from screener.model import Category, Jurisdiction, Language, RedFlag, Sign, Spoken, Tactic
from screener.seeds import seeds
from screener.understanding import understand

TODAY = date(2026, 11, 24)
WORDS = "我是鸿远的，受工行委托，再不还就联系你家里人。"
CALL = Source(
    sid="CA" + "1" * 32,
    at=datetime(2026, 11, 20, 14, 45, tzinfo=UTC),
    seconds=42,
    caller="+85235984471",
    category=Category.COLLECTION_AGENCY,
    organisation="鸿远",
    on_behalf_of="cn-icbc",
    found={
        "organisation": {"key": "鸿远", "spoken": "鸿远", "names": {}},
        "on_behalf_of": {"key": "cn-icbc", "names": {"zh-Hans": "中国工商银行", "zh-Hant": "中國工商銀行", "en": "ICBC"}},
        "tactics": [{"value": one, "spans": [[1, 14, 22]]} for one in Tactic],
        "red_flags": [{"value": one, "spans": []} for one in RedFlag],
        "signs": [{"value": one, "spans": []} for one in Sign],
        "staff_id": {"value": "8821"},
        "conduct": [
            {"rule": "CN-02", "over": True, "words": {"zh-Hans": "今天第4次", "zh-Hant": "今天第4次", "en": "4th call today; 3"}},
            {"rule": "CN-03", "over": False, "words": {"zh-Hans": "未超", "zh-Hant": "未超", "en": "not over"}},
        ],
    },
    statements=((1, WORDS),),
    recordings=("ab" * 32,),
    text_mark="A7K2",
)  # fmt: skip
TEXTS = {
    "name": "王小明", "address": "某路1号", "contact": "13900000000", "identity": "后四位0000", "dated": "2026-11-24",
    "recipient": "某银行", "account": "9753", "quote": "yes", "credit_card": "yes", "beyond_ability": "yes",
    "situation": "失业", "willing": "yes", "balance": "50,000.00", "months": "60", "notice_received": "2026-11-03",
    "dispute_scope": "whole", "dispute_reason": "不认识", "third_parties": "母亲", "happened": "自述",
    "wish": "另求", "lender_complained_on": "2026-10-01", "lender_case": "C-77", "lender_answer": "未答", "reference": "R-5",
}  # fmt: skip
ROWS = {"income": (("工资", "8000"),), "spending": (("房租", "3000.50"), ("药", "200"))}
FULL = Typed(TEXTS, ROWS)
EVERY = [
    (kind, country, language)
    for kind, country, language in product(kinds().values(), Jurisdiction, Language)
    if country in kind.countries
]


def letter(
    kind: str, country: Jurisdiction, language: Language, typed: Typed = FULL, some: tuple[Source, ...] = (CALL,)
) -> Letter:
    found = tuple(call_facts(one, language) for one in some)
    made = kinds()[kind]
    return write(Writing(made, country, language, ZoneInfo("Asia/Shanghai"), typed.only(made), found))


def text_of(made: Letter) -> str:
    """The letter as plain lines."""
    lines = []
    for block in made.blocks:
        lines.append(f"{block.label} {block.text}".strip())
        lines += [" | ".join("".join(run.text for run in cell) for cell in row) for row in block.rows]
    return "\n".join(line for line in lines if line)


def test_what_is_shipped_has_no_problem() -> None:
    """The letters' sheets pass their own check."""
    assert list(letters_check()) == []


def test_every_letter_can_be_written() -> None:
    """Each kind in each of its places and each language: a subject, a signature, its calls, nothing left open."""
    assert len(EVERY) > 60
    for kind, country, language in EVERY:
        made = letter(kind.id, country, language)
        text = text_of(made)
        assert made.subject, kind.id
        assert made.open_blanks == 0, (kind.id, text)
        assert "[1]" in text
        assert CALL.sid in text
        assert "#A7K2" in text
        assert "ab" * 32 in text
        assert not re.search(r"\{[a-z_:]+\}", text), text
        assert any(block.shape is Shape.SIGN for block in made.blocks)


def test_nothing_is_filled_in_by_itself() -> None:
    """With nothing typed every letter marks what is missing, names nobody, and is still whole."""
    for kind, country, language in EVERY:
        made = letter(kind.id, country, language, Typed())
        assert made.open_blanks >= 4
        assert not [run for run in made.runs() if run.mark is Mark.TYPED]
        left = "[fill in: " if language is Language.EN else "【"
        assert all(run.text.startswith(left) for run in made.runs() if run.mark is Mark.BLANK)


def test_a_tick_that_is_none_stays_open() -> None:
    """What is kept in the place of a tick and is none, as after a change of the sheets, is a blank."""
    made = letter("instalment_plan", Jurisdiction.CN, Language.EN, Typed({**TEXTS, "willing": "item"}, ROWS))
    assert made.open_blanks == 1
    assert not [run for run in made.runs() if run.mark is Mark.TYPED and run.text == "Item"]


def test_no_word_of_ours_accuses() -> None:
    """No letter accuses anybody in any language and place; the rules' own names and what callers said are not ours."""
    for kind, country, language in EVERY:
        ours = "".join(run.text for run in letter(kind.id, country, language).runs() if run.mark is Mark.OURS)
        assert accusing(ours) == [], (kind.id, country, language)
    for kind in kinds().values():
        for language in Language:
            assert accusing(kind.name(language) + kind.about(language) + kind.care(language)) == []
    assert accusing("This is ILLEGAL, 暴力催收") == ["illegal", "暴力"]


def test_the_subscribers_own_words_are_theirs() -> None:
    """Whatever the subscriber types stands in the letter as typed, accusing or not."""
    made = letter("complaint_lender", Jurisdiction.GB, Language.EN, Typed({"happened": "It was illegal. 违法"}))
    assert "It was illegal. 违法" in text_of(made)


DIGITS = re.compile(r"\d+")
CITED = " ".join(one.citation(language) for one in rules().values() for language in Language)
FIXED = {"256", *DIGITS.findall(CITED + " ".join(line["zh"] + line["en"] for line in part_lines()))}


@settings(max_examples=20)
@given(
    at=st.integers(0, 5_000_000).map(lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    seconds=st.integers(0, 900),
    staff=st.integers(1000, 99_999),
    account=st.integers(1000, 9999),
    cents=st.integers(1, 99_999_999),
    months=st.integers(1, 60),
    income=st.integers(1, 9_999_999),
    which=st.sampled_from(EVERY),
)
def test_every_figure_has_its_source(
    at: datetime, seconds: int, staff: int, account: int, cents: int, months: int, income: int, which: Any
) -> None:
    """A figure from a call is marked so and is the call's, a typed one was typed, and ours are fixed or worked out."""
    kind, country, language = which
    found = {**CALL.found, "staff_id": {"value": str(staff)}}
    call = replace(CALL, at=at, seconds=seconds, found=found)
    balance, earned = Decimal(cents) / 100, Decimal(income) / 100
    texts = {**TEXTS, "account": str(account), "balance": str(balance), "months": str(months)}
    typed = Typed(texts, {"income": (("工资", str(earned)),), "spending": ROWS["spending"]})
    made = letter(kind.id, country, language, typed, (call,))
    local = at.astimezone(ZoneInfo("Asia/Shanghai"))
    of_call = f"{local.year} {local.month} {local.day} {local:%H %M} {seconds} {staff} +852 3598 4471 [1] 4 3"
    of_call += f" {CALL.sid} {CALL.recordings} {CALL.text_mark}"
    as_typed = f"{texts} {balance:,.2f} {earned:,.2f} {typed.rows} 2026 11 24 10 1 3 3,000.50 200.00"
    plan = instalments(balance, months)
    spent = Decimal("3200.50")
    worked = [plan.balance, plan.each, plan.last, earned, spent, earned - spent]
    ours = FIXED | set(DIGITS.findall(" ".join(f"{one:,.2f}" for one in worked) + f" {months} {months - 1}"))
    sources = {Mark.CALL: set(DIGITS.findall(of_call)), Mark.TYPED: set(DIGITS.findall(as_typed)), Mark.OURS: ours}
    for run in made.runs():
        assert set(DIGITS.findall(run.text)) <= sources[run.mark], (kind.id, run)


def test_a_claim_stays_a_claim() -> None:
    """Who called is always what the caller said; a call that named nobody says so."""
    text = text_of(letter("complaint_lender", Jurisdiction.HK, Language.EN))
    assert "says it is: 鸿远; says it acts for: ICBC" in text
    nobody = Source("CA" + "2" * 32, CALL.at, None, None, None, None, None, {}, ())
    text = text_of(letter("complaint_lender", Jurisdiction.HK, Language.EN, Typed(), (nobody,)))
    assert "number withheld; says it is: not said" in text
    assert "no recording" in text


def test_findings_as_they_are_stored_are_understood() -> None:
    """What the follow-up writes down of a call is what a letter reads: names, details, words, counts."""
    said = "这里是招商银行信用卡中心，我姓王，工号8821。再不还我们就联系你的家人和单位。"
    noticed = understand([said], Spoken.ZH)
    late = Seen(CALL.at.replace(hour=15), "+8675588888888", "cn-cmb")
    counted = observe(
        late,
        [],
        zone=ZoneInfo("Asia/Shanghai"),
        jurisdiction=Jurisdiction.CN,
        lender_country=None,
        category=Category.BANK,
    )
    found = json.loads(findings_json(noticed, counted, [4]))
    source = replace(CALL, organisation="cn-cmb", on_behalf_of=None, found=found, statements=((4, said),))
    facts = call_facts(source, Language.ZH_HANS)
    assert facts.organisation == "招商银行"
    assert facts.staff_id == "8821"
    pressed = [one.words for one in facts.noticed if one.finding == "tactic:third_party_contact"]
    assert pressed
    assert all(words and words in said for words in pressed[0].split(" … "))
    assert [rule for rule, _ in facts.measured] == ["CN-02"]


def test_words_are_quoted_only_when_wanted_and_as_they_were() -> None:
    """The caller's words stand exactly as recognised, never turned into other characters, and only by choice."""
    shown = text_of(letter("complaint_lender", Jurisdiction.TW, Language.ZH_HANT))
    assert f"「{WORDS}」 [1]" in shown
    without = letter("complaint_lender", Jurisdiction.TW, Language.ZH_HANT, Typed({"name": "王"}))
    assert WORDS not in text_of(without)


def test_rules_of_the_place_alone_are_named_each_with_its_force() -> None:
    """What was noticed is asked to be examined under that country's rules; a doubtful one is marked so."""
    text = text_of(letter("complaint_regulator", Jurisdiction.TW, Language.EN))
    cited = [rule for rule in rules().values() if rule.citation(Language.EN) in text]
    assert cited
    assert {rule.country for rule in cited} == {"TW"}
    china = text_of(letter("complaint_lender", Jurisdiction.CN, Language.EN))
    assert "2020 (departmental rule, to be checked)" in china
    assert "4th call that day" in china
    points = [line for line in china.splitlines() if "See: " in line]
    assert points
    assert all(line.count("CBA") <= 1 for line in points)
    assert "not over" not in china


def test_a_finding_without_words_still_points_at_its_call() -> None:
    """Every examined point ends in a call's label."""
    made = letter("complaint_lender", Jurisdiction.CN, Language.EN)
    points = [block for block in made.blocks if block.shape is Shape.ITEM and "See:" in block.text]
    assert len(points) > 5
    assert all("[1]" in block.text for block in points)


def test_article_70_is_told_as_it_is() -> None:
    """Both conditions, five years at most, may and not a right, credit cards, and nobody is paid to ask."""
    text = text_of(letter("instalment_plan", Jurisdiction.CN, Language.ZH_HANS))
    for told in (
        "第70条",
        "“可以”",
        "最长5年",
        "不是当然的权利",
        "信用卡",
        "我愿意还款 | 是",
        "欠款超出我现在的还款能力 | 是",
    ):
        assert told in text, told
    assert "59 × 833.33 + 833.53 = 50,000.00" in text
    assert "每月剩余 | 4,799.50" in text
    kind = kinds()["instalment_plan"]
    _, problems = read(kind, lambda name: {"months": ["61"], "balance": ["0"]}.get(name, []), TODAY)
    assert problems == {"credit_card": Problem.NEEDED, "months": Problem.NO_COUNT, "balance": Problem.NO_AMOUNT}


def test_which_letters_suit() -> None:
    """US letters suit US collectors alone; article 70 suits mainland banks' cards alone; Singapore has no regulator here."""
    for country in Jurisdiction:
        ids = {kind.id for kind in offered(country)}
        assert ("instalment_plan" in ids) is (country is Jurisdiction.CN)
        assert {"us_validation", "us_dispute", "us_stop_contact"} <= ids or country is not Jurisdiction.US
        assert not any(one.startswith("us_") for one in ids) or country is Jurisdiction.US
        assert ("complaint_regulator" in ids) is (country is not Jurisdiction.SG)
    platform = {kind.id for kind in offered(Jurisdiction.CN, [Category.LENDER_PLATFORM])}
    assert "instalment_plan" not in platform
    assert "instalment_plan" not in {kind.id for kind in offered(Jurisdiction.CN, [], ["consumer_finance"])}
    assert "us_dispute" not in {kind.id for kind in offered(Jurisdiction.US, [Category.BANK])}
    assert [kind.id for kind in kinds_of_step("S14", Jurisdiction.GB)] == ["complaint_lender"]
    assert kinds_of_step("S52", Jurisdiction.CN) == ()


# Figures


sums_typed = st.lists(
    st.tuples(st.text("abc", min_size=1, max_size=5), st.decimals(0, 999_999_999, places=2)), max_size=10
)


@given(sums_typed)
def test_a_budget_adds_up(lines: list[tuple[str, Decimal]]) -> None:
    """The total of any typed rows is the exact sum of the rows as they are shown."""
    found = sums([(label, f"{value:,}") for label, value in lines])
    assert [value for _, value in found.lines] == [value for _, value in lines]
    assert found.total == sum((Decimal(money(value).replace(",", "")) for _, value in found.lines), Decimal(0))


@given(st.decimals(Decimal("0.01"), 999_999_999, places=2), st.integers(1, 60))
def test_instalments_add_up(balance: Decimal, months: int) -> None:
    """All parts but the last are equal whole cents, the last is at most a few cents more, and together they are the sum."""
    found = instalments(balance, months)
    assert found.each * (months - 1) + found.last == balance
    assert Decimal(0) <= found.last - found.each < Decimal("0.01") * months
    assert found.each == found.each.quantize(Decimal("0.01"))


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_none(text: str) -> None:
    """Nothing that can be typed breaks the reading of an amount."""
    found = amount(text)
    assert found is None or (found >= 0 and found == found.quantize(Decimal("0.01")))


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [("1,200.50", "1200.50"), ("１２００元", "1200"), ("0", "0"), ("-5", None), ("1.005", None), ("1e3", None), ("٣", None), ("NaN", None), ("9999999999", None), (".", None), ("9" * 60, None), ("1.2.3", None)],
)  # fmt: skip
def test_amounts_as_people_write_them(typed: str, read_as: str | None) -> None:
    """Separators, full-width digits and the currency's sign are read; less than a cent, a minus and words are not."""
    assert amount(typed) == (Decimal(read_as) if read_as else None)


@given(st.text(), st.booleans())
def test_typed_text_holds_only_what_can_be_seen(text: str, many: bool) -> None:
    """Whatever is typed can be kept, shown, and written into a document."""
    found = clean(text, many_lines=many)
    assert clean(found, many_lines=many) == found
    assert found.isprintable() or many or any(one in "\u2028\u2029\u00a0\u3000" or one.isspace() for one in found)
    assert not any("\ud800" <= one <= "\udfff" or one in "\x00\r\u202e" for one in found)


def test_what_was_typed_survives_keeping() -> None:
    """Kept and read again, nothing has changed."""
    assert from_json(to_json(FULL)) == FULL


# Deadlines


def test_deadlines_count_from_what_is_known() -> None:
    """China counts from sending, the US window from the notice; without the date there is none, elsewhere there is none."""
    sent = date(2026, 11, 24)
    found = deadlines("complaint_lender", Jurisdiction.CN, Typed(), sent)
    assert [(one.on, one.days) for one in found] == [
        (date(2026, 12, 9), 15),
        (date(2026, 12, 24), 30),
        (date(2027, 1, 23), 60),
    ]
    assert deadlines("complaint_lender", Jurisdiction.CN, Typed(), None) == ()
    window = deadlines("us_dispute", Jurisdiction.US, FULL, None)
    assert [one.on for one in window] == [date(2026, 12, 3)]
    for country in set(Jurisdiction) - {Jurisdiction.CN}:
        assert deadlines("complaint_lender", country, FULL, sent) == ()
    assert deadlines("us_dispute", Jurisdiction.US, Typed({"notice_received": "9999-12-31"}), None) == ()
    for one in (*found, *window):
        for language in Language:
            assert one.words(language)
            assert one.rule(language)
            assert not re.search("债|催|投诉|账|異議|异议|debt|complain|dispute|loan", one.title(language))


# The sheets


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of seeds/ to spoil, read in the place of the real one."""
    folder = tmp_path / "seeds"
    shutil.copytree(seeds(), folder)
    monkeypatch.setattr(sheets, "seeds", lambda: folder)
    caches = (kinds, blanks, part_lines, parts, _words, examined, deadline_lines, rules, rule_lines)
    for cache in caches:
        cache.cache_clear()
    yield folder
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("parts", "Please answer in writing.", "This is illegal.", "'illegal' accuses"),
        ("parts", "{rule:CN-35}", "{rule:CN-99}", "rule:CN-99 is not in"),
        ("parts", "Identity: {identity}", "Identity: {nobody}", "do not have the same holes"),
        ("parts", "any,any,sign,", "any,any,sigh,", "part: 'sigh'"),
        ("parts", '"Dear Sir or Madam,"', "", "a text is missing"),
        ("kinds", "us_dispute,US", "us_dispute,USA", "countries: USA"),
        ("kinds", "S14 S21", "S14 S99", "steps: S99"),
        ("kinds", "us_dispute,US", "us_validation,US", "us_validation stands twice"),
        ("blanks", "account,last4,4", "account,last5,4", "type 'last5'"),
        ("blanks", "choice:whole part", "choice:whole half", "the word half is missing"),
        ("words", "instalments_rest,", "instalments,", "the word instalments_rest is missing"),
        ("kinds", "us_dispute,US", "us_other,US", "us_other has no part 'subject'"),
        ("examine", "tactic:home_visit", "tactic:home", "finding: tactic:home"),
        ("deadlines", ",sent,15,", ",sent,0,", "days: must be"),
        ("deadlines", "notice_received", "notice", "counts_from: notice"),
    ],
)
def test_a_bad_edit_is_named_with_file_and_line(copy: Path, file: str, old: str, new: str, said: str) -> None:
    """Whatever an editor breaks is told with the sheet and the line."""
    path = copy / "letters" / f"{file}.csv"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    problems = list(letters_check())
    assert any(re.match(rf"seeds/letters/{file}\.csv, line \d+: ", one) and said in one for one in problems), problems


# Whole letters


GOLDEN = Path(__file__).parent / "data" / "letters"


@pytest.mark.parametrize(
    ("kind", "country", "language"),
    [
        ("complaint_lender", Jurisdiction.CN, Language.ZH_HANS),
        ("complaint_regulator", Jurisdiction.HK, Language.ZH_HANT),
        ("instalment_plan", Jurisdiction.CN, Language.ZH_HANS),
        ("us_dispute", Jurisdiction.US, Language.EN),
        ("stop_third_party", Jurisdiction.GB, Language.EN),
    ],
)
def test_whole_letters(kind: str, country: Jurisdiction, language: Language) -> None:
    """These letters read exactly as they were last read by a person; see tests/data/letters."""
    tactics = [{"value": "third_party_contact", "spans": [[1, 14, 22]]}]
    simple = replace(CALL, found={**CALL.found, "red_flags": [], "signs": [], "tactics": tactics})
    made = kinds()[kind]
    facts, files = (call_facts(simple, language),), (File("scan.pdf", "cd" * 32),)
    whole = write(Writing(made, country, language, ZoneInfo("Asia/Shanghai"), FULL.only(made), facts, files))
    path = GOLDEN / f"{kind}-{country}-{language}.txt"
    assert text_of(whole) + "\n" == path.read_text()


def test_every_country_has_a_currency() -> None:
    """Sums are never without a currency."""
    assert set(CURRENCIES) == {country.value for country in Jurisdiction}
