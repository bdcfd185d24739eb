"""The caller's own name and staff number, as spoken."""

import re

from screener.understanding.claims_en import given_names
from screener.understanding.numerals import english_numbers
from screener.understanding.text import Plain

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    "葛兰殷施陶洪翟安颜倪严牛温芦季俞章鲁毕柴焦耿柏阚慕单滕卞邬简尤索解海祁覃祝樊岑宣柯卓桂冉舒阮柳纪梅盛刁骆关饶窦欧辛管柴甘裴聂凌霍成涂佘匡褚路岳左童申包项曲詹游靳宁欧阳司马上官诸葛皇甫尉迟甄晏仇牟苗鲍全蔺"
)
_ZH = (
    re.compile(
        r"(?:免贵)?姓([一-鿿])(?:(名[一-鿿]{1,2})|(?=[^一-鿿]|$|，|的|叫|工|这|警|受|找|我|您|你|是|了|长|呃|关|现|负|电|那|住|执|律|回|请|单|公|法|有|编|专|想|在|打|座|之|本))"
    ),
    re.compile(r"(?:免贵|敝)?姓((?!什|名)[一-鿿])"),
    re.compile(r"(?:户名|收款人)(?:是|叫|为)?([一-鿿]{2,3})"),
    re.compile(r"我(?:的名字)?叫([一-鿿]{2,3})(?=[^一-鿿]|$|工号|受|是|的|您|关于|这)"),
    re.compile(r"(?:叫我|称呼我|喊我)([一-鿿]{2,3}?)(?:吧|就|好了|[^一-鿿]|$)"),
    re.compile(r"([小老阿](?![时区姐程额微米赢师板家婆公人赖店孩朋客贷同学])[一-鿿])(?![一-鿿]?[程]序)"),
    re.compile(
        r"(?:找|联系)(小[%s]|[%s](?:经理|先生|女士|小姐|老师|主任|律师|专员))(?=就|即|[^一-鿿]|$|吧|可以|转|谈|联系|说)"
        % (_SURNAMES, _SURNAMES)
    ),
    re.compile(
        r"([%s](?:律师(?!事务所|行|楼|团队|函|费)|老师|警官|检察官|法官|主任(?:检察官)?|经理|专员|医生|护士|顾问|队长|科长|组长|调解员|同志|书记官|教练|探长|督察|所长|院长))"
        % _SURNAMES
    ),
)
_ZH_LATIN = re.compile(
    r"(?:我是|我叫|是我|的|叫我|这里是|我|客服|专员)[^.,]{0,12}?(?<![a-z])([a-z]{3,12})(?![a-z])"
)
_NOT_NAMES = frozenset(
    "app qq hello hi ok ai apple due date friendly reminder line wifi credit offer deck client hr etc ems vip pos atm sim pin otp gps ktv usdt anydesk todesk zoom teamviewer".split()
)


def name_zh(text: Plain) -> tuple[int, int] | None:
    """Where a Chinese-speaking caller gives its own name, in the plain words."""
    words = text.words
    for place, pattern in enumerate(_ZH):
        for match in pattern.finditer(words):
            start, end = match.start(1), match.end(match.lastindex or 1)
            if _own_zh(words, start, end, place):
                return start, end
    for match in _ZH_LATIN.finditer(words):
        raw = text.raw(match.start(1), match.end(1))
        if match.group(1) not in _NOT_NAMES and (raw[:1].isupper() and not raw.isupper()):
            return match.span(1)
    return None


def _own_zh(words: str, start: int, end: int, place: int) -> bool:
    before, name = words[max(0, start - 14) : start], words[start:end]
    if place <= 1:
        return (
            bool(
                re.search(
                    r"(?:我|本人|敝|免贵|,|\.|^|的|师|员|您好|呃)(?:免贵)?姓$|免贵姓$|我姓$|本人姓$", before
                )
            )
            and not re.search(r"(?:转告|那个|个|叫|贵)姓$", before[:-1] + "姓")
            or before.endswith(("我姓", "免贵姓", "本人姓", "敝姓"))
        )
    if place in (2, 3, 4):
        return not (place == 3 and name.startswith(("什么", "你", "您")))
    if place == 5:
        return _introduced(before, words[end : end + 2])
    if place == 6:
        return True
    if re.search(
        r"(?:找|请问是|是|您是|你是|联系|通知|让|跟|叫|给|小|老|喂|你好|您好)$", before
    ) and not re.search(r"(?:我(?:们)?(?:这边|这里)?是|这里是|这边是|叫我|我叫|的是)$", before):
        return False
    if re.match(
        r"(?:吗|本人|的(?:消费|贷|车|卡|欠)|您好|你好|在吗|,您好|的电话|的助理)", words[end : end + 4]
    ):
        return False
    return bool(re.search(r"(?:我是|我们是|这里是|这边是|是我|的|叫我|班主任|护士|[,.])[^.,]{0,14}$", before))


def _introduced(before: str, after: str) -> bool:
    """小李, 老郝: the caller's own, not somebody called or spoken of."""
    if after.startswith(("总", "的妈", "妈妈", "爸爸", "的爸", "的姐", "的哥", "吗", "在吗")):
        return False
    return bool(
        re.search(r"(?:我|我是|是我,?|叫我|我叫|这里是|这边是)$", before)
        or re.search(
            r"(?:我是|我们是|这里是|这边是|[行司院部心店所会局社人寿险处站]的?)[^.,]{0,12}(?:的|师|员|理|警|问|客服|司机|支行|[行司院部心店所会局社人寿险处站])$",
            before,
        )
        or (re.search(r"找$", before) and after.startswith(("就", "即", "可以", "吧", "聊")))
        or (
            re.match(r"[,.]|$", after)
            and re.search(
                r"(?:^|[.,] ?)(?:喂|你好|您好|[,.]|老板|大姐|叔叔|女士|先生|您|的)*[^.,找叫让请给跟和问是]{2,9}$",
                before,
            )
        )
        or (
            re.search(r",$", before)
            and re.match(r"[,.]", after)
            and re.search(r"我(?:是|们)?[^.]{0,10}$", before)
        )
    )


_EN_NAME = r"((?:(?:mr|mrs|ms|miss|dr|officer|agent|detective constable|detective|deputy|sergeant|coach|constable|inspector|investigator|captain|lieutenant|sister|nurse|attorney) (?:\. )?)?[a-z]{2,12}(?: [a-z]{2,12})?)"
_EN = (
    re.compile(rf"\bmy name is {_EN_NAME}"),
    re.compile(rf"\b(?:name is|named|ask for|call me) {_EN_NAME}"),
    re.compile(rf"\b(?:this is|it is|i am|you are speaking (?:to|with)|here is|speaking is) {_EN_NAME}"),
    re.compile(rf"\b{_EN_NAME} (?:here|speaking|calling|from|with|at|over at|, attorney|, i am|, calling)\b"),
    re.compile(
        rf"(?:^|\. )(?:(?:hi|hello|hey|hiya|good \w+|yeah|hello there|hi there|hi dear)(?: , | \. | ))*(?:there (?:, )?)?{_EN_NAME}(?= (?:,|\.|from|with|at|here))"
    ),
)
_EN_TITLED = re.compile(
    r"(?<!the )(?<!an )(?<!to )(?<!mr )\b((?:special agent|officer|detective constable|detective sergeant|detective|sergeant|deputy|constable|inspector|investigator|nurse|coach|agent|attorney|captain|sheriff|marshal|mrs|ms|miss|mr|dr) (?:\. )?[a-z]{2,12}(?: [a-z]{2,12})?)"
)
_TITLE = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|officer|agent|detective|deputy|sergeant|coach|constable|inspector|investigator|captain|lieutenant|nurse)\b"
)


def name_en(text: Plain) -> tuple[int, int] | None:
    """Where an English-speaking caller gives its own name, in the plain words."""
    words = text.words
    for place, pattern in enumerate(_EN):
        for match in pattern.finditer(words):
            start, end = _person(text, match.start(1), match.end(1))
            if end > start and not re.search(
                r"\b(?:speak to|looking for|trying to reach|calling for|message for|is this|ask for her|for|to|and|mr|reach) $",
                words[max(0, start - 18) : start] if place >= 3 else "",
            ):
                return start, end
    for match in _EN_TITLED.finditer(words):
        start, end = match.span(1)
        before = words[max(0, start - 24) : start]
        if re.search(
            r"(?:speak to|reach|looking for|calling for|message for|for|is this|hello|hi|to|with|about|tell|ask) (?:, )?$",
            before,
        ) and not re.search(r"ask for $", before):
            continue
        start, end = _person(text, start, end)
        if end > start:
            return start, end
    return None


def _person(text: Plain, start: int, end: int) -> tuple[int, int]:
    """The stretch that is a person's name: a title and a word, or a given name and perhaps a surname."""
    words = text.words[start:end]
    tokens = list(re.finditer(r"[a-z]+", words))
    capital = [text.spoken[text.origin[start + t.start()]].isupper() for t in tokens]
    title = _TITLE.match(words)
    known = [t.group() in given_names() for t in tokens]
    if title and len(tokens) >= 2:
        last = len(tokens) - 1
        while last > 1 and not capital[last] and tokens[last].group() in _AFTER_NAME:
            last -= 1
        if not (capital[1] or known[1] or not any(capital)):
            return start, start
        return (start, start + tokens[last].end()) if tokens[1].group() not in _AFTER_NAME else (start, start)
    shown = (
        bool(tokens)
        and capital[0]
        and re.match(r" (?:from|with|at) ", text.words[start + tokens[0].end() :])
        and tokens[0].group()
        not in _AFTER_NAME
        | {"hello", "hi", "hey", "calling", "morning", "afternoon", "evening", "someone", "message"}
    )
    if (
        not tokens
        or not (known[0] or shown)
        or tokens[0].group() in ("will", "may", "april", "hope", "grace", "faith", "mark")
        and not capital[0]
    ):
        return start, start
    if len(tokens) == 2 and capital[0] and capital[1] and tokens[1].group() not in _AFTER_NAME:
        return start, start + tokens[1].end()
    return start, start + tokens[0].end()


_AFTER_NAME = frozenset(
    "will can may has would should is was calling from with here at speaking and the i your you we on in um uh we're is it of for again so about your to my am are that this was your".split()
)

_ZH_STAFF = re.compile(
    r"(?:工号|警号|员工号|员工编号|工作编号|坐席号|坐席|客服编号|职员编号|编号|执业证号?|执照号|证号|证件号|工牌号?|警员编号|代号|服务号|工作证号?)(?:码|的)?(?:后[一-鿿]位|是|为|:|,|尾号|后几位|最后[一-鿿]位|\s)*((?:[a-z]{1,4})?[\d零〇一幺二两三四五六七八九洞拐]{2,12})"
)
_EN_STAFF = re.compile(
    r"\b(?:badge|employee|agent|staff|operator|rep|representative|officer|license|licence|advisor|adviser|colleague|team member|bar|id|desk|collector|warrant card)(?: (?:number|no|id|code|i d|identification))*(?: is| ,| #)? (?=((?:[a-z] as in [a-z]+ )?[a-z0-9]+(?: [a-z0-9]+){0,7}))"
)
_ZH_DIGITS = str.maketrans("零〇一幺二两三四五六七八九洞拐", "001122345678907")


def staff_zh(text: Plain) -> tuple[str, int, int] | None:
    """A staff number and its place, from a Chinese-speaking caller."""
    for match in _ZH_STAFF.finditer(text.words):
        label = text.words[match.start() : match.start(1)]
        if label.startswith("编号") and re.search(
            r"(?:报|案件|合同|查询|请报|订单|提供)$", text.words[max(0, match.start() - 3) : match.start()]
        ):
            continue
        return match.group(1).translate(_ZH_DIGITS).upper(), match.start(1), match.end(1)
    return None


def staff_en(text: Plain) -> tuple[str, int, int] | None:
    """A staff number and its place, from an English-speaking caller."""
    for match in _EN_STAFF.finditer(text.words):
        said = match.group(1)
        letter = re.match(r"([a-z]) as in [a-z]+ ", said)
        rest = said[letter.end() :] if letter else said
        single = re.match(r"([a-z]{1,3}) (?=\w)", rest) if not letter else None
        token = re.match(r"[a-z]{0,4}\d[\da-z]*", rest)
        numbers = english_numbers(rest)
        offset = match.start(1) + (letter.end() if letter else 0)
        if token:
            return (
                ((letter.group(1) if letter else "") + token.group()).upper(),
                match.start(1),
                offset + token.end(),
            )
        if (
            numbers
            and numbers[0].digits
            and len(numbers[0].digits) >= 2
            and numbers[0].start <= (single.end() if single else 0)
        ):
            head = letter.group(1) if letter else single.group(1) if single and numbers[0].start else ""
            return (head + numbers[0].digits).upper(), match.start(1), offset + numbers[0].end
    return None
