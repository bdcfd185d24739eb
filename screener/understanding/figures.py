"""The sum that is owed or asked, and the number to call back, among all the numbers of a call."""

import re
from dataclasses import dataclass
from decimal import Decimal

from screener.understanding.numerals import Number, chinese_numbers, english_numbers


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money with its place in the plain words and how much speaks for it."""

    value: Decimal
    start: int
    end: int
    score: int


_ZH_UNIT = re.compile(
    r"^[多几来余]?(?:块|元|圆|人民币|港币|港元|台币|新台币|美金|美元|块钱|塊|刀|新币|蚊|镑|英镑)"
)
_ZH_SMALL = re.compile(
    r"^[多几来余]?(?:块|元)钱?(?:零)?([零一二三四五六七八九\d]{1,2})(?:(毛|角)([一二三四五六七八九\d])?分?)?(?![零一二三四五六七八九十百千万\d天年月期号点个])"
)
_ZH_OWED = re.compile(
    r"(?:欠|欠款|总额|总共|一共|合计|共计|共|总欠|总欠款|应还|未还|没还|本金|本息|本息合计|账单|账单是|余额|金额|加起来|标的|逾期|月供|应缴|拖欠|债务|欠费|数额|贷款|借款|借了|透支|还差|差|结清|卡数|账款|运费|房租|保费|少交|补交|补缴|到付|钱|案款|欠着|笔|这个|余|账|卡|本期|这期|期|分付款?|上期|月付|花呗|白条|还有)[^.]{0,9}$"
)
_ZH_TOTAL = re.compile(
    r"(?:欠|总额|总共|一共|合计|总计|共计|总欠款|总|加起来|全部|本息|标的|拖欠|欠款|借了|本来要还|余额|应还)[^.,]{0,8}$"
)
_ZH_ASKED = re.compile(r"(?:交|付|转|打|汇|还|缴|收|存|垫|充|费|金|要|扣|借给我)[^.]{0,7}$")
_NO_DEBT = (
    "额度|最高|最多|高达|申请|批|贷到|升级到|提到|提升到|获得|免(?:掉|除|去|您|了)?|减(?:掉|免|去|了)?|优惠|送|返|退|去掉|少(?![交缴])|消费(?!贷|签|金融|公司|的账)|交易|刷了|涉案"
    "|骗|被|洗钱|自动扣|扣(?![款收缴])|每年|每个月|月薪|工资|价值|定价|首付|(?<!加)起(?!来)|套餐|流量|分给|赚|收益|利率|年化|日息|月息|抵|赔|便宜|存款(?!账户)|多还了|上个月|已还|还过|预授信|可借|借您|给您|补贴|奖|积分|超时|超过|编号|保额"
)
_ZH_NOT = re.compile(rf"(?:{_NO_DEBT})[^.,]{{0,8}}$")
_ZH_CLEARLY_NOT = re.compile(rf"(?:{_NO_DEBT})[^.,]{{0,2}}$")
_ZH_COUNTED = re.compile(
    r"^[多几来余]?(?:个|次|天|年|月|期|号|点|人|条|小时|分(?!期)|秒|楼|室|名|位|家|种|兆|积分|克|斤|公里|米|平|%|周|日|岁|度|折|层|栋|单元|套|件|份|张|台|部|辆|只|本|页|倍|成|级|路|街|院|班|届|多万条|通|下|回|些|般|不要|别|分之|元以上|字|线|把|户|箱|袋|门|工作日|钟)"
)
_ZH_LATER = re.compile(
    r"^[^.,]{0,4}(?:的额度|额度|的消费|消费|的交易|分期金|流量|的套餐|以上|起步|起|的优惠|的保额|保额|的出行|的备用|的授信|优惠券|的信用|已(?:经)?(?:通过|批|到|审核)|[^.]{0,5}是(?:不是)?(?:您|你)?本人|的?退款)"
)
_TOKEN = re.compile(
    r"(?:先|哪怕|只用|首期|只要|只收|只还|只用|只需|激活|意思|现在|今天先|能|可以|就)[^.,]{0,5}$"
)


def amounts(words: str, lang: str) -> list[Sum]:
    """Every sum in the order in which it is said, the likeliest sum owed scored highest."""
    return _zh_sums(words) if lang == "zh" else _en_sums(words)


def owed(words: str, lang: str) -> Sum | None:
    """The sum owed by, or asked of, the person called."""
    sums = [s for s in amounts(words, lang) if s.score > 0 and 0 < s.value < 10**9]
    return max(sums, key=lambda s: (s.score, -s.start), default=None)


def _zh_sums(words: str) -> list[Sum]:
    found = []
    for number in chinese_numbers(words):
        if number.value is None:
            continue
        before, after = words[max(0, number.start - 18) : number.start], words[number.end : number.end + 14]
        if re.search(r"(?:打|拨|拨打|打电话到|致电)$", before) and number.digits:
            continue
        unit = bool(_ZH_UNIT.match(after))
        run = words[number.start : number.end]
        if (
            _ZH_COUNTED.match(after)
            or (not unit and run in ("千万", "百万", "万", "百", "千", "十"))
            or before.endswith(("几", "好几", "数", "第", "百分之", "上"))
        ):
            continue
        spoken = number.value >= 100 and any(c in run for c in "百千万")
        written = number.value >= 100 and len(number.digits) < 7
        bare = spoken or (written and bool(_ZH_OWED.search(before) or _ZH_ASKED.search(before)))
        dollar = before.rstrip().endswith(("$", "¥", "£"))
        if not (unit or dollar or bare):
            continue
        if re.search(
            r"(?:尾号|编号|工号|合同号|案号|电话|拨打|回电|后四位|尾数|号码|卡号|订单号|门牌|房号|代码)[^.,]{0,4}$",
            before,
        ):
            continue
        value, end = _with_cents(words, number)
        score = 2 + unit
        if _ZH_TOTAL.search(before):
            score += 5
        elif _ZH_OWED.search(before):
            score += 3
        elif _ZH_ASKED.search(before):
            score += 1
        if (
            _ZH_CLEARLY_NOT.search(before)
            or _ZH_LATER.match(after)
            or (_ZH_NOT.search(before) and not _ZH_TOTAL.search(before))
        ):
            score -= 9
        elif _TOKEN.search(before):
            score -= 2
        if re.match(r"[多几来余]?(?:块|元)?钱?(?:的)?(?:就|算|结清|两清|政策)", after):
            score -= 1
        found.append(Sum(value, number.start, end, score))
    return found


def _with_cents(words: str, number: Number) -> tuple[Decimal, int]:
    """Sums such as "五百六十七块三毛" and "六千九百五十二块八"."""
    assert number.value is not None
    small = _ZH_SMALL.match(words[number.end :])
    if not small:
        return number.value, number.end
    digit = chinese_numbers(small.group(1))
    if not digit or not digit[0].digits:
        return number.value, number.end
    spelled = digit[0].digits
    part = Decimal("0." + spelled) if len(spelled) <= 2 else Decimal(0)
    if small.group(3):
        cents = chinese_numbers(small.group(3))
        part += Decimal("0.0" + cents[0].digits) if cents else 0
    return number.value + part, number.end + small.end()


_EN_UNIT = re.compile(
    r"^ (?:dollars?|bucks?|pounds?|quid|euros?|hong kong dollars|singapore dollars|sing dollars)\b"
)
_EN_CENTS = re.compile(r"^ (?:dollars?|bucks?|pounds?)? ?(?:and )?((?:[a-z]+ ){1,2})(?:cents?|pence|p)\b")
_EN_OWED = re.compile(
    r"\b(?:owes?|owed|owing|outstanding|balance|total|arrears|past due|overdue|behind|due|amount|debt|charge|payment|installment|instalment|account|loan|claim|sum|deposit|fee|rent|bill|balance of|left a balance|overdraft|arranged|returned for|tax|suit|for|is|it is|your|old|card|need|pay|paid|cost|duty|bond|send|the|whole)\b[^.]{0,28}$"
)
_EN_TOTAL = re.compile(
    r"\b(?:owes?|owed|owing|balance|total|outstanding|full|arrears|in all|payoff|in the amount of|behind|past due|debt of|debt|whole)\b[^.]{0,30}$"
)
_EN_NOT = re.compile(
    r"\b(?:up to|save|limit|off|waive|waiving|drop|knock|take|credit of|bonus|reward|welcome|get|worth|transfer of|spend|cover|coverage|income|earn|prize|won|refund|approved for|have up|savings of|than every|loan is|if you owe|if you have|owe more than|owe over|over)(?: a| the| of| an| about| you| your| another| up to| like| only| more than)*[ $£]*$"
)
_EN_QUERIED = re.compile(
    r"\b(?:declined|blocked|suspicious|unauthorized|unauthorised|attempted|purchase|there is a payment|charge of|stopped|flagged|withdrawal|transaction)\b[^.]{0,40}$"
)
_EN_TOKEN = re.compile(
    r"\b(?:even|just|only|as little as|like|manage|token|first|down|accept|settle for|settled for|settle|instead of)\b[^.]{0,12}$"
)
_EN_AFTER_NOT = re.compile(
    r"^ (?:dollars |pounds )?(?:percent|welcome|bonus|credit|in working|loan|limit|gift|statement|off|payment to|purchase|transaction|charge at|million|years?|months?|days?|weeks?|hours?|minutes?|prize|coverage|worth of coverage|to a car|discount)"
)


def _en_sums(words: str) -> list[Sum]:
    found = []
    for number in english_numbers(words):
        before, after = words[max(0, number.start - 50) : number.start], words[number.end : number.end + 40]
        value, end = _en_value(words, number)
        if value is None:
            continue
        dollar = bool(re.search(r"[$£€] ?$", before))
        if re.match(r" pound\b(?!s)", words[end : end + 12]) and value > 1 and not dollar:
            continue
        unit = (
            bool(_EN_UNIT.match(words[end : end + 30]))
            or end > number.end
            or bool(
                re.match(
                    r" (?:you|he|she) (?:missed|owes?|still owe)| (?:is|are) (?:payable|due)|(?: is| are)? (?:overdue|past due|heading to)",
                    words[end : end + 24],
                )
            )
        )
        unit = unit or bool(
            re.match(r" in (?:credit card|unsecured|card|back taxes|debt)", words[end : end + 20])
        )
        loose = (
            value >= 20
            and len(number.digits) < 7
            and bool(
                re.search(
                    r"\b(?:owes?|owe|for|balance|total of|behind by|it is|whole|settle for|debt of|rent is|rents|returned for|accept|whole|of|payment is)(?: (?:about|at|the|a|only|just|you|us|for|is))* $",
                    before,
                )
            )
            and not re.match(
                r" (?:percent|days?|months?|weeks?|years?|hours?|minutes?|o clock|people|times|of|digit|payments?|am|pm|a m|p m|customers?|cents)",
                after,
            )
        )
        if not (dollar or unit or loose):
            continue
        score = 2 + dollar + unit
        if _EN_TOTAL.search(before) or re.match(
            r" (?:dollars |pounds |bucks )?(?:behind|outstanding|past due|overdue|in all|in arrears|you owe|he owes|she owes|is due|over your|balance|due)",
            words[end : end + 40],
        ):
            score += 4
        elif _EN_OWED.search(before):
            score += 2
        if _EN_NOT.search(before) or _EN_AFTER_NOT.match(words[end : end + 40]):
            score -= 9
        elif _EN_TOKEN.search(before):
            score -= 2
        if _EN_QUERIED.search(before) and "customs" not in before and not _EN_TOTAL.search(before):
            score -= 9
        found.append(Sum(value, number.start, end, score))
    return found


def _en_value(words: str, number: Number) -> tuple[Decimal | None, int]:
    """Sums with cents after them: "four hundred six dollars and eighteen cents"."""
    run = words[number.start : number.end]
    if " and " in run and re.match(r" (?:cents|pence)\b", words[number.end :]):
        head, _, tail = run.rpartition(" and ")
        whole, part = english_numbers(head), english_numbers(tail)
        if whole and part and whole[0].value is not None and part[0].value is not None:
            return whole[0].value + part[0].value / 100, number.end + 6
    cents = _EN_CENTS.match(words[number.end : number.end + 40])
    if cents and number.value is not None:
        part = english_numbers(cents.group(1))
        if part and part[0].value is not None and part[0].value < 100:
            return number.value + part[0].value / 100, number.end + cents.end()
    return number.value, number.end


@dataclass(frozen=True, slots=True)
class Called:
    """Digits given for calling back, with their place in the plain words."""

    digits: str
    start: int
    end: int


_ZH_CALL = re.compile(
    r"(?:回电|回拨|拨打|拨|致电|打|电话|座机|号码|联系|热线|客服|回我|回个电话|回复|回|专线|手机|咨询|专员|找我们|分机前|来电|联络|我们)[^.\d]{0,12}$"
)
_ZH_NOT_CALL = re.compile(
    r"(?:尾号|编号|案号|合同号|工号|警号|身份证|卡号|单号|订单|执业证|后四位|尾数|取件码|验证码|户名|账号|代码|证号|QQ|qq)[^.]{0,8}$"
)
_EN_CALL = re.compile(
    r"\b(?:call|ring|reach|number|numbers|phone|back|at|on|dial|contact|line|us|me|is|text|her call|here)\b[^.]{0,25}$"
)
_EN_NOT_CALL = re.compile(
    r"\b(?:account|card|case|reference|ending|badge|employee|id|extension|order|policy|claim|file|ref|quote|routing|license|tracking|social)\b(?: number| no| is| in| ending)*(?: in| is)? ?$"
)


def callback(words: str, lang: str) -> Called | None:
    """The number given for calling back; the last one when there are several."""
    best = None
    for number in chinese_numbers(words) if lang == "zh" else english_numbers(words):
        digits = number.digits
        if len(digits) < 3 or len(digits) > 15:
            continue
        before = words[max(0, number.start - 30) : number.start]
        after = words[number.end : number.end + 8]
        if lang == "zh":
            fits = _zh_callback(digits, before, after)
        else:
            fits = (
                10 <= len(digits) <= 13
                and not _EN_NOT_CALL.search(before)
                and not before.rstrip().endswith(("$", "£"))
            )
            fits = fits or (
                7 <= len(digits) < 10
                and bool(re.search(r"\b(?:call|ring|reach|phone|dial)\b[^.]{0,20}$", before))
            )
        if fits:
            best = Called(digits, number.start, number.end)
    return best


def _zh_callback(digits: str, before: str, after: str) -> bool:
    if _ZH_NOT_CALL.search(before):
        return False
    if len(digits) >= 10:
        return True
    if len(digits) >= 7:
        return bool(_ZH_CALL.search(before))
    if re.match(r"[块元多几]|政务|热线的|诉讼|服务热线|反诈|的(?:回访|工作|话务)|客户服务|市长|投诉", after):
        return False
    if re.match(r"(?:95|96|12|11|10|16|18)\d", digits) or len(digits) == 5:
        return bool(_ZH_CALL.search(before)) and not re.search(
            r"(?:我是|这里是|反诈中心|法院|我们是)$", before
        )
    return False
