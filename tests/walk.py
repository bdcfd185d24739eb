"""Every state that the dialogue can reach, found by giving each step everything that a caller might give."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product

from screener import dialogue
from screener.dialogue import STEPS, Answer, Heard, Reply, Talk
from screener.model import Greeting, Spoken

SPOKEN = (
    "同意", "不同意", "可以录音", "您可以等一下吗", "喂你好", "嗯", "yes", "yes hello", "no", "don't record me",
    "我是大新银行信用卡中心的", "这里是鸿远公司受大新银行委托催收欠款", "我们是正平律师事务所的", "我是你妈妈",
    "this is Dana from Northgate, a debt collector", "calling from Chase bank card services", "送快递的",
    "我不同意录音请停止录音", "please stop recording", "blah", "\x00\ud800<Say>&",
)  # fmt: skip
KEYS = (*"0123456789*#", "12", "2345", "")
EVERYTHING = tuple(Heard(words=words, confidence="0.9") for words in SPOKEN) + tuple(Heard(digits=d) for d in KEYS)
OPENINGS = ("question", "message_offer")  # where the greeting is spoken
STARTS = tuple(
    Talk(language, keys_only=keys_only, us_subscriber=us, allowed=allowed, greeting=greeting)
    for language, keys_only, us, allowed, greeting in product(
        Spoken, (False, True), (False, True), (False, True), Greeting
    )
)


@dataclass(frozen=True)
class Seen:
    """One answer in the walk: the state it was given in, what was heard, and what came of it."""

    before: Talk
    asked: Reply
    heard: Heard
    answer: Answer


def state(talk: Talk) -> tuple[object, ...]:
    """What makes two talks the same place: all but the words, of which only what is understood counts, and past the
    opening the greeting, which has been spoken."""
    greeting = talk.greeting if talk.step in OPENINGS else Greeting.PLAIN
    here = replace(talk, statements=(), greeting=greeting)
    return (here, dialogue.steps.live(talk.statements, talk.language))


def walk() -> Iterator[Seen]:
    """Every answer in every reachable state, breadth first, each state once."""
    dialogue.steps.live = cache(dialogue.steps.live)  # the same words come up in thousands of states
    queue: deque[tuple[Talk, Reply]] = deque()
    visited = set()
    for start in STARTS:
        talk, reply = dialogue.begin(start)
        queue.append((talk, reply))
        visited.add(state(talk))
    while queue:
        talk, asked = queue.popleft()
        for heard in EVERYTHING:
            answer = dialogue.answer(talk, heard)
            yield Seen(talk, asked, heard, answer)
            here = state(answer.talk)
            if here not in visited and STEPS[answer.talk.step].listen:
                visited.add(here)
                queue.append((answer.talk, answer.reply))
