"""What a subscriber can ask by text: read in either language, answered in theirs; no word here names a debt."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from screener.guidance import Words
from screener.numbers import e164


class Verb(StrEnum):
    NUMBER = "number"
    LIST = "list"
    LAST = "last"
    MUTE = "mute"
    BLOCK = "block"
    ALLOW = "allow"
    QUIET = "quiet"
    HELP = "help"
    CARRIER = "carrier"  # STOP and START: the carrier acts on them and answers by itself
    UNKNOWN = "unknown"


# As people write them; matched against the first word without case, width or the Traditional forms of a few characters.
WORDS = {
    Verb.LIST: ("list", "calls", "列表", "清单", "来电", "记录"),
    Verb.LAST: ("last", "latest", "最近", "最后", "上一个", "刚才"),
    Verb.MUTE: ("mute", "静音", "不提醒"),
    Verb.BLOCK: ("block", "屏蔽", "拉黑", "阻止"),
    Verb.ALLOW: ("allow", "unblock", "unmute", "允许", "放行", "解除"),
    Verb.QUIET: ("quiet", "安静", "勿扰", "免打扰"),
    Verb.HELP: ("help", "info", "?", "帮助", "说明"),
    Verb.CARRIER: (
        *("stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel", "start", "unstop", "yes"),
        *("退订", "停止"),
    ),
}
FIRST = {word: verb for verb, words in WORDS.items() for word in words}
NUMBER = re.compile(r"\+?[0-9][0-9 ()\-.]{4,24}")
HOURS = re.compile(r"(\d{1,2})(?::?([0-5]\d))?\s*(?:-|–|—|~|到|至|to)\s*(\d{1,2})(?::?([0-5]\d))?")
OFF = ("off", "关", "关闭", "取消")
MOST = 400  # characters that are read; a command is short
TRADITIONAL = str.maketrans(
    "單靜開關閉幫說說記錄來電聽許鬧打擾後個剛纔才說", "单静开关闭帮说说记录来电听许闹打扰后个刚才才说"
)


@dataclass(frozen=True, slots=True)
class Command:
    """One request. `number` is E.164; `hours` are local; a QUIET without hours asks how it stands."""

    verb: Verb
    number: str | None = None
    hours: tuple[time, time] | None = None
    off: bool = False


def read(body: str, region: str) -> Command:
    """What a text asks. `region` is the ISO country in which a number without a country code is read."""
    text = unicodedata.normalize("NFKC", body[:MOST]).strip().casefold().translate(TRADITIONAL)
    word = next((known for known in sorted(FIRST, key=len, reverse=True) if _begins(text, known)), "")
    verb = FIRST.get(word, Verb.UNKNOWN)
    rest = text[len(word) :].strip(" :,，。.")
    if verb is Verb.QUIET:
        return _quiet(rest)
    number = _number(rest, region)
    if verb is Verb.UNKNOWN and number and NUMBER.fullmatch(text.strip(" .。")):
        return Command(Verb.NUMBER, number)
    return Command(verb, number)


def _begins(text: str, word: str) -> bool:
    """Whether the text begins with the word; an English one must be a word of its own."""
    if not text.startswith(word):
        return False
    return not word.isascii() or not word.isalpha() or not text[len(word) : len(word) + 1].isalpha()


def _number(text: str, region: str) -> str | None:
    found = NUMBER.search(text)
    if not found:
        return None
    try:
        return e164(found.group(), region)
    except ValueError:
        return None


def _quiet(rest: str) -> Command:
    if rest in OFF:
        return Command(Verb.QUIET, off=True)
    found = HOURS.search(rest)
    if not found:
        return Command(Verb.QUIET)
    start, start_minutes, until, until_minutes = (int(part or 0) for part in found.groups())
    if start > 23 or until > 23:
        return Command(Verb.QUIET)
    return Command(Verb.QUIET, hours=(time(start, start_minutes), time(until, until_minutes)))


# The answers. {} are filled with numbers, times and counts of our own, never with a caller's words.

HELP = Words(
    zh="可发：LIST 最近来电；LAST 上一个；号码 查这个号码；MUTE/BLOCK/ALLOW 号码；"
    "QUIET 22-8 免打扰，QUIET 关 取消。STOP 停发短信。",
    en="Send: LIST for recent calls; LAST; a number to look it up; MUTE, BLOCK or ALLOW and a number; QUIET 22-8, "
    "QUIET OFF. STOP ends texts.",
)
UNKNOWN = Words(zh="没看懂。发 HELP 看怎么用。", en="Sorry, not understood. Send HELP to see what works.")
NOTHING_YET = Words(zh="还没有来电。", en="No calls yet.")
NOT_KNOWN = Words(zh="{number}：没有来过电话。", en="{number}: no calls seen here.")
KNOWN = Words(
    zh="{number}：来过{count}次，最近{last}，{who}。{treatment}",
    en="{number}: {count} calls seen here, last {last}, {who}. {treatment}",
)
MUTED = Words(
    zh="{number} 已静音：照常接听和记录，不再发短信。恢复请发 ALLOW {number}",
    en="{number} is muted: answered and logged, no texts. To undo send ALLOW {number}",
)
BLOCKED = Words(
    zh="{number} 已拉黑。留意：若真是您的机构，联系不上时可能会找亲友；只想清静可改发 MUTE {number}",
    en="{number} is blocked. Note: a genuine company that cannot reach you may try relatives; for quiet alone send "
    "MUTE {number}",
)
ALLOWED = Words(zh="{number} 会直接请对方留言。", en="{number} goes straight to a message.")
WHICH = Words(zh="请写上号码，例如 {word} +85291234567", en="Please add the number, such as {word} +85291234567")
QUIET = Words(
    zh="免打扰 {start}–{until}：期间的来电早上汇总；私人来电和紧急情况照常通知。",
    en="Quiet {start}-{until}: calls then are summed up in the morning; personal and urgent ones still come at once.",
)
QUIET_OFF = Words(zh="免打扰已关闭。", en="Quiet hours are off.")
QUIET_HOW = Words(
    zh="请写时段，例如 QUIET 22-8；关闭发 QUIET 关", en="Please add the hours, such as QUIET 22-8, or QUIET OFF"
)
TREATED = {
    "mute": Words(zh="已静音。", en="Muted."),
    "block": Words(zh="已拉黑。", en="Blocked."),
    "allow": Words(zh="直接留言。", en="Straight to a message."),
}
