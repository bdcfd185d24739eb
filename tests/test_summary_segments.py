"""Ten thousand texts against a counter of the test's own, written from the GSM 03.38 table."""

import random
from decimal import Decimal

from screener.model import (
    Category,
    Disposition,
    Finding,
    Held,
    Jurisdiction,
    Language,
    RedFlag,
    Sign,
    Tactic,
    Understanding,
)
from screener.policy import names_debt
from screener.summary import Style, compose
from screener.summary.names import claims
from screener.traditional import simplified, traditional
from tests.cases import DAH_SING, ICBC, MEDIUM, MIDLAND, claim, found, told

# GSM 03.38 basic table by rows of its high three bits; 0x1B is the escape to the extension table.
TABLE = [
    "@ £ $ ¥ è é ù ì ò Ç LF Ø ø CR Å å",
    "Δ _ Φ Γ Λ Ω Π Ψ Σ Θ Ξ ESC Æ æ ß É",
    "SP ! \" # ¤ % & ' ( ) * + , - . /",
    "0 1 2 3 4 5 6 7 8 9 : ; < = > ?",
    "¡ A B C D E F G H I J K L M N O",
    "P Q R S T U V W X Y Z Ä Ö Ñ Ü §",
    "¿ a b c d e f g h i j k l m n o",
    "p q r s t u v w x y z ä ö ñ ü à",
]
NAMED = {"LF": "\n", "CR": "\r", "SP": " ", "ESC": None}
SEPTETS = {NAMED.get(cell, cell): 1 for row in TABLE for cell in row.split()}
SEPTETS |= dict.fromkeys("\f^{}\\[~]|€", 2)

NAMES = [
    ICBC,
    DAH_SING,
    MEDIUM,
    MIDLAND,
    "鸿远",
    "Northgate Services",
    "𠮷田商会",
    "Ünïted Bänk",
    "甲" * 40,
    "x" * 90,
    "[A|B]{C}~^€",
    "催收中心",
    "",
]
WORDS = [
    "",
    "周日回来吃饭吗",
    "Your parcel is at the door",
    "打13812345678",
    "𠮷" * 90,
    "long words " * 60,
    "{[€]}" * 40,
    "é" * 300,
    "🎉好的",
    "欠款",
]


def independent_count(text):
    """Segments by filling them one after another."""
    if all(character in SEPTETS for character in text):
        costs, single, joined = [SEPTETS[character] for character in text], 160, 153
    else:
        costs, single, joined = [len(character.encode("utf-16-be")) // 2 for character in text], 70, 67
    if sum(costs) <= single:
        return 1
    filled = [0]
    for cost in costs:
        if filled[-1] + cost > joined:
            filled.append(0)
        filled[-1] += cost
    return len(filled)


def some(dice, kind, most=2):
    return found(*dice.sample(sorted(kind), dice.randint(0, most)))


def random_call(dice):
    known = Understanding(
        category=dice.choice(list(Category)),
        organisation=dice.choice([None, *(claim(name) for name in NAMES if name)]),
        on_behalf_of=dice.choice([None, None, *(claim(name) for name in NAMES if name)]),
        tactics=some(dice, Tactic),
        red_flags=some(dice, RedFlag, 1),
        signs=some(dice, Sign, 1),
        agent_name=dice.choice([None, Finding("妈妈"), Finding("Dana Reed"), Finding("𠮷" * 30)]),
        amount=dice.choice([None, Decimal("12345.67")]),
    )
    return told(
        known,
        dice.choice(list(Jurisdiction)),
        held=dice.choice(list(Held)),
        repeat=dice.random() < 0.5,
        disposition=dice.choice(list(Disposition)),
        words=dice.choice(WORDS),
        number=dice.choice(["+85235984471", "+18445550142", "anonymous", "+8613800138000"]),
        keyed=dice.choice([None, Category.BANK, Category.DELIVERY]),
        burst=dice.choice([1, 1, 7]),
    )


def test_ten_thousand_texts_are_counted_alike():
    """Segments as an independent counter has them; within the style's limit; whole; ended by the reference."""
    dice = random.Random(20261123)
    limits = {Style.DEFAULT: 2, Style.DISCREET: 1, Style.FULL: 4}
    for _ in range(10_000):
        call, language, style = random_call(dice), dice.choice(list(Language)), dice.choice(list(Style))
        text = compose(call, language, style)
        assert text.segments == independent_count(text.body)
        assert text.segments <= limits[style], (style, text)
        assert text.body.endswith(" #A7K2")
        assert text.body.encode("utf-16-le").decode("utf-16-le") == text.body
        if call.suspect and call.caller.number:
            assert call.caller.number[-8:] not in text.body


def test_the_default_style_is_quiet():
    """Whatever was found, the default text names no debt but in a claimed name, which is never changed."""
    dice = random.Random(4)
    for _ in range(2_000):
        call, language = random_call(dice), dice.choice(list(Language))
        text = compose(call, language).body
        for name in claims(call, language):
            shown = traditional(name, call.jurisdiction) if language is Language.ZH_HANT else name
            text = text.replace(shown, "") if shown else text
        assert not names_debt(simplified(text)), text
