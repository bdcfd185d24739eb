"""The conversation, top to bottom, every language side by side. Nothing here names a debt or the subscriber."""

from collections.abc import Callable
from dataclasses import replace

from screener.dialogue import consent
from screener.dialogue.engine import KEYS, STEPS, Choose, Heard, Listen, Move, Opening, Step, Talk, Words
from screener.model import FINANCIAL, Category, Consent, Disposition, Greeting, Spoken
from screener.understanding import live

Ask = Words | Callable[[Talk], tuple[Words, ...]]
SPEECH = Listen(speech=True, timeout=8, partial=True)


def step(
    ask: Ask,
    again: Words | None = None,
    listen: Listen | Callable[[Talk], Listen] = KEYS,
    *,
    opening: Callable[[Talk], Opening] = lambda _talk: (),
    other_voice: Words | None = None,
    statement: bool = False,
) -> Callable[[Choose], Choose]:
    """Register a step under its function's name; `again` are the words of the second asking."""

    def words(talk: Talk) -> tuple[Words, ...]:
        if again and talk.asks == 2:
            return (again,)
        return (ask,) if isinstance(ask, Words) else ask(talk)

    def register(choose: Choose) -> Choose:
        how = listen if callable(listen) else lambda _talk: listen
        STEPS[choose.__name__] = Step(choose.__name__, words, how, choose, opening, other_voice, statement=statement)
        return choose

    return register


def farewell(name: str, disposition: Disposition, words: Words) -> None:
    """Register a goodbye, which carries how the call ended."""
    STEPS[name] = Step(name, lambda _talk: (words,), None, None, disposition=disposition)


# 1. Hello and notice, outside the listening verb; only the question listens.

# The subscriber chooses among these. Each says first that no person is speaking, and there is no time for more words.
GREETINGS = {
    Greeting.PLAIN: Words(zh="您好，AI助理。", en="Hello, AI assistant."),
    Greeting.AUTOMATED: Words(zh="您好，自动应答。", en="Hello, automated assistant."),
    Greeting.FORMAL: Words(zh="您好，我是AI助理。", en="Good day, AI assistant."),
}
NOTICE = Words(
    zh="这里的留言都有人看。您同意的话才录音，并由服务转成文字。",
    en="Messages are read. If you agree, a service records and transcribes yours.",
)
QUESTION = Words(
    zh="同意请按1或说“同意”，不录音按2。送货按5，私事按6。",
    en="May I record? Say yes or press 1; no, press 2. Delivery, 5; personal, 6.",
)
QUESTION_KEYS = Words(
    zh="同意录音请按1，不录音按2。送货按5，私事按6。",
    en="May I record? Yes, press 1; no, press 2. Delivery, 5; personal, 6.",
)
OTHER_LANGUAGE = Words(zh="中文请按8。", en="For English, press 9.")
WHO_ASKS = Words(
    zh="我是自动助理，不能说号码是谁在用。录音并转成文字的留言请按1，不录音按2；直接挂断，来电也会记下。",
    en="I'm automated and can't say who uses this number. For a recorded, transcribed message, press 1; "
    "without recording, press 2. Or hang up; your call is logged.",
)


def hello(talk: Talk) -> Opening:
    return (GREETINGS[talk.greeting], 1, NOTICE)


def question_listen(talk: Talk) -> Listen:
    """Speech counts here once only, and not where a +1 number is on either end."""
    speech = talk.asks == 1 and not talk.keys_only
    return Listen(speech=speech, hints=Words(zh="同意,不同意,可以,不可以", en="yes,no") if speech else None)


@step(
    lambda talk: (QUESTION_KEYS if talk.keys_only else QUESTION,),
    WHO_ASKS,
    question_listen,
    opening=hello,
    other_voice=OTHER_LANGUAGE,
)
def question(talk: Talk, heard: Heard) -> Move | None:
    other = {"9": Spoken.EN, "8": Spoken.ZH}.get(heard.digits)
    if other and other is not talk.language and not talk.switched:
        return Move("question", replace(talk, language=other, switched=True))
    if heard.digits in KEYED_MESSAGE:
        return Move("message_offer", replace(talk, keyed=KEYED_MESSAGE[heard.digits]))
    agreed, matched = consent.answer(heard.words) if heard.words else (KEYED_ANSWER.get(heard.digits), "")
    if agreed:
        talk = replace(talk, consent=Consent.RECORDING)
        return Move("statement", talk, "start", matched)
    if agreed is False:
        return Move("notes_offer", replace(talk, consent=Consent.REFUSED), matched=matched)
    return None if heard else Move("goodbye_unidentified", talk)


KEYED_ANSWER = {"1": True, "2": False}
KEYED_MESSAGE = {"5": Category.DELIVERY, "6": Category.PERSONAL}


# 2. Statement, with recording or as notes.

STARTED = {
    Consent.RECORDING: Words(
        zh="谢谢，录音已开始，要停请按2。", en="Thank you. Recording has started; press 2 to stop it."
    ),
    Consent.NOTES: Words(
        zh="谢谢，不录音，只由服务转成文字，要停请按2。",
        en="Thank you. No audio; a service turns speech to text. Press 2 to stop.",
    ),
}
WHO_CALLS = Words(
    zh="请说单位、姓名、工号和回电号码，事由可以不说。",
    en="Please say your company, name, staff number and call-back number. You need not say why.",
)


@step(
    WHO_CALLS,
    Words(zh="没听清。请只说单位和姓名。", en="I didn't catch that. Just your company and name, please."),
    SPEECH,
    opening=lambda talk: (STARTED[talk.consent],),
    statement=True,
)
def statement(talk: Talk, heard: Heard) -> Move | None:
    if heard.digits:
        return None
    return next_question(talk) if heard else Move("goodbye_unidentified", talk)


# 3. Follow-up questions, at most three, chosen by what is missing. Silence on one is never held against a caller.


def next_question(talk: Talk) -> Move:
    """The first question whose answer is missing, or goodbye."""
    known = live(talk.statements, talk.language)
    if known.category in (Category.DELIVERY, Category.PERSONAL):
        return Move("goodbye_message", talk)
    outsider = known.category in (Category.COLLECTION_AGENCY, Category.LAW_FIRM)
    missing = {
        "organisation": known.organisation is None,
        "principal": outsider and known.on_behalf_of is None and not talk.us_subscriber,
        "address": outsider and talk.us_subscriber,
        "verify": known.category in FINANCIAL,
    }
    for name, is_missing in missing.items():
        if is_missing and name not in talk.asked and len(talk.asked) < 3:
            return Move(name, replace(talk, asked=(*talk.asked, name)))
    said = known.organisation is not None or known.category is not Category.UNKNOWN
    return Move("goodbye_stated" if said else "goodbye_unidentified", talk)


def follow_up(talk: Talk, heard: Heard) -> Move | None:
    return None if heard.digits else next_question(talk)


@step(
    Words(zh="请再说一遍单位全称。", en="Please repeat your company's full name."),
    None,
    SPEECH,
    statement=True,
)
def organisation(talk: Talk, heard: Heard) -> Move | None:
    return follow_up(talk, heard)


@step(Words(zh="请问您受哪家机构委托？", en="Which organisation do you act for?"), None, SPEECH, statement=True)
def principal(talk: Talk, heard: Heard) -> Move | None:
    return follow_up(talk, heard)


@step(
    Words(zh="请问贵公司的邮寄地址？", en="What is your company's mailing address?"),
    None,
    SPEECH,
    statement=True,
)
def address(talk: Talk, heard: Heard) -> Move | None:
    return follow_up(talk, heard)


@step(
    Words(
        zh="请说工号，和官网上能查到的核实电话。",
        en="Please give your staff number, and a number shown on your official website.",
    ),
    None,
    SPEECH,
    statement=True,
)
def verify(talk: Talk, heard: Heard) -> Move | None:
    return follow_up(talk, heard)


# 4. Keys 5 and 6, and allowed contacts: straight to a message, or hang up.


@step(
    Words(
        zh="好的，来电已记下。想留言请按1，会录音并由服务转成文字；不留言请挂断。",
        en="All right, your call is noted. To leave a message, recorded and transcribed by a service, press 1; "
        "otherwise just hang up.",
    ),
    opening=lambda talk: hello(talk) if talk.allowed else (),
)
def message_offer(talk: Talk, heard: Heard) -> Move | None:
    if heard.digits == "1":
        return Move("message", replace(talk, consent=Consent.RECORDING), "start")
    if heard.digits == "2":
        return Move("goodbye_refused", replace(talk, consent=Consent.REFUSED))
    return None if heard else Move("goodbye_keyed", talk)


@step(
    Words(zh="请讲。", en="Go ahead."),
    None,
    Listen(speech=True, timeout=10, partial=True),
    opening=lambda _talk: (Words(zh="录音已开始，要停请按2。", en="Recording has started; press 2 to stop it."),),
    statement=True,
)
def message(talk: Talk, heard: Heard) -> Move | None:
    """Even an unrecognised message stands in the recording, so silence too ends with thanks."""
    return None if heard.digits else Move("goodbye_message", talk)


# 5. No recording: notes by key, else the keypad alone.


@step(
    Words(
        zh="好的，不录音。可否由服务把您的话转成文字，不留声音？可以请按1，不要请按2。",
        en="All right, no recording. May a service turn your words into text, keeping no audio? "
        "Yes, press 1; no, press 2.",
    )
)
def notes_offer(talk: Talk, heard: Heard) -> Move | None:
    if heard.digits == "1":
        return Move("statement", replace(talk, consent=Consent.NOTES))
    return Move("keypad", talk) if heard.digits in ("2", "") else None


NO_CAPTURE = {
    Consent.REFUSED: Words(zh="好的，不录音，也不听写。", en="All right, no recording and no transcript."),
    Consent.WITHDRAWN: Words(
        zh="好的，已经停止，录下和转写的都会删除。", en="All right, that has stopped and will be deleted."
    ),
}
KEYPAD = {
    "3": Category.BANK,
    "4": Category.LENDER_PLATFORM,
    "5": Category.DELIVERY,
    "6": Category.PERSONAL,
    "7": Category.COLLECTION_AGENCY,
    "0": Category.UNKNOWN,
}


@step(
    Words(
        zh="银行按3，互联网平台按4，送货按5，私事按6，受托公司或律所按7，其他按0。",
        en="Bank 3, online platform 4, delivery 5, personal 6, agency or law firm 7, other 0.",
    ),
    opening=lambda talk: (NO_CAPTURE[talk.consent],),
)
def keypad(talk: Talk, heard: Heard) -> Move | None:
    if heard.digits in KEYPAD:
        return Move("callback", replace(talk, keyed=KEYPAD[heard.digits]))
    return None if heard else refused(talk)


@step(
    Words(
        zh="请输入回电号码，按井号结束，或直接挂断。",
        en="Key in a call-back number, then the hash key, or just hang up.",
    ),
    listen=Listen(digits=0, timeout=10),
)
def callback(talk: Talk, _heard: Heard) -> Move | None:
    return refused(talk)


def refused(talk: Talk) -> Move:
    return Move("goodbye_withdrawn" if talk.consent is Consent.WITHDRAWN else "goodbye_refused", talk)


# 6. Farewells. No farewell reached means that the caller hung up first.

farewell(
    "goodbye_stated",
    Disposition.STATED,
    Words(
        zh="谢谢，留言已记下。我不能代作任何答复或承诺，也欢迎书面联系。再见。",
        en="Thank you, that is noted. I can't answer or agree to anything; you are welcome to write. Goodbye.",
    ),
)
farewell(
    "goodbye_message",
    Disposition.MESSAGE_TAKEN,
    Words(zh="谢谢，会转过去的。再见。", en="Thank you, I'll pass it on. Goodbye."),
)
farewell(
    "goodbye_keyed",
    Disposition.STATED,
    Words(zh="好的，来电已登记。再见。", en="All right, your call is logged. Goodbye."),
)
farewell(
    "goodbye_refused",
    Disposition.CONSENT_REFUSED,
    Words(
        zh="好的，您的话没有录，也没有记，只登记来电和按键。再见。",
        en="All right. Nothing you said was recorded or written down; only the call and keys are logged. Goodbye.",
    ),
)
farewell(
    "goodbye_withdrawn",
    Disposition.CONSENT_REFUSED,
    Words(
        zh="好的，录下和转写的都会删除，只登记来电和按键。再见。",
        en="All right. What was recorded or transcribed will be deleted; only the call and keys are logged. Goodbye.",
    ),
)
farewell(
    "goodbye_unidentified",
    Disposition.UNIDENTIFIED,
    Words(
        zh="没听清您的单位，只登记来电，也欢迎书面联系。再见。",
        en="I couldn't make out your company, so only the call is logged. You are welcome to write. Goodbye.",
    ),
)
farewell(
    "blocked",
    Disposition.BLOCKED,
    Words(zh="抱歉，这里现在不能接听。再见。", en="Sorry, this call can't be taken. Goodbye."),
)
farewell(
    "busy",
    Disposition.BUSY,
    Words(zh="抱歉，线路正忙，来电已登记。再见。", en="Sorry, the line is busy; your call is logged. Goodbye."),
)
