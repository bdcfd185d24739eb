"""Is this answer a yes, a no, or neither? Only a whole answer counts as a yes, and refusals are looked for first."""

import re
import unicodedata

# Acknowledgements (好, 嗯, "okay", "right") are left out on purpose: people say them to show that they listen.
YES = frozenset(
    [
        "同意",
        "我同意",
        "同意录音",
        "我同意录音",
        "是的同意",
        "好的同意",
        "同意的",
        "可以",
        "可以的",
        "可以录音",
        "是的可以",
        "好的可以",
        "是的",
        "没问题",
        "同意同意",
        "可以可以",
        "yes",
        "yesplease",
        "yesido",
        "yesiagree",
        "yesiconsent",
        "iagree",
        "iconsent",
        "iagreetorecording",
        "yesyoumay",
        "youmay",
        "yesyoucan",
        "yesthatsfine",
        "thatsfine",
        "agreed",
        "yesagreed",
        "yesyes",
        "yesofcourse",
        "ofcourse",
    ]
)

# Parts that make an answer a refusal, wherever they stand in it.
NO = re.compile(
    r"不同意|不可以|不行|不要|不能|不用|不想|不愿|不录|不准|别录|别记|拒绝|停止录|没同意|没有同意"
    r"|\b(?:no|nope|not|never|don'?t|do not|dont|refuse|decline|stop|without)\b"
)
NO_WHOLE = frozenset({"不", "不不", "不是", "不了", "no", "nono"})

# A refusal of recording or transcription in the middle of a longer statement: it must name what it refuses.
WITHDRAWAL = re.compile(
    r"(?:不要|不许|不准|不能|不想|不同意|别|停止|停下|停掉|拒绝|取消|撤回)(?:再|给我|你们?|被|对我|进行|继续){0,2}"
    r"(?:录音|录|转文字|转成文字|听写|同意)"
    r"|(?:(?:^|我)不同意(?=\W|$|了|录|转|请)|收回同意|撤回同意|把录音(?:关掉|停掉|删掉)|录音(?:关掉|停掉|删掉))"
    r"|\b(?:stop|cease|end|no more|don'?t|do not|dont)\s+(?:the\s+|this\s+|any\s+)?(?:record|transcri)\w*"
    r"|\bnot?\s+(?:to\s+)?(?:be(?:ing)?\s+)?record(?:ed|ing)\b"
    r"|\b(?:i\s+)?(?:withdraw|revoke|take back)\s+(?:my\s+)?consent\b"
    r"|\b(?:i\s+)?(?:don'?t|do not|dont)\s+(?:agree|consent)\b"
    r"|\bdelete\s+(?:the|this|that|my)\s+recording\b"
)
MOST = 4000  # characters looked at; far above what sixty seconds of speech can hold


def plain(words: str) -> str:
    """Width and case folded, curly apostrophes made straight; Traditional forms of the few words used here."""
    folded = unicodedata.normalize("NFKC", words[:MOST]).casefold().replace("\u2019", "'")
    return folded.translate(
        str.maketrans("錄絕銷許準對給進繼續轉沒們聽寫問題刪關", "录绝销许准对给进继续转没们听写问题删关")
    )


def bare(words: str) -> str:
    """Letters, digits and Han characters only: engines add punctuation and spaces of their own."""
    return "".join(c for c in plain(words) if c.isalnum())


def answer(words: str) -> tuple[bool | None, str]:
    """True, False or None when unclear; and the phrase that decided, the only part that may be kept."""
    folded = plain(words)
    whole = bare(words)
    if whole in NO_WHOLE:
        return False, whole
    refusal = NO.search(folded)
    if refusal:
        return False, refusal.group()
    return (True, whole) if whole in YES else (None, "")


def withdrawal(words: str) -> str:
    """The phrase by which a caller takes consent back in the middle of speaking, or an empty string."""
    found = WITHDRAWAL.search(plain(words))
    return found.group() if found else ""
