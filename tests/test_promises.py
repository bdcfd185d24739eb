"""Promises 1 and 2, as properties over every reachable state of the dialogue."""

import re
from functools import cache

import pytest

from screener import dialogue, twiml
from screener.dialogue import STEPS, Heard, Reply, Talk
from screener.dialogue.engine import CAPTURING
from screener.model import Consent, Greeting, Spoken
from tests.walk import EVERYTHING, OPENINGS, STARTS, Seen, walk

URLS = twiml.Urls("https://screener.example")
# Words that concede, promise, name the subscriber, or name a debt or lending.
CONCEDES = re.compile(
    r"债|贷|欠|催|逾期|还款|还钱|账单|分期|机主|本人|先生|女士|保证|一定会|答应|同意还"
    r"|\b(?:debt|loan|lend\w*|owe\w*|arrears|overdue|collect\w*|borrow\w*|repay\w*|payment|balance|instal\w*"
    r"|owner|his|her|promise|guarantee|will pay|agree to pay|mr|mrs|ms)\b",
    re.IGNORECASE,
)


@cache
def everything() -> tuple[Seen, ...]:
    return tuple(walk())


def every_reply() -> list[Reply]:
    firsts = [dialogue.begin(start)[1] for start in STARTS]
    closings = [dialogue.close_with(start, name)[1] for start in STARTS for name in ("blocked", "busy")]
    return [*firsts, *closings, *(seen.answer.reply for seen in everything())]


def test_the_walk_reaches_every_step() -> None:
    """The properties below say something about every step that there is."""
    reached = {reply.step for reply in every_reply()}
    assert reached == set(STEPS)


def test_every_path_ends() -> None:
    """From every state, any answers at all lead to goodbye within a bounded number of turns."""
    depth: dict[Talk, int] = {}

    def longest(talk: Talk) -> int:
        if STEPS[talk.step].listen is None:
            return 0
        if talk not in depth:
            depth[talk] = 10**6  # a state that leads back to itself would never end
            heards = [Heard(), Heard(digits="1"), Heard(digits="9"), Heard(digits="8"), Heard(words="律师事务所")]
            depth[talk] = 1 + max(longest(dialogue.answer(talk, heard).talk) for heard in heards)
        return depth[talk]

    assert max(longest(dialogue.begin(start)[0]) for start in STARTS) <= 20


def test_recording_starts_only_after_a_clear_yes() -> None:
    """A recording starts in the reply to key 1 or to a whole-answer yes, and nowhere else."""
    starts = [seen for seen in everything() if seen.answer.reply.recording == "start"]
    assert starts
    for seen in starts:
        assert seen.before.step in ("question", "message_offer")
        assert seen.heard.digits[:1] == "1" or seen.heard.words in ("同意", "可以录音", "yes")
        assert seen.answer.talk.consent is Consent.RECORDING


def test_consent_is_gained_only_by_answering_a_consent_question() -> None:
    """No answer to any other step turns into consent."""
    for seen in everything():
        gained = seen.answer.talk.consent in CAPTURING and seen.before.consent not in CAPTURING
        if gained:
            assert seen.before.step in ("question", "notes_offer", "message_offer")


def test_speech_is_listened_to_only_with_consent() -> None:
    """Apart from the first consent question, no step without consent listens to speech or asks for partials."""
    for seen in everything():
        listen = seen.answer.reply.listen
        if listen and listen.speech and seen.answer.talk.consent not in CAPTURING:
            assert seen.answer.reply.step == "question"
            assert seen.answer.talk.asks == 1
        if listen and listen.partial:
            assert seen.answer.talk.consent in CAPTURING


def test_plus_one_numbers_are_asked_by_key_only() -> None:
    """Where a +1 number is on either end, the first question too listens to keys alone."""
    for seen in everything():
        listen = seen.answer.reply.listen
        if seen.before.keys_only and listen and listen.speech:
            assert seen.answer.talk.consent in CAPTURING


def test_words_are_kept_only_with_consent() -> None:
    """Without consent nothing that a caller said is kept, except the phrase that answered the consent question."""
    for seen in everything():
        kept = seen.answer.kept.words
        if seen.before.consent not in CAPTURING and kept:
            assert seen.before.step == "question"
            assert seen.before.asks == 1
            assert kept in ("同意", "可以录音", "yes", "不同意", "no", "don't", "stop")
        assert kept in seen.heard.words or not kept


def test_statements_never_reach_a_state_without_consent() -> None:
    """A state without consent carries no words of the caller."""
    for seen in everything():
        if seen.answer.talk.consent not in CAPTURING:
            assert seen.answer.talk.statements == ()


def test_key_two_takes_consent_back_at_every_step() -> None:
    """Wherever something is captured, key 2 stops it, drops the words and goes on by keypad."""
    captured = [seen for seen in everything() if seen.before.consent in CAPTURING and seen.heard.digits == "2"]
    assert {seen.before.step for seen in captured} >= {"statement", "organisation", "message", "principal", "verify"}
    for seen in captured:
        assert seen.answer.withdrawn
        assert seen.answer.talk.consent is Consent.WITHDRAWN
        assert seen.answer.reply.step == "keypad"
        was_recording = seen.before.consent is Consent.RECORDING
        assert seen.answer.reply.recording == ("stop" if was_recording else None)


@pytest.mark.parametrize("words", ["我不同意录音请停止录音", "please stop recording", "don't record me"])
def test_a_clear_refusal_takes_consent_back_in_mid_statement(words: str) -> None:
    """Spoken refusal works wherever key 2 does, and only the phrase is kept."""
    refused = [seen for seen in everything() if seen.before.consent in CAPTURING and seen.heard.words == words]
    assert refused
    for seen in refused:
        assert seen.answer.withdrawn
        assert seen.answer.talk.statements == ()
        assert len(seen.answer.kept.words) < len(words) or words == "don't record me"


def test_words_over_the_greeting_are_never_a_yes() -> None:
    """The notice is spoken outside the listening verb, and what people say to a greeting does not count."""
    for start in STARTS:
        _, reply = dialogue.begin(start)
        assert len(reply.says) == 3
        assert reply.says[1].silence == 1
    for words in ("喂你好", "嗯", "您可以等一下吗", "yes hello"):
        answers = [seen.answer for seen in everything() if seen.heard.words == words and seen.before.step == "question"]
        assert answers
        assert all(answer.talk.consent is Consent.UNASKED for answer in answers)


def test_no_words_of_ours_concede_anything() -> None:
    """No prompt names the subscriber, a debt, lending or a promise, in any language."""
    for reply in every_reply():
        assert not CONCEDES.search(reply.said), reply.said


def test_what_a_caller_says_never_comes_back() -> None:
    """Our words are ours alone: every reply is one of the prompts, whatever was heard."""
    ours = {line.text for reply in every_reply() for line in (*reply.says, *reply.prompt)}
    injected = [seen for seen in everything() if "<Say>" in seen.heard.words]
    assert injected
    assert len(ours) < 100
    for seen in injected:
        assert "<Say>&" not in seen.answer.reply.said


def test_every_prompt_exists_in_every_language() -> None:
    """Chinese prompts are Chinese and English prompts English; none is empty."""
    for reply in every_reply():
        for line in (*reply.says, *reply.prompt):
            if line.silence:
                continue
            assert line.text.strip()
            has_han = bool(re.search(r"[\u4e00-\u9fff]", line.text))
            assert has_han is (line.language is Spoken.ZH), line.text


def test_every_prompt_fits_the_carrier() -> None:
    """Each Say stays far below 500 Han characters, each document below 64 kB."""
    for reply in every_reply():
        assert all(len(line.text) < 300 for line in (*reply.says, *reply.prompt))
        assert len(twiml.render(reply, 3, URLS).encode()) < 64_000


def spoken_seconds(text: str) -> float:
    """4.5 Han characters or digits in Chinese, 2.5 English words a second; AI counts as two."""
    if re.search(r"[\u4e00-\u9fff]", text):
        return (len(re.findall(r"[\u4e00-\u9fff0-9]", text)) + 2 * len(re.findall(r"AI", text))) / 4.5
    return (len(re.findall(r"[\w'-]+", text)) + len(re.findall(r"\bAI\b", text))) / 2.5


def test_the_opening_is_short() -> None:
    """Hello, notice and question together take less than 15 seconds."""
    for start in STARTS:
        if not start.allowed:
            _, reply = dialogue.begin(start)
            lines = (*reply.says, *reply.prompt)
            assert sum(line.silence or spoken_seconds(line.text) for line in lines) < 15, reply.said


def test_every_greeting_says_first_that_it_is_no_person() -> None:
    """Each greeting opens calls, in both languages, with AI or automated among its first words, and only there."""
    hellos = {words.in_(language) for words in dialogue.steps.GREETINGS.values() for language in Spoken}
    firsts = {dialogue.begin(start)[1].says[0].text for start in STARTS}
    assert firsts == hellos
    assert len(hellos) == 2 * len(Greeting)
    assert all(re.search(r"AI|自动|automated", " ".join(hello.split()[:3])) for hello in hellos)
    for reply in every_reply():
        assert reply.step in OPENINGS or not hellos & {line.text for line in (*reply.says, *reply.prompt)}


def test_every_disclosure_says_that_a_service_writes_speech_down() -> None:
    """Wherever consent to recording or notes is asked, the service that makes text of speech is named."""
    for reply in every_reply():
        if reply.step in ("question", "notes_offer", "message_offer"):
            assert re.search(r"转成文字|transcri|into text", reply.said), reply.said


def test_silence_always_comes_back_to_the_same_turn() -> None:
    """Every listening reply ends in a redirect to the URL that its answer goes to; every other one hangs up."""
    for reply in every_reply():
        document = twiml.render(reply, 7, URLS)
        if reply.listen:
            assert document.endswith(
                '<Redirect method="POST">https://screener.example/voice/turn/7</Redirect></Response>'
            )
            assert 'action="https://screener.example/voice/turn/7"' in document
        else:
            assert document.endswith("<Hangup /></Response>")


def test_at_most_three_follow_up_questions() -> None:
    """Nobody is asked more than three things beyond the statement, and no question twice over."""
    for seen in everything():
        assert len(seen.answer.talk.asked) <= 3
        assert len(set(seen.answer.talk.asked)) == len(seen.answer.talk.asked)


def test_every_step_can_be_left_by_silence() -> None:
    """Two silences in a row always lead on."""
    for seen in everything():
        if seen.heard == Heard() and seen.before.asks == 2:
            assert (seen.answer.talk.step, seen.answer.talk.asks) != (seen.before.step, 2)


def test_a_farewell_carries_the_disposition() -> None:
    """A call has a disposition exactly when it has reached a farewell."""
    for seen in everything():
        farewell = STEPS[seen.answer.talk.step].listen is None
        assert (seen.answer.talk.disposition is not None) is farewell


def test_everything_is_a_sensible_alphabet() -> None:
    """The walk offers keys, silence, speech in both languages and hostile text."""
    assert Heard() in EVERYTHING
    assert len(EVERYTHING) > 30
