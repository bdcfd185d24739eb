"""The learned table helps where no phrase is found, and never against a warning."""

import json

import pytest

from screener.model import Category, RedFlag, Spoken, Tactic
from screener.seeds import seeds
from screener.understanding.cues import Hit
from screener.understanding.hearing import hear
from screener.understanding.learned import corrected, features, likely, suspected
from tests.train import examples, learn, trimmed

TURNS = ["你今天下班前必须把钱还上,不然我们就去你单位找你领导,让他看看你是什么人"]


def test_the_table_knows_every_label_and_no_other():
    """Categories, tactics and red flags are learned, each by the name that the rest of the program uses."""
    table = json.loads((seeds() / "cues" / "learned.json").read_text("utf-8"))
    assert set(table["labels"]) == {*Category, *Tactic, *RedFlag}
    assert len(table["bias"]) == len(table["labels"])


def test_the_table_is_what_training_gives():
    """Training anew from the labelled calls gives the weights that are kept."""
    table = json.loads((seeds() / "cues" / "learned.json").read_text("utf-8"))
    label = Tactic.HOME_VISIT.value
    number = table["labels"].index(label)
    bias, weights = learn(trimmed(examples()), label)
    assert round(bias, 3) == pytest.approx(table["bias"][number], abs=0.002)
    for feature, flat in table["weights"].items():
        kept = dict(zip(flat[::2], flat[1::2], strict=True))
        assert kept.get(number, 0) == pytest.approx(100 * weights.get(feature, 0.0), abs=51)


@pytest.mark.parametrize("other", list(Category))
def test_an_impostor_stays_an_impostor(other):
    """No guess takes a warning back, however sure it is."""
    assert corrected(Category.IMPOSTOR, {other.value: 1.0}) is Category.IMPOSTOR


def test_only_a_sure_guess_corrects_a_doubtful_category():
    """The category found gives way to a likely one only when it is most unlikely itself."""
    assert corrected(Category.DELIVERY, {"collection_agency": 0.9, "delivery": 0.02}) is Category.COLLECTION_AGENCY
    assert corrected(Category.DELIVERY, {"collection_agency": 0.9, "delivery": 0.3}) is Category.DELIVERY
    assert corrected(Category.DELIVERY, {"collection_agency": 0.4, "delivery": 0.02}) is Category.DELIVERY
    assert corrected(Category.DELIVERY, {}) is Category.DELIVERY


def test_a_suspected_label_shows_words_of_its_call():
    """A guess points at words, and is not made where a phrase has shown the label already."""
    hearing = hear(TURNS)
    found = suspected(hearing, {Tactic.HOME_VISIT.value: 0.9, Tactic.LOW_BALL.value: 0.1}, Tactic, [])
    assert [hit.label for hit in found] == [Tactic.HOME_VISIT]
    assert 0 <= found[0].start < found[0].end <= len(hearing.text.words)
    assert suspected(hearing, {Tactic.HOME_VISIT.value: 0.9}, Tactic, [Hit("home_visit", 0, 3)]) == []


def test_hardly_any_words_give_no_guess():
    """Silence and a greeting say nothing about a call."""
    assert likely(hear(["喂?"])) == {}
    assert likely(hear(["hello"])) == {}
    assert features(hear(["hello there mum"], Spoken.EN)) == {"hello", "there", "mum", "hello there", "there mum"}
