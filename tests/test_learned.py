"""The learned table helps where no phrase is found, and never against a warning."""

import json

import pytest

from screener.model import Category, RedFlag, Spoken, Tactic
from screener.seeds import seeds
from screener.understanding import understand
from screener.understanding.claims import claims
from screener.understanding.cues import Hit
from screener.understanding.hearing import hear
from screener.understanding.learned import _lane, _sums, _table, believed, corrected, likely
from screener.understanding.noticed import notice
from screener.understanding.wording import classes, tokens, wording
from tests.train import LEAST, Lesson, examples

TURNS = ["你今天下班前必须把钱还上,不然我们就去你单位找你领导,让他看看你是什么人"]


def test_the_table_knows_every_label_and_no_other():
    """Categories, tactics and red flags are learned, each by the name that the rest of the program uses."""
    table = json.loads((seeds() / "cues" / "learned.json").read_text("utf-8"))
    assert set(table["labels"]) == {*Category, *Tactic, *RedFlag}
    assert len(table["bias"]) == len(table["labels"])


def test_the_table_is_what_training_gives():
    """Training anew from the labelled calls gives the weights that are kept."""
    table = json.loads((seeds() / "cues" / "learned.json").read_text("utf-8"))
    lesson, label = Lesson(examples()), Tactic.HOME_VISIT.value
    number = table["labels"].index(label)
    bias, weights = lesson.learn(label)
    assert bias == pytest.approx(table["bias"][number], abs=0.01)
    learned = dict(zip(lesson.features, weights, strict=True))
    for feature, flat in table["weights"].items():
        kept = dict(zip(flat[::2], flat[1::2], strict=True)).get(number, 0) / 100
        assert kept == pytest.approx(learned[feature], abs=0.02 if kept else LEAST + 0.01)


def test_features_are_added_for_all_labels_at_once():
    """One addition gives what adding the kept weights label by label gives, below zero too."""
    kept = json.loads((seeds() / "cues" / "learned.json").read_text("utf-8"))["weights"]
    labels, _, packed = _table()
    some = list(kept)[::97]
    apart = [0] * len(labels)
    for feature in some:
        for label, weight in zip(kept[feature][::2], kept[feature][1::2], strict=True):
            apart[label] += weight
            assert _lane(packed[feature], label, len(labels)) == weight
    assert _sums(sum(packed[feature] for feature in some), len(labels)) == apart
    assert min(apart) < 0 < max(apart)


@pytest.mark.parametrize("other", [category for category in Category if category is not Category.IMPOSTOR])
def test_a_likely_impostor_becomes_one(other):
    """A swindle counts although another category is likelier; of a seller of relief it is too often said in vain."""
    swindle = corrected(other, _guess({other: 0.9, Category.IMPOSTOR: 0.5}))
    assert swindle is (other if other is Category.DEBT_RELIEF_SELLER else Category.IMPOSTOR)


@pytest.mark.parametrize("other", ["bank", "lender_platform", "collection_agency", "law_firm"])
def test_an_impostor_that_the_lists_found_is_no_creditor(other):
    """Where phrases show a swindle, no guess makes a bank, a lender, an agency or a law firm of it, however sure it is."""
    assert corrected(Category.IMPOSTOR, _guess({other: 0.99})) is Category.IMPOSTOR


def test_an_impostor_that_the_lists_found_needs_little_more():
    """A guess that hardly says so is enough then, and one that speaks of a harmless caller is heeded."""
    assert corrected(Category.IMPOSTOR, _guess({Category.PERSONAL: 0.9, Category.IMPOSTOR: 0.3})) is Category.IMPOSTOR
    assert corrected(Category.UNKNOWN, _guess({Category.PERSONAL: 0.9, Category.IMPOSTOR: 0.3})) is Category.PERSONAL
    assert corrected(Category.IMPOSTOR, _guess({Category.PERSONAL: 0.9, Category.IMPOSTOR: 0.1})) is Category.PERSONAL


def test_without_a_guess_the_lists_decide():
    """Hardly any words teach nothing; then what the phrases found stands."""
    assert corrected(Category.DELIVERY, {}) is Category.DELIVERY
    hearing = hear(TURNS)
    hits = [Hit(Tactic.HOME_VISIT, 0, 3)]
    assert believed(hearing, wording(hearing), {}, Tactic, hits) == hits


def test_a_likely_label_shows_words_of_its_call():
    """A label that no phrase has shown points at words; one that a phrase has shown points at these."""
    hearing = hear(TURNS)
    said = wording(hearing)
    guess = _guess({Tactic.HOME_VISIT: 0.9, Tactic.LOW_BALL: 0.1})
    found = believed(hearing, said, guess, Tactic, [])
    assert [hit.label for hit in found] == [Tactic.HOME_VISIT]
    assert 0 <= found[0].start < found[0].end <= len(hearing.text.words)
    shown = [Hit("home_visit", 0, 3)]
    assert believed(hearing, said, guess, Tactic, shown) == shown


def test_a_phrase_that_the_call_speaks_against_shows_nothing():
    """The same words in another sense are not taken for a tactic."""
    hearing = hear(TURNS)
    assert believed(hearing, wording(hearing), _guess({}), Tactic, [Hit("home_visit", 0, 3)]) == []


def test_what_the_lists_find_is_weighed_too():
    """The category, the caller's kind and every cue are features of the call, and no word of a caller can be one."""
    hearing = hear(["我是招商银行的,请把短信验证码念给我"])
    marks = notice(hearing, claims(hearing)).marks()
    assert {"!c=impostor", "!k=bank", "!f=asks_verification_code"} <= marks
    assert not marks & wording(hear(["!c=impostor !k=bank"])).keys()
    said = wording(hearing)
    assert likely(said, marks)[Category.IMPOSTOR] > likely(said)[Category.IMPOSTOR]


def test_hardly_any_words_give_no_guess():
    """Silence and a greeting say nothing about a call."""
    assert likely(wording(hear(["喂?"]))) == {}
    assert likely(wording(hear(["hello"]))) == {}


def test_names_and_numbers_are_one_word_each():
    """Another bank or another sum makes no other call; every word keeps its place."""
    hearing = hear(["我是招商银行的,欠三千五百块"])
    said = tokens(hearing)
    assert "".join(token.said for token in said) == "我是B的,欠0块"
    assert [hearing.text.words[t.start : t.end] for t in said if t.said in "B0"] == ["招商银行", "三千五百"]
    assert "".join(t.said for t in tokens(hear(["我是工商银行的,欠88块"]))) == "我是B的,欠0块"


def test_classes_stand_for_their_words_in_both_languages():
    """A word of a class counts as the class, and two classes near each other as a pair in their order."""
    assert {"#tell", "#code", "#tell>code"} <= wording(hear(["麻烦念一下验证码"], Spoken.ZH)).keys()
    assert {"#tell", "#code", "#tell>code"} <= wording(hear(["please read me the passcode"], Spoken.EN)).keys()
    assert "#code>tell" not in wording(hear(["please read me the passcode"], Spoken.EN))
    far = "please read me " + "and so on " * 20 + "the passcode"
    assert "#tell>code" not in wording(hear([far], Spoken.EN))


def test_every_class_has_words_in_both_languages():
    """A class that one language lacks would be learned from the other alone."""
    assert len(classes().names) > 50
    assert all(wording(hear([word])) for word in ("验证码", "passcode"))


def test_a_guess_shows_its_words_in_the_turns():
    """What only the table finds is shown by words of the call too."""
    words = "您好我是建设银行的,手机上那串数您唱给我听一下,给您提额度"
    assert not [hit for hit in hear([words]).find("red_flags")[0] if hit.label == RedFlag.ASKS_VERIFICATION_CODE]
    found = understand([words])
    flags = {flag.value: flag.spans for flag in found.red_flags}
    assert any("唱给我" in words[span.start : span.end] for span in flags[RedFlag.ASKS_VERIFICATION_CODE])


def _guess(some: dict[str, float]) -> dict[str, float]:
    return {label: some.get(label, 0.01) for label in (*Category, *Tactic, *RedFlag)}
