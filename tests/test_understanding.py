"""The labelled calls are understood, every finding points at words, and nothing that is said can break it."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screener.model import Category, NumberCheck, RedFlag, Sign, Spoken, Tactic
from screener.understanding import live, understand
from screener.understanding.text import HEAD, TAIL
from tests.scoring import calls, score
from tests.train import pressing

DEVELOPMENT = "data/calls.jsonl"


@pytest.fixture(scope="module")
def development():
    return score(calls(DEVELOPMENT))


def test_development_calls_meet_the_set_marks(development):
    """Category, organisation, tactics and red flags reach what the issue asks on the development calls."""
    assert development.macro_f1() >= 0.95
    assert development.organisations / development.calls >= 0.95
    assert development.f1("tactics") >= 0.92
    assert development.recall("red_flags") >= 0.98
    assert development.f1("red_flags") >= 0.95
    assert development.recall("details") >= 0.95


def test_no_development_impostor_passes_as_genuine(development):
    """An impostor is never told to the subscriber as a bank, an agency or a courier."""
    assert development.passed == 0
    assert development.alarms / development.harmless <= 0.03


@pytest.mark.parametrize("name", ["open", "heldout", "second", "third", "fourth", "fifth"])
def test_unseen_calls_keep_the_level(name):
    """Calls in other words and with other companies are understood nearly as well."""
    unseen = score(calls(f"unseen/{name}.jsonl"))
    assert unseen.macro_f1() >= 0.90
    assert unseen.organisations / unseen.calls >= 0.87
    assert unseen.f1("tactics") >= 0.80
    assert unseen.f1("red_flags") >= 0.85
    assert unseen.passed == 0


@pytest.mark.parametrize("name", ["sixth", "seventh", "tenth", "eleventh", "twelfth"])
def test_calls_of_other_authors_keep_the_level(name):
    """What other authors' calls have taught is not lost: no impostor passes, and hardly a harmless caller is suspected."""
    unseen = score(calls(f"unseen/{name}.jsonl"))
    assert unseen.macro_f1() >= 0.93
    assert unseen.organisations / unseen.calls >= 0.82
    assert unseen.f1("tactics") >= 0.85
    assert unseen.f1("red_flags") >= 0.87
    assert unseen.recall("red_flags") >= 0.97
    assert unseen.alarms / unseen.harmless <= 0.03
    assert unseen.passed == 0


def test_short_calls_fall_into_their_category():
    """One sentence is enough for the category of nearly every swindle and every everyday call."""
    labelled = calls("unseen/categories.jsonl")
    wrong = [c["turns"][0] for c in labelled if understand(c["turns"]).category != c["category"]]
    assert len(wrong) <= 0.03 * len(labelled), wrong


def test_one_sentence_of_pressure_is_told():
    """A single sentence after an agency's introduction shows its tactic or flag, and seldom another."""
    labelled = calls("unseen/pressure.jsonl")
    wrong, missed = [], []
    for call in labelled:
        found = understand(pressing(call))
        shown = {f.value for f in (*found.tactics, *found.red_flags)}
        missed += [call["turn"]] * bool(set(call["shows"]) - shown)
        wrong += [call["turn"]] * bool(shown - set(call["shows"]))
    assert len(missed) <= 2, missed
    assert len(wrong) <= 0.2 * len(labelled), wrong


def test_signs_are_told_by_single_sentences():
    """Each sentence shows just the signs that it is labelled with, an everyday one none."""
    labelled = calls("unseen/signs.jsonl")
    wrong = [c["turn"] for c in labelled if {f.value for f in understand([c["turn"]]).signs} != set(c["shows"])]
    assert not wrong


def test_every_finding_shows_its_words():
    """Each finding of each development call has spans, each within its turn and not empty."""
    for call in calls(DEVELOPMENT):
        found = understand(call["turns"])
        spans = [s for f in (*found.tactics, *found.red_flags, *found.signs) for s in f.spans]
        for finding in (*found.tactics, *found.red_flags, *found.signs):
            assert finding.spans, (call["id"], finding.value)
        details = (found.agent_name, found.staff_id, found.callback_number)
        spans += [s for detail in details if detail for s in detail.spans]
        spans += [*found.amount_spans, *(found.organisation.spans if found.organisation else ())]
        for span in spans:
            assert 0 <= span.start < span.end <= len(call["turns"][span.turn]), call["id"]


def test_a_span_shows_the_words_said():
    """Spans index the words as given: traditional characters, fillers and figures included."""
    turns = ["您好", "嗯,請把簡訊的驗證碼唸給我,我姓陳,回電 400 882 1100。"]
    found = understand(turns)
    shown = {f.value: [turns[s.turn][s.start : s.end] for s in f.spans] for f in found.red_flags}
    assert any("驗證碼" in words for words in shown[RedFlag.ASKS_VERIFICATION_CODE])
    assert found.callback_number is not None
    span = found.callback_number.spans[0]
    assert turns[span.turn][span.start : span.end] == "400 882 1100"


def test_reassurance_is_no_red_flag():
    """Saying that no code will ever be asked for is the opposite of asking for one."""
    for turns in (
        ["您好,招商银行,我们不会向您索要验证码,也不需要您转账到个人账户。"],
        ["Hi, Chase fraud team. We will never ask you for a code or to move money to a safe account."],
    ):
        found = understand(turns)
        assert not found.red_flags
        assert found.category is Category.BANK


def test_reported_pressure_is_not_applied_pressure():
    """A friend who tells of a swindler is a friend."""
    found = understand(["喂,是我小马,我昨天接到个电话自称公安局的,让我把验证码告诉他,幸好没信。"])
    assert found.category is Category.PERSONAL
    assert not found.red_flags


def test_agency_stands_before_its_principal():
    """An agency's own name is the organisation; whom it acts for is told apart."""
    found = understand(["您好,我是启铭信用管理公司的小鲁,受光大银行委托跟您联系,您那笔一万二逾期了。"])
    assert found.category is Category.COLLECTION_AGENCY
    assert found.organisation is not None
    assert found.organisation.spoken == "启铭信用管理"
    assert found.on_behalf_of is not None
    assert found.on_behalf_of.key == "cn-ceb"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("您好招伤因行信用卡中心的您的账单逾期了", "cn-cmb"),
        ("hi this is capitol won calling your payment is past due", "us-capone"),
        ("hello it's wells far go your account is overdue", "us-wells"),
    ],
)
def test_names_are_known_by_sound(words, key):
    """A recogniser that hears other words of the same sound does not hide who is calling."""
    found = understand([words])
    assert found.organisation is not None
    assert found.organisation.key == key


def test_country_by_currency_then_by_hint():
    """Pounds mean the British Klarna whatever the subscriber's country; without them the hint decides."""
    from screener.model import Jurisdiction

    pounds = understand(["Klarna here, your £20 is late."], country=Jurisdiction.US)
    hinted = understand(["This is Klarna, your payment is late."], country=Jurisdiction.GB)
    assert [f.organisation.key for f in (pounds, hinted) if f.organisation] == ["uk-klarna"] * 2


def test_numbers_are_compared_and_never_judged():
    """A published number matches, another differs, and without a published number nothing is known."""
    words = ["您好,工商银行,您的账单逾期了,回电95588。"]
    found = understand(words, caller="+8675510223306")
    assert (found.caller_check, found.callback_check) == (NumberCheck.DIFFERS, NumberCheck.MATCHES)
    assert understand(["您好,顺丰快递,您的件到了。"], caller="+8675510223306").caller_check is NumberCheck.UNKNOWN


def test_signs_for_the_guidance():
    """Screen sharing, secrecy and a bought debt are told to the guidance as signs."""
    swindle = understand(["我是公安局的,下载会议软件打开屏幕共享,不要告诉任何人。"])
    assert {Sign.INSTALLS_APP, Sign.SECRECY} <= {f.value for f in swindle.signs}
    bought = understand(["This is Jefferson Capital. We bought your Verizon account and you owe $300."])
    assert Sign.DEBT_BOUGHT in {f.value for f in bought.signs}


def test_live_agrees_with_the_whole():
    """The live part names the same category and organisation on nearly every development call."""
    labelled = calls(DEVELOPMENT)
    same = 0
    for call in labelled:
        whole, now = understand(call["turns"]), live(call["turns"])
        same += whole.category is now.category and (whole.organisation == now.organisation)
    assert same >= 0.97 * len(labelled)


def test_partial_words_do_not_break_it():
    """Every beginning of a call is understood without an error, and an empty one is unknown."""
    words = "您好,我是建设银行信用卡中心的,我姓潘,工号30816,您还有2,386.50元没有到账"
    for end in range(len(words)):
        live([words[:end]])
    assert understand([]).category is Category.UNKNOWN
    assert understand(["", ""]).category is Category.UNKNOWN


PIECES = st.sampled_from(
    [
        "我是",
        "银行",
        "的",
        "验证码",
        "受",
        "委托",
        "一万五千四",
        "工号",
        "姓",
        "this is ",
        "from ",
        "call me ",
        "$1,2",
        "by friday ",
        "one hundred and ",
        "double ",
        "…",
        "\u0000",
        "\U0001f600",
        "'s",
        "(",
        "\u3000",
        "幺",
        "点",
        "@",
        "律师事务所",
        "\x01",
    ]
)
SAID = st.lists(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=30).map("".join)), max_size=5)


@settings(max_examples=120)
@given(SAID, st.sampled_from([None, Spoken.ZH, Spoken.EN]))
def test_no_words_raise(turns, lang):
    """Whatever is said, in whichever language it is taken, gives valid labels and spans and no error."""
    found = understand(turns, lang, caller="+14155550100")
    assert {f.value for f in found.tactics} <= set(Tactic)
    assert {f.value for f in found.red_flags} <= set(RedFlag)
    for finding in (*found.tactics, *found.red_flags, *found.signs):
        for span in finding.spans:
            assert 0 <= span.start < span.end <= len(turns[span.turn])
    live(turns, lang)


@pytest.mark.parametrize(
    "words",
    [
        "啊" * 100_000,
        "x" * 100_000,
        "一" * 100_000,
        "one " * 25_000,
        "我是" * 50_000,
        "验证码告诉" * 20_000,
        "if you pay we will waive the fee " * 3_000,
        "打给你家人通知单位" * 11_000,
        "1 " * 50_000,
        "\u0301" * 100_000,
    ],
)
def test_hostile_length_costs_little(words):
    """A hundred thousand hostile characters take no more than a few times what ordinary speech takes that is as long
    as what is read of them. Both are timed in turn, so that a slow machine is slow for both."""
    ordinary = [("您好我是招商银行信用卡中心的您的账单逾期了三千二百元请今天还款不然通知您家人 " * 200)[: HEAD + TAIL]]
    spent = {}
    for said in ([words], ordinary) * 2:
        begun = time.perf_counter()
        understand(said)
        spent[said[0]] = time.perf_counter() - begun
    assert spent[words] < 10 * spent[ordinary[0]]


def test_start_and_end_of_a_long_call_are_read():
    """What is said last in an overlong call still counts."""
    found = understand(["您好,工商银行客服。" + "嗯那个这个" * 4000 + "请把短信验证码告诉我。"])
    assert found.category is Category.IMPOSTOR
    spans = [s for f in found.red_flags for s in f.spans]
    assert spans
    assert all(a.start <= b.start for a, b in pairwise(spans))
