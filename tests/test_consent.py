"""Yes counts only as the whole answer; refusals are found first."""

import pytest

from screener.dialogue.consent import answer, withdrawal

YES = [
    "同意",
    "同意。",
    "我同意",
    "同意录音",
    "可以",
    "可以的",
    "是的,同意",
    "同 意",
    "没问题",
    "Yes.",
    "yes please",
    "I agree",
    "yes, you may",
]
NO = ["不同意", "不可以", "不行", "不要录音", "我不同意", "别录音", "拒绝", "不", "no", "No.", "don't agree", "no, not ok",
      "不是", "I do not consent", "no thank you", "不用了", "不同意錄音", "never"]  # fmt: skip
UNCLEAR = ["", "喂你好", "喂", "嗯", "嗯嗯", "好", "您可以说一下吗", "可以请问一下你是谁吗", "yes hello", "hello", "okay", "你好同意书收到了吗",
           "同意什么", "他同意", "是", "对", "who is this", "yes this is about your account", "right", "可以录音吗"]  # fmt: skip


@pytest.mark.parametrize("words", YES)
def test_a_whole_yes_is_a_yes(words: str) -> None:
    """A clear yes counts, whatever punctuation the engine adds."""
    assert answer(words)[0] is True


@pytest.mark.parametrize("words", NO)
def test_a_refusal_is_a_no(words: str) -> None:
    """A refusal counts even where it contains a yes."""
    assert answer(words)[0] is False


@pytest.mark.parametrize("words", UNCLEAR)
def test_anything_else_is_unclear(words: str) -> None:
    """Greetings, fillers and sentences that contain a yes are no consent."""
    assert answer(words) == (None, "")


@pytest.mark.parametrize(
    "words",
    ["我不想被录音", "请停止录音", "不要录音", "别录了", "你们不要再录音了", "我不同意", "停止錄音", "stop recording this", "I don't consent",
     "please do not record me", "I withdraw my consent", "delete that recording please"],
)  # fmt: skip
def test_consent_can_be_taken_back_in_words(words: str) -> None:
    """A clear refusal of recording in the middle of speaking is found."""
    assert withdrawal(words)


@pytest.mark.parametrize(
    "words",
    ["我是大新银行的", "不是本人也没关系", "this call may be recorded", "we record all calls", "no problem", "我们的电话都有录音",
     "他不同意分期", "don't worry", "my record shows nothing", "不要担心", "there is no record of that"],
)  # fmt: skip
def test_ordinary_speech_takes_nothing_back(words: str) -> None:
    """Talk about recording, and a no to something else, is not a withdrawal."""
    assert not withdrawal(words)
