"""Scores what was understood against labelled calls, by the rules that docs/understanding.md states."""

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from screener.cli.analyse import record
from screener.organisations import organisations

HARMLESS = {"delivery", "personal", "government", "marketing"}
ALARMS = {"bank", "lender_platform", "collection_agency", "law_firm", "impostor"}
NOT_PASSED = {"impostor", "debt_relief_seller", "unknown"}
DETAILS = ("agent_name", "staff_id", "callback_number", "amount")
LOCAL = {
    "cn-110": ("公安", "派出所", "警察", "民警"),
    "cn-12368": ("法院", "12368"),
    "cn-96110": ("反诈中心", "96110"),
    "cn-12345": ("12345",),
}
TITLES = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|officer|coach|agent|sir)\b\.?\s*|(?:先生|女士|小姐|律师|经理|老师|警官|专员|主任|顾问)$",
    re.IGNORECASE,
)


def calls(name: str) -> list[dict[str, Any]]:
    """The labelled calls of a file under tests/."""
    lines = (Path(__file__).parent / name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def norm(value: object) -> str:
    """Letters and digits alone, in half width and lower case."""
    text = unicodedata.normalize("NFKC", str(value)).lower().replace("&", "and")
    return "".join(c for c in text if c.isalnum())


def same_organisation(gold: str | None, said: str | None) -> bool:
    """The id, a name of that id, or for a free name equality or containment."""
    if not gold or not said:
        return not gold and not said
    if gold == said:
        return True
    listed = organisations()
    if gold in listed:
        names = {norm(n) for n in (listed[gold].name_zh, listed[gold].name_en, *listed[gold].aliases) if n}
        return said not in listed and (norm(said) in names or any(w in said for w in LOCAL.get(gold, ())))
    if said in listed:
        return any(word in gold for word in LOCAL.get(said, ()))
    short, long = sorted((norm(gold), norm(said)), key=len)
    return short == long or (len(short) >= (7 if short.isascii() else 2) and short in long)


def same_detail(name: str, gold: Any, said: Any) -> bool:
    """One detail as the given scorer compares it: digits of numbers, names without titles."""
    if name == "amount":
        return abs(float(gold) - float(said)) <= 0.01
    if name == "agent_name":
        short, long = sorted((norm(TITLES.sub("", str(v)) or v) for v in (gold, said)), key=len)
        return short in long and (len(short) >= 2 or long in (short, "小" + short, "老" + short))
    return norm(gold).removeprefix("86") == norm(said).removeprefix("86")


@dataclass
class Score:
    """Counts over a set of calls, and the figures made of them."""

    calls: int = 0
    right: int = 0
    organisations: int = 0
    harmless: int = 0
    alarms: int = 0
    impostors: int = 0
    passed: int = 0
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)
    categories: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, call: dict[str, Any]) -> None:
        gold, said = call["labels"], record(call)
        self.calls += 1
        self.right += gold["category"] == said["category"]
        self.categories[gold["category"], said["category"]] += 1
        self.organisations += same_organisation(gold["organisation"], said["organisation"])
        if gold["category"] in HARMLESS:
            self.harmless += 1
            self.alarms += said["category"] in ALARMS
        if gold["category"] == "impostor":
            self.impostors += 1
            self.passed += said["category"] not in NOT_PASSED
        for kind in ("tactics", "red_flags"):
            wanted, found = set(gold[kind]), set(said[kind])
            self.labels[kind, "hit"] += len(wanted & found)
            self.labels[kind, "extra"] += len(found - wanted)
            self.labels[kind, "missed"] += len(wanted - found)
        for name in DETAILS:
            self._detail(name, gold[name], said[name])

    def _detail(self, name: str, gold: Any, said: Any) -> None:
        if gold in (None, ""):
            self.labels["details", "extra"] += said not in (None, "")
            return
        right = said not in (None, "") and same_detail(name, gold, said)
        self.labels["details", "hit" if right else "missed"] += 1

    def f1(self, kind: str) -> float:
        hit = self.labels[kind, "hit"]
        wrong = self.labels[kind, "extra"] + self.labels[kind, "missed"]
        return 2 * hit / (2 * hit + wrong) if hit + wrong else 1.0

    def recall(self, kind: str) -> float:
        hit, missed = self.labels[kind, "hit"], self.labels[kind, "missed"]
        return hit / (hit + missed) if hit + missed else 1.0

    def macro_f1(self) -> float:
        """Mean F1 over the categories that occur among the labels."""
        scores = []
        for category in {gold for gold, _ in self.categories}:
            hit = self.categories[category, category]
            gold = sum(n for (g, _), n in self.categories.items() if g == category)
            said = sum(n for (_, s), n in self.categories.items() if s == category)
            scores.append(2 * hit / (gold + said))
        return sum(scores) / len(scores)


def score(labelled: list[dict[str, Any]]) -> Score:
    """The score of a set of labelled calls."""
    result = Score()
    for call in labelled:
        result.add(call)
    return result
