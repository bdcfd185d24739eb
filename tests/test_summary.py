"""A call as one text: what it says, what it never says, and what is left out when room is short."""

import dataclasses
from decimal import Decimal

import pytest

from screener.guidance import Situation
from screener.model import Category, Consent, Disposition, Finding, Held, Jurisdiction, Language, Understanding
from screener.numbers import read_caller
from screener.policy import names_debt
from screener.segments import Encoding
from screener.summary import Style, compose, compose_digest
from tests.cases import DAH_SING, ICBC, MEDIUM, MIDLAND, organisation, told, understanding

J, C = Jurisdiction, Category
HANS, HANT, EN = Language.ZH_HANS, Language.ZH_HANT, Language.EN


def body(call, language=HANS, style=Style.DEFAULT):
    return compose(call, language, style).body


def test_agency_for_a_bank():
    """The proposed text: who it says it is and for whom, calm first, the bank's published number, the reference last."""
    call = told(understanding(C.COLLECTION_AGENCY, organisation="鸿远", on_behalf_of=DAH_SING))
    assert body(call) == (
        "来电小结13:40：自称第三方“鸿远”，说代表大新银行。已同意录音。先冷静，不必当场答复。"
        "1 打大新银行28288000，核实有没有委托它 2 要明细再核对 3 别承诺金额和日期 4 保存录音、短信、截图、号码。"
        "对方+85235984471 #A7K2"
    )
    assert body(call, HANT) == (
        "來電小結13:40：自稱第三方“鴻遠”，說代表大新銀行。已同意錄音。先冷靜，不必當場答覆。"
        "1 打大新銀行28288000，核實有沒有委託它 2 要明細再核對 3 別承諾金額和日期 4 保存錄音、短訊、截圖、號碼。"
        "對方+85235984471 #A7K2"
    )


def test_american_debt_buyer():
    """The proposed English text: two GSM-7 segments, the notice first, twelve-hour clock."""
    known = dataclasses.replace(
        understanding(C.COLLECTION_AGENCY, organisation="Northgate Services"), agent_name=Finding("Dana Reed")
    )
    text = compose(told(known, J.US, number="+18445550142"), EN)
    assert text.body == (
        "1:40 PM: says Dana Reed, Northgate Services (third party). Stay calm. You need not answer now. "
        "1 Ask for the written validation notice. 2 You can dispute in writing within 30 days of it. "
        "3 Do not promise an amount or a date. 4 Keep recording, texts, screenshots and number. "
        "From +18445550142 #A7K2"
    )
    assert (text.encoding, text.segments) == (Encoding.GSM7, 2)


def test_false_police():
    """A warning stands first, shows four digits and offers the fraud line, not the caller's number."""
    known = understanding(C.IMPOSTOR, organisation="公安", red_flags=["claims_authority"])
    text = body(told(known, number="+85230000082"))
    assert text.startswith("先别慌，今天不用回它。自称“公安”，身份未核实，符合冒充特征")
    assert "18222" in text
    assert "尾号0082" in text
    assert "30000082" not in text


def test_courier_and_mother():
    """A courier may be rung back; a relative by the number in one's own contacts, and the words are passed on."""
    assert body(told(Understanding(C.DELIVERY), number="+85251236620")) == (
        "送货来电：没有留言。若在等包裹，可回+85251236620。13:40 #A7K2"
    )
    mother = dataclasses.replace(Understanding(C.PERSONAL), agent_name=Finding("妈妈"))
    assert body(told(mother, words="周日回来吃饭吗")) == (
        "私人来电（说是妈妈）：“周日回来吃饭吗”。回电请用通讯录里的号码。13:40 #A7K2"
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_an_ordinary_call_fits_two_segments(jurisdiction, category, language):
    """In each country and language, recorded or not, first or again: two segments, ended by the reference."""
    for held in Held:
        for repeat in (False, True):
            call = told(understanding(category, organisation="鸿远"), jurisdiction, held=held, repeat=repeat)
            text = compose(call, language)
            assert text.segments <= 2
            assert text.body.endswith(" #A7K2")
            assert text.encoding is (Encoding.GSM7 if language is EN else Encoding.UCS2)
            assert not names_debt(text.body)
            assert "://" not in text.body


@pytest.mark.parametrize(
    ("language", "lead"), [(HANS, "先冷静，不必当场答复"), (HANT, "先冷靜，不必當場答覆"), (EN, "Stay calm.")]
)
@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_calm_leads_every_text_about_a_financial_caller(jurisdiction, language, lead):
    """S01 stands before the first numbered step for bank, platform, agency and law firm."""
    for category in (C.BANK, C.LENDER_PLATFORM, C.COLLECTION_AGENCY, C.LAW_FIRM):
        text = body(told(understanding(category), jurisdiction), language)
        assert text.index(lead) < text.index("1 ")


@pytest.mark.parametrize("language", Language)
def test_a_threat_of_harm_stands_first(language):
    """The emergency step opens the text, in the subscriber's own country's words; four digits are enough."""
    call = told(understanding(C.BANK, organisation=ICBC, signs=["threat_of_harm"]), J.CN)
    text = body(call, language)
    assert "110" in text[:60]
    assert "35984471" not in text
    assert "4471" in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("style", Style)
def test_a_warning_shows_four_digits_in_every_style(style, language):
    """Neither impostor nor anyone asking for a code is shown with a number that a phone would make tappable."""
    for known in (
        understanding(C.IMPOSTOR, organisation=DAH_SING),
        understanding(C.COLLECTION_AGENCY, on_behalf_of=DAH_SING, red_flags=["asks_transfer_personal_account"]),
    ):
        text = body(told(known, number="+85230000082"), language, style)
        assert "3000008" not in text
        assert "28288000" not in text


@pytest.mark.parametrize("language", Language)
def test_only_a_published_number_of_high_confidence_is_offered(language):
    """A number of medium confidence, or one that the caller said, is never offered for ringing."""
    known = understanding(C.BANK, organisation=MEDIUM)
    known = dataclasses.replace(known, callback_number=Finding("4008001234"))
    for style in Style:
        text = body(told(known, J.CN), language, style)
        assert "95395" not in text
        assert "4008001234" not in text
    assert "95588" in body(told(understanding(C.BANK, organisation=ICBC), J.CN), language)


def test_a_foreign_number_keeps_its_country_code():
    """A published number is given as one dials it: without its code at home, with it from abroad."""
    known = understanding(C.COLLECTION_AGENCY, organisation=MIDLAND)
    assert "+18002962657" in body(told(known, J.HK), EN)
    assert "Official line: 8002962657" in body(told(known, J.US), EN)


@pytest.mark.parametrize("language", Language)
def test_the_default_names_no_sum_and_full_does_on_request(language):
    """Amount and pressure are for the full style alone."""
    known = dataclasses.replace(understanding(C.BANK, tactics=["deadline_pressure"]), amount=Decimal("3200"))
    assert "3200" not in body(told(known, J.GB), language)
    full = compose(told(known, J.GB), language, Style.FULL)
    assert "3200" in full.body
    assert full.segments <= 4


def test_full_words_are_kept_from_filters():
    """Where carriers filter, even the full style names no loan; where they do not, it speaks plainly."""
    known = understanding(C.BANK, organisation=ICBC)
    assert names_debt(body(told(known, J.GB, repeat=True), HANS, Style.FULL))
    for jurisdiction in (J.CN, J.HK, J.US):
        assert not names_debt(body(told(known, jurisdiction, repeat=True), HANS, Style.FULL))


def test_the_claimed_organisation_is_never_softened():
    """A claimed name may hold a debt word: it stays as it was claimed, on the first rung too."""
    known = understanding(C.COLLECTION_AGENCY, organisation="鸿远催收")
    assert "鸿远催收" in body(told(known, J.CN))
    assert "Smith Debt Recovery" in body(
        told(understanding(C.COLLECTION_AGENCY, organisation="Smith Debt Recovery"), J.US), EN
    )


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("category", Category)
def test_the_discreet_style_says_nothing_of_who_or_what(category, language):
    """One segment, no organisation, no number, no money; the warning alone remains."""
    call = told(understanding(category, organisation=ICBC), J.CN, words="还钱")
    text = compose(call, language, Style.DISCREET)
    assert text.segments == 1
    assert not any(word in text.body for word in ("工商", "ICBC", "95588", "35984471", "还钱"))
    assert text.body.endswith("#A7K2")


@pytest.mark.parametrize(
    "words",
    [
        "请打13812345678",
        "打 1 3 8 1 2 3 4 5 6 7 8",
        "call 415-555-0142 now",
        "call four one five five five five oh one four two",
        "看 www.example.com/pay 这里",
        "http://bit.ly/abc",
        "evil.top/x",
        "pay@example.com",
        "电话一三八一二三四五六七八",
        "ｔel １３８１２３４５６７８",
        "\u202eevil\u202c\u200b\x07bell",
        "①③⑧①②③④⑤",
    ],
)
@pytest.mark.parametrize("language", Language)
def test_caller_words_carry_no_link_no_number_no_control(words, language):
    """Whatever a caller says, the text that quotes it has nothing to tap and nothing that hides."""
    text = body(told(Understanding(C.PERSONAL), words=words), language)
    for bad in (
        "138",
        "415",
        "four one",
        "example",
        "bit.ly",
        "evil.top",
        "一三八",
        "１３８",
        "①③",
        "@",
        "\u202e",
        "\u200b",
        "\x07",
    ):
        assert bad not in text


def test_a_relative_who_speaks_of_debt_is_told_of_without_the_words():
    """A lock screen does not say it; the log does."""
    text = body(told(Understanding(C.PERSONAL), words="有人打给我说你欠款逾期"))
    assert "有留言，内容见来电记录" in text
    assert not names_debt(text)


@pytest.mark.parametrize(
    ("spoken", "shown"),
    [
        ("鸿远", "Hongyuan"),
        ("盛恒律所", "Shengheng law firm"),
        ("公安局", "police"),
        ("Société Générale", "Société Générale"),
        ("Erdős Bank", "Erdos Bank"),
        ("🏦Bank", "Bank"),
    ],
)
def test_an_exotic_name_keeps_an_english_text_in_gsm(spoken, shown):
    """Han is spelt by its sound, accents are folded, signs are dropped: no claim makes a text dear."""
    text = compose(told(understanding(C.COLLECTION_AGENCY, organisation=spoken), J.US), EN)
    assert shown in text.body
    assert text.encoding is Encoding.GSM7


def test_a_name_that_cannot_be_written_is_left_out():
    """A claim of signs alone gives a text about a third party without a name."""
    text = compose(told(understanding(C.COLLECTION_AGENCY, organisation="🏦🏦"), J.US), EN)
    assert "says it is a third party" in text.body


def test_an_english_reader_gets_chinese_words_whole():
    """A message that only Chinese can hold is passed on in Chinese, in two segments."""
    text = compose(told(Understanding(C.PERSONAL), words="周日回来吃饭吗"), EN)
    assert "周日回来吃饭吗" in text.body
    assert text.encoding is Encoding.UCS2
    assert text.segments <= 2


@pytest.mark.parametrize("language", Language)
def test_nothing_is_cut_in_half(language):
    """A very long name and message: steps whole or absent, no half of a pair, the reference at the end."""
    known = understanding(C.COLLECTION_AGENCY, organisation="𠮷野家" * 40, on_behalf_of="a\u0301" * 200)
    text = body(told(known, J.CN), language)
    text.encode("utf-16")
    assert text.endswith(" #A7K2")
    long_words = told(Understanding(C.PERSONAL), words="𠮷" * 500)
    assert compose(long_words, language).segments <= 2
    body(long_words, language).encode("utf-16")


def test_what_is_left_out_goes_in_order():
    """With long names the note goes first, then later steps; who, calm, two steps, number and reference stay."""
    known = understanding(C.COLLECTION_AGENCY, organisation="甲" * 30, on_behalf_of="乙" * 30)
    text = body(told(known, J.CN))
    assert "已同意录音" not in text
    assert text.startswith("来电小结13:40：自称第三方“甲")
    assert "先冷静" in text
    assert "1 " in text
    assert "2 " in text
    assert "对方+85235984471" in text


@pytest.mark.parametrize(
    ("held", "says"),
    [(Held.RECORDING, "已同意录音"), (Held.WORDS, "只有文字没有录音"), (Held.CALL, "没有录音，只记下来电")],
)
def test_what_is_held_is_said_truly(held, says):
    """A recording is named only when one stands."""
    assert says in body(told(understanding(C.BANK, organisation=ICBC), J.CN, held=held))


def test_consent_taken_back_is_said():
    """The text says that the words were deleted."""
    call = told(understanding(C.BANK), J.CN, held=Held.CALL, consent=Consent.WITHDRAWN)
    assert "已删" in body(call)


def test_withheld_and_not_passed_on_are_told_apart():
    """A withheld number and one that the carrier replaced are different facts."""
    assert "对方未显示号码" in body(told(understanding(C.BANK), J.CN, number="anonymous"))
    call = told(understanding(C.BANK), J.CN)
    call = dataclasses.replace(call, caller=read_caller("+85291234567", "+85291234567"))
    assert "号码没有传过来" in body(call)
    assert "Number not passed on" in body(call, EN)


def test_a_burst_is_one_text_with_a_count():
    """Several calls of one caller are told as one, with how many there were."""
    call = told(understanding(C.BANK, organisation=ICBC), J.CN, burst=5)
    assert "（共5次）" in body(call)
    assert "(5 calls)" in body(call, EN)


def test_a_wordless_hang_up_is_one_short_text():
    """A hang-up without a word costs one segment and gives no steps."""
    call = told(Understanding(), J.CN, held=Held.CALL, consent=Consent.UNASKED, disposition=Disposition.ABANDONED)
    for language in Language:
        assert compose(call, language).segments == 1
    assert "没有留言就挂了" in body(call)


@pytest.mark.parametrize("style", Style)
def test_a_call_on_a_busy_line_is_told_calmly(style):
    """Nobody was asked who it is, so nothing is said of that; one segment, in every language."""
    call = told(Understanding(), J.HK, held=Held.CALL, consent=Consent.UNASKED, disposition=Disposition.BUSY)
    texts = {language: compose(call, language, style) for language in Language}
    assert {text.segments for text in texts.values()} == {1}
    assert "line was busy" in texts[EN].body
    assert "占线" in texts[Language.ZH_HANS].body
    assert "佔線" in texts[Language.ZH_HANT].body
    assert not any("说明身份" in text.body or "did not say" in text.body for text in texts.values())


def test_a_keyed_category_is_told_as_keyed():
    """A caller who only pressed a key claimed nothing in words."""
    call = told(Understanding(), J.CN, held=Held.CALL, keyed=C.BANK, disposition=Disposition.CONSENT_REFUSED)
    assert "按键选了银行" in body(call)
    assert "pressed the key for a bank" in body(call, EN)
    heeded = told(understanding(C.BANK), J.CN, held=Held.CALL, keyed=C.BANK, disposition=Disposition.CONSENT_REFUSED)
    assert "按键选了银行" in body(heeded)


def test_brackets_of_the_gazetteer_are_not_shown():
    """A product that the gazetteer keeps in brackets stays out of the text."""
    ant = organisation("cn-ant", "蚂蚁集团(花呗/借呗/网商贷入口)", "CN", ["95188"], name_en="Ant Group / Alipay")
    text = body(told(understanding(C.LENDER_PLATFORM, organisation=ant), J.CN))
    assert "“蚂蚁集团”" in text
    assert "花呗" not in text


def test_a_situation_reaches_the_text():
    """What the subscriber has told of themselves changes what they are told."""
    call = told(understanding(C.BANK), J.CN, situation=frozenset({Situation.ILLNESS}))
    assert "S33" in {step.id for step in call.advice.steps}


@pytest.mark.parametrize("language", Language)
def test_a_digest_counts_and_names_no_one(language):
    """Calls of every category, one a burst, in one text of two segments that names neither caller nor debt."""
    calls = [told(understanding(category, organisation=ICBC), J.CN) for category in Category]
    calls.append(told(understanding(C.BANK, organisation=ICBC), J.CN, burst=30))
    text = compose_digest(calls, language, "B3M9")
    assert "41" in text.body
    assert text.body.endswith(" #B3M9")
    assert text.segments <= 2
    assert not any(word in text.body for word in ("工商", "ICBC", "35984471"))
    assert not names_debt(text.body)


@pytest.mark.parametrize(("language", "words"), [(EN, "2 line busy"), (Language.ZH_HANS, "占线未接2")])
def test_a_digest_counts_calls_on_a_busy_line_apart(language, words):
    """They are not among the unclear ones."""
    busy = told(Understanding(), J.CN, held=Held.CALL, consent=Consent.UNASKED, disposition=Disposition.BUSY)
    text = compose_digest([busy, told(understanding(C.BANK), J.CN), busy], language, "B3M9").body
    assert words in text
    assert not any(word in text for word in ("unclear", "不清楚"))


def test_a_digest_of_one_quiet_call_warns_of_nothing():
    """Without a suspect call there is no warning."""
    text = compose_digest([told(understanding(C.BANK), J.CN)], EN, "B3M9").body
    assert text == "Digest: 1 call (1 say bank). Nothing is due today. #B3M9"
