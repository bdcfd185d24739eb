"""The words of a text in Simplified Chinese; Traditional is derived from the whole."""

import re

from screener.guidance import Role
from screener.model import Category, Consent, Held, Language
from screener.numbers import CallerKind
from screener.summary.advised import emergencies, has, step_texts, step_words
from screener.summary.clean import clip
from screener.summary.names import ending, hotline, name, said, veiled
from screener.summary.parts import Part, Rank, steps
from screener.summary.told import Style, Told

ZH = Language.ZH_HANS
KIND = {
    Category.BANK: "银行",
    Category.LENDER_PLATFORM: "平台",
    Category.COLLECTION_AGENCY: "第三方",
    Category.LAW_FIRM: "律所",
    Category.DEBT_RELIEF_SELLER: "代理",
    Category.IMPOSTOR: "某机构",
    Category.GOVERNMENT: "公务机构",
}
TACTIC = {
    "reciprocity": "先给好处再要求",
    "low_ball": "先要一小笔",
    "high_ball": "要求一次付清",
    "consequence_pressure": "以后果施压",
    "deadline_pressure": "以期限施压",
    "empathy_opening": "以同情开场",
    "third_party_contact": "要联系他人",
    "home_visit": "说要上门",
}


def join(parts: list[Part], reference: str) -> str:
    """Sentences, then numbered steps, then the rest: 。 between, the reference last."""
    several = sum(part.step for part in parts) > 1
    body, number = "", 0
    for part in parts:
        number += part.step
        gap = " " if part.step and number > 1 else "。" if body and body[-1] not in "。：？" else ""
        body += gap + (f"{number} {part.text}" if part.step and several else part.text)
    return f"{body} #{reference}"


def parts(told: Told, style: Style) -> list[Part]:
    """Everything worth saying, in order; `fit` leaves out what has no room."""
    if told.busy:
        first = f"{_time(told)}有来电，当时占线，没有接，今天不必急着回"
        return [Part(first, Rank.WHO), Part("" if style is Style.DISCREET else _number(told), Rank.NUMBER)]
    if style is Style.DISCREET:
        return _discreet(told)
    if told.suspect:
        return _warning(told, style)
    if told.category in (Category.PERSONAL, Category.DELIVERY):
        return _message(told, style)
    if told.wordless:
        return [Part(f"{_time(told)}来电，没有留言就挂了", Rank.WHO), Part(_number(told), Rank.NUMBER)]
    return _ordinary(told, style)


def _ordinary(told: Told, style: Style) -> list[Part]:
    warning = [
        Part(f"对方说了威胁的话：{step_words(told, step, style, ZH)}", Rank.WARNING) for step in emergencies(told)
    ]
    lead = told.advice.lead
    return [
        *warning,
        Part(f"来电小结{_time(told)}：{_who(told)}", Rank.WHO),
        Part(_held(told), Rank.NOTE),
        *_details(told, style),
        Part(f"{lead.words.zh}。" if lead else "", Rank.LEAD),
        *steps(step_texts(told, style, ZH, _verify(told))),
        Part(_offer(told), Rank.NUMBER),
        Part(f"尾号{ending(told)}" if warning and ending(told) else _number(told), Rank.NUMBER),
    ]


def _warning(told: Told, style: Style) -> list[Part]:
    claimed = name(told.understanding.organisation, ZH)
    who = f"自称“{claimed}”，身份未核实" if claimed else "没有说明身份"
    pattern = "符合冒充特征" if told.category is Category.IMPOSTOR else "有诈骗特征"
    tail = f"尾号{ending(told)}" if ending(told) else _number(told)
    recorded = "有录音" if told.held is Held.RECORDING else ""
    return [
        Part("先别慌，今天不用回它。", Rank.WARNING),
        Part(f"{who}，{pattern}：", Rank.WHO),
        *_details(told, style),
        *steps(step_texts(told, style, ZH, _verify(told))),
        Part(f"{recorded}{_time(told)}，{tail}", Rank.NUMBER),
    ]


def _message(told: Told, style: Style) -> list[Part]:
    words = said(told, ZH)
    quiet = veiled(told, style)
    told_words = "有留言，内容见来电记录" if quiet else f"“{clip(words, 60, '…')}”" if words else "没有留言"
    who = name(told.understanding.organisation, ZH) or _agent(told)
    says = f"（说是{who}）" if who else ""
    if told.category is Category.DELIVERY:
        back = f"若在等包裹，可回{told.caller.number}" if told.caller.number else _number(told)
        opening = f"送货来电{says}"
    else:
        back, opening = "回电请用通讯录里的号码", f"私人来电{says}"
    stop = "" if re.search("[。！？…]”$", told_words) else "。"
    return [Part(f"{opening}：{told_words}{stop}", Rank.WHO), Part(f"{back}。{_time(told)}", Rank.NUMBER)]


def _discreet(told: Told) -> list[Part]:
    urgent = emergencies(told)
    if urgent:
        first = f"{_time(told)}有来电说了威胁的话：{urgent[0].quiet.zh}"
    elif told.suspect:
        first = f"{_time(told)}有可疑来电：别回拨，别给密码，别付钱"
    else:
        first = f"{_time(told)}有来电，已代接，今天不必急着回"
    return [Part(first, Rank.WHO), Part("详情见来电记录", Rank.NOTE)]


def _who(told: Told) -> str:
    if told.category is Category.UNKNOWN:
        return "没有说明身份"
    if told.category is Category.MARKETING:
        claimed = name(told.understanding.organisation, ZH)
        return f"推销，自称“{claimed}”" if claimed else "推销"
    claimed = name(told.understanding.organisation, ZH)
    kind = KIND[told.category]
    keyed = "按键选了" if told.by_key else "自称"
    plain = told.category is Category.BANK and claimed
    who = f"{keyed}{'' if plain else kind}" + (f"“{claimed}”" if claimed else "")
    behalf = name(told.understanding.on_behalf_of, ZH)
    return f"{who}，说代表{behalf}" if behalf and behalf != claimed else who


def _held(told: Told) -> str:
    if told.consent is Consent.WITHDRAWN:
        return "后来不同意记录，已删"
    if told.held is not Held.RECORDING and has(told, Role.KEEP):
        return ""  # the step says it
    return {Held.RECORDING: "已同意录音", Held.WORDS: "有文字没录音", Held.CALL: "没有录音"}[told.held]


def _details(told: Told, style: Style) -> list[Part]:
    """What only the full style says: the sum that was named, the pressure, the counts."""
    if style is not Style.FULL:
        return []
    known, found = told.understanding, []
    if known.amount is not None:
        found.append(Part(f"对方说的金额{known.amount}，未核实", Rank.NOTE))
    pressure = "、".join(TACTIC[finding.value] for finding in known.tactics if finding.value in TACTIC)
    found.append(Part(f"手法：{pressure}" if pressure else "", Rank.NOTE))
    return [*found, *(Part(finding.brief(ZH), Rank.NOTE) for finding in told.advice.conduct)]


def _verify(told: Told) -> str:
    offer = hotline(told)
    if offer is None:
        return ""
    whom = name(told.understanding.on_behalf_of or told.understanding.organisation, ZH)
    agent = told.understanding.on_behalf_of and told.category is not Category.BANK
    return f"打{whom}{offer[1]}，" + ("核实有没有委托它" if agent else "核实来电")


def _offer(told: Told) -> str:
    """The published number, where no step carries it."""
    offer = hotline(told)
    if offer is None or has(told, Role.VERIFY):
        return ""
    return f"官方电话{offer[1]}"


def _number(told: Told) -> str:
    if told.caller.number:
        return f"对方{told.caller.number}"
    return "号码没有传过来" if told.caller.kind is CallerKind.NOT_PASSED_ON else "对方未显示号码"


def _time(told: Told) -> str:
    return f"{told.at:%H:%M}" + (f"（共{told.burst}次）" if told.burst > 1 else "")


def _agent(told: Told) -> str:
    found = told.understanding.agent_name
    return clip(found.value, 14, "…") if found else ""
