"""Whom a Chinese-speaking caller claims to be, and for whom it claims to act."""

import re
from dataclasses import dataclass

from screener.understanding.names import Mention, Name, mentions


@dataclass(frozen=True, slots=True)
class Named:
    """A name at its place, and how surely the caller gave it as its own (0 is not at all)."""

    words: str
    start: int
    end: int
    weight: int
    name: Name | None = None


_INTRO = re.compile(
    r"(?:呢度系|呢边系|我(?:们|这|那)?(?:边|里|家|方|司|行)?(?:就)?是|我们这(?:边|里)(?:是)?|我这(?:边|里)(?:是)?|这(?:里|边)(?:是)?|这是|咱们?(?:这边)?是|我代表|代表的是|本人是|我们|我系|我哋系|公司全称|叫|我是你们)(?:您的|您|你们|你|咱们|那个|那|中国)?$"
)
_OPENING = re.compile(
    r"(?:^|[.,]|您好|你好|喂+|哈喽|嗨|hello|hi|打扰了?|师傅|先生|女士|小姐|老板|家长|那个|亲|早上好|上午好|下午好|晚上好)\s?(?:您好|你好|那个|打扰了)*$"
)
_PRINCIPAL_BEFORE = re.compile(
    r"(?:受|受到|接受|代表|代理(?:的)?(?:是)?|委托方是|委托人是|委托方|替|帮|给|代|由|为|和|与|跟|到|是给|帮忙|服务于|债权人是|客户是|处理您跟|处理你跟|处理他)$"
)
_PRINCIPAL_AFTER = re.compile(
    r"^[^.]{0,10}?(?:委托|委派|委外|第三方|的?外包|合作(?:的|机构|方)|授权(?:我们|的)|(?:把|将).{0,6}债权|债权|转让|做委外|做清收|做催收|处理|那边(?:委托|授权)|让我们|移交)"
)
_OTHER_BEFORE = re.compile(
    r"(?:找的是|我找|找|在|去|到了|欠了?|欠着|放(?:在)?|打给|我的|他的|她的|寄件人是|合作|冒充|接到|那个什么|一张|带(?:一张)?|绑定|用|还|从|往|您|你|他|她|的|办的|送到|对面|门口|原来|原|前|跟|您的|你的|到|出|存在|家|把|用的|走|您在|你在|签的|经过|打|叫做|和|于|买的|写的是)$"
)
_OTHER_AFTER = re.compile(
    r"^(?:大厦|大楼|大堂|中心大厦|门口|旁边|对面|隔壁|楼下|楼上|那条街|那边的一位|上班|那个门|广场|卡就|卡行|存折|的开户行|开户行|附近|路|站|那张卡|那张|进门|前面|后面|里面|门前|分行对面|网点|自助|取款机|的一位|家具|局|园区|工作|当经理|买|的客户经理的|的岗位|客户经理的|拿|借的|借了|办的|办了|签|的催收|催收的|的卡|的贷款|上借|上欠|的短信|给我打|打电话|都有欠|都有|这几家|那些|还清)"
)
_SELF_AFTER = re.compile(
    r"^(?:的(?:客服|人|工作人员|官方|这边|[.,]|我|您|你|那个|就是|给您|智能|专员|催收部|自动)|客服|信用卡|银行卡|卡中心|贷后|催收部|总行|风控|风险|智能|这边|这里|官方|[.,]|您好|你好|您|提醒|温馨|有限|公司|个贷|个人|零售|分行|支行|总部|业务|的$|的|放款|贷款|小微|城|反|服务|来电|热线|金融|资料|审核|安全|给您|回访|牡丹卡)"
)

_TAIL = (
    "律师事务所|法律事务所|法律服务所|律师楼|律师行|律所|人民法院|法院|检察院|地检署|检察署|"
    "公安局|公安分局|派出所|警察局|警署|刑侦支队|反诈中心|税务局|税务所|社保所|社保局|社保中心|人社局|医保局|居委会|村委会|街道办事处|街道办|疾控中心|卫健委|卫生局|服务中心|服务站|公积金中心|政务服务中心|交警大队|车管所|民政局|统计局|市场监管局|城管局|户政事务所|区公所|水务局|环保局|教育局|住建局|出入境管理局|管理局|监管局|镇政府|区政府|市政府|乡政府|"
    "医院|卫生院|诊所|门诊部|体检中心|口腔|中学|小学|高中|大学|学院|幼儿园|学校|培训中心|物业|物业公司|"
    "信用管理|资产管理|企服|资管|清收|外包|催收|债务优化|债务咨询|债务规划|账务管理|帐务管理|应收账款管理|商务咨询|企业服务|数据服务|商务服务|信息咨询|信息技术|信息服务|财务咨询|法律咨询|债务咨询|管理咨询|企业管理|法务外包|金融服务|风险管理|商账管理|商务|咨询|资产|科技|调解中心|调解委员会|事务中心|和解中心|法务|集团|联盟|事务所|"
    "银行|信用社|农商行|消费金融|小额贷款|小贷|金融|贷款公司|融资租赁|租赁|财务|信贷|人寿|保险|证券|基金|期货|电力公司|电力局|国家电网|供电局|供电公司|自来水公司|燃气公司|燃气|电信局|"
    "快递|物流|速运|速递|外卖|跑腿|超市|便利店|驿站|货运|搬家|酒店|健身|英语|教育|美容|猎头|地产|置业|装饰|装修|旅行社|航空|传媒|人才|汽车|4s店|家政|婚纱|留学|移民|房产|中介|养老院|殡仪馆|图书馆|健身房|琴行|画室|教培|驾校|月子中心|影楼"
)
_TAILS: dict[str, list[str]] = {}
for _tail in sorted(_TAIL.split("|"), key=len, reverse=True):
    _TAILS.setdefault(_tail[:2], []).append(_tail)
_ANY_TAIL = re.compile(_TAIL)
_LONGEST = 20  # characters before a tail that can belong to a name
_PUBLIC = re.compile(
    r"(?:法院|检察院|地检署|检察署|公安局|公安分局|派出所|警察局|警署|反诈中心|税务局|税务所|社保所|社保局|社保中心|人社局|医保局|居委会|村委会|办事处|街道办|疾控中心|卫健委|局|医院|卫生院|诊所|口腔|中学|小学|大学|幼儿园|学校|公所|政府)$"
)
_LEAD = re.compile(
    r"^(?:我哋系|代理(?:的)?|您好|你好|喂|哎|那个|就是|请问|打扰了?|我们?(?:这边|这里|那边)?(?:就)?(?:是|系)?|我(?:这边|这里|方|司)?是?|我哋系|这(?:里|边)?(?:是)?|咱们?(?:是)?|本人是|代表|一家|一个|做|专业|你们?(?:那个)?|您的?|您|的|是|叫|由|来自|受|在|有个|有一家|中国的|关于|以前|刚刚|公司全称|全称|名字|主要|先生|女士|小姐|师傅|老板|家长|哈喽|嗨|早上好|上午好|下午好|晚上好|姐|哥|呢|吧|啦|和|跟|从)+"
)
_ROLE = re.compile(
    r"(?:司机|骑手|配送员|快递员|外卖员|客服|专员|顾问|客户经理|理财经理|经理|实习律师|律师(?!事务所|行|楼)|老师|护士|医生|前台|书记员|法官|检察官|民警|警官|工作人员|回访员|话务员|调解员|助理|专家|主任|校长|理赔|售后|那边|这边|官方|社区民警|执行局|小哥|送货员|业务员|催收员|外访员|家访|班主任|住院|人事|招聘|催收|委外|外包|销售|回访|客户关怀|智能|温馨提醒|负责).*$"
)
_CORPORATE = re.compile(r"(?:股份)?(?:有限责任公司|有限公司|分公司|集团公司|公司|有限)$")
_FIRM = re.compile(
    r"(?:律师事务所|律所|事务所|律师行|律师楼|信用管理|资产管理|资产|咨询|法务|企业服务|调解中心)$"
)
_GENERIC = re.compile(
    r"^(?:银行|.{0,2}公司|律师事务所|律所|.{0,2}律师团队|贷款中心|客服(?:中心)?|.*客户.{0,2}中心|医院|学校|法院|派出所|公安局|法务部?|(?:正规|一家|专业|免费)?法律(?:咨询|服务)|第三方.*|咨询|商务咨询|商务|法务外包|管理咨询|资产|金融|资产管理|信用管理|.{0,3}平台|美容院?|物业|快递|外卖|物流|保险|小?贷款?|融资|科技|商务|酒店|超市|中介|(?:个人|网贷|信用卡|专业|专门|银行)?债务(?:优化|重组|协商|规划|咨询|管理|处理|整合)?(?:机构|公司|平台|的)?|.{0,6}(?:合作|受托|委托|外包|第三方)的?(?:催收|清收|公司)|催收|清收|外包|资管|.{0,2}托催收|.{0,2}(?:信用|征信)修复|停息.*|反催收|.{0,3}装修|.{0,3}房产|搬家|债权人|受让方|网贷|信用卡|车险|.{0,2}银行.{0,2}|助贷.*|教育|健身|英语|地产|律师楼|企业贷款|.{0,4}调解中心|消费金融|财务|多家.*|.*信贷|.*机构)$"
)
_NOISE = re.compile(
    r"[您你我他她吗呢吧了着]|不是|没有|案子|提起|递交|定于|本所|本月|受理|开庭|日向|姓|转告|方便|只要|每天|首次|[说要帮跟欠签按谁哪找叫不去来把让请就有还]|专门|委托方|告诉|成功|关于|麻烦|正规|这个|那个|什么|怎么|如果|可以|已经|现在|今天|明天|昨天|需要|一笔|尾号|账单|逾期|银行卡|还款|^(?:儿子|女儿|爸|妈|哥|姐|老师|师傅|阿姨|叔叔|糖糖)|妈妈|爸爸"
)
_NAMED_SLOT = re.compile(
    r"(?:公司全称|公司名字|全称|公司叫|我们叫|叫|(?:第三方|外包|合作)公司,?叫)[,.]?([^.,]{2,12})"
)
_STRONG_SLOT = re.compile(
    r"(?:^|[.,]|您好|你好|喂|女士|先生|师傅|家长|老板)(?:那个|女士|先生|您好|你好|[,.])*((?:我(?:们)?(?:这边|这里)?是|这(?:里|边)?是|我这边是|我们(?!的))?)([^.,的是]{2,12}?)(?:的(?=[.,我您你啊受就,]|客服|人|置业|客户|招|课程|美容|健身|销售|那个|小|司机|骑手|工作|[^.,]{0,8}(?:委托|委外))|(?=[,.]?受)|(?=[,.](?:您|你|我姓|我叫|工号|受|给您|有)))"
)

# "安瑞企服小霍,代表…": a name at the very start, told by what follows it.
_BARE_SLOT = re.compile(
    r"(?:^|\. ?\.)(?:(?:喂|你好|您好|哎|老板|大姐|大哥|哥|姐|叔叔|阿姨|先生|女士|早上好|下午好|机主)[,.]?)*()([^.,的是我您你]{2,9}?)(?:小[一-鿿](?=[,.]|$)|(?=,(?:代表|受|这里|关于|您|你好|您好|通知|跟))|的[一-鿿]{2,3}(?=[,.]))"
)

_DOING = (
    "做",
    "专门",
    "专业",
    "搞",
    "卖",
    "帮",
    "给",
    "一家",
    "正规",
    "搬",
    "修",
    "办",
    "负责",
    "收",
    "送",
    "跟",
    "和",
)  # what they do, no name


def known(words: str) -> list[Named]:
    """Gazetteer and known names with how surely the caller is one of them."""
    return [_weighed(words, mention) for mention in mentions(words)]


def _weighed(words: str, mention: Mention) -> Named:
    before, after = words[max(0, mention.start - 12) : mention.start], words[mention.end : mention.end + 14]
    weight = 0
    if _INTRO.search(before):
        weight = 4
    elif _OPENING.search(before):
        weight = 3 if _SELF_AFTER.match(after) or mention.start < 8 else 1
    elif _SELF_AFTER.match(after) and not _OTHER_BEFORE.search(before):
        weight = 1
    if _OTHER_AFTER.match(after) or before.endswith(("寄件人是", "收件人是", "收款行是", "开户行是", "叫做")):
        weight = 0
    elif after.startswith("委托"):
        weight = -1
    elif _PRINCIPAL_AFTER.match(after) and (
        _PRINCIPAL_BEFORE.search(before)
        or "委托" in after[:12]
        or re.match(r".{0,6}(?:第三方|合作|委外|外包|代理|催收公司|做催收|做委外)", after)
    ):
        weight = -1
    elif _PRINCIPAL_BEFORE.search(before) and weight < 3:
        weight = -1
    elif _OTHER_BEFORE.search(before) and weight < 3:
        weight = 0
    if mention.name.ordinary and weight < 3 and weight != -1:
        weight = 0
    return Named(mention.name.words, mention.start, mention.end, weight, mention.name)


def principals(words: str) -> list[Named]:
    """Names for which the caller says it acts."""
    return [named for named in known(words) if named.weight == -1]


def _tidy(raw: str) -> str:
    name = _LEAD.sub("", raw)
    name = _ROLE.sub("", name)
    return _CORPORATE.sub("", name).strip(" ()")


def free(words: str) -> list[Named]:
    """Names that no list holds, as spoken, where the caller introduces itself."""
    found = [named for start, end in _tails(words) if (named := _tailed(words, start, end))]
    for pattern in (_NAMED_SLOT, _STRONG_SLOT, _BARE_SLOT):
        for match in pattern.finditer(words):
            if match.groups()[-1].startswith(_DOING):
                continue
            name = _tidy(match.groups()[-1])
            start = match.start(match.lastindex or 1) + match.groups()[-1].find(name)
            if _possible(name) and not _GENERIC.match(name):
                weight = (
                    1
                    if pattern is _BARE_SLOT
                    else 2
                    if pattern is _NAMED_SLOT or match.group(1)
                    else 1
                    if match.start() < 12
                    else 0
                )
                found.append(Named(name, start, start + len(name), weight))
    return sorted(found, key=lambda named: (-named.weight, named.start))


def _tails(words: str) -> list[tuple[int, int]]:
    """Stretches that end as organisations' names do, each from the comma or the name before it."""
    found, opens, at = [], 0, 0
    while at < len(words) - 1:
        tail = next((t for t in _TAILS.get(words[at : at + 2], ()) if words.startswith(t, at)), None)
        if tail:
            end = at + len(tail)
            found.append((max(opens, at - _LONGEST), end))
            opens = at = end
        else:
            opens = at + 1 if words[at] in ".," else opens
            at += 1
    return found


def _tailed(words: str, begins: int, end: int) -> Named | None:
    """A name that ends as organisations' names do, when the caller gives it as its own."""
    raw = words[begins:end]
    lead = _LEAD.match(raw)
    cut = lead.end() if lead and lead.end() < len(raw) - 1 else 0
    for marker in (
        "我是",
        "我们是",
        "这里是",
        "这边是",
        "代表",
        "委托的",
        "您好",
        "你好",
        "我们",
        "先生",
        "女士",
        "的是",
        "我这边是",
        "我",
    ):
        place = raw.rfind(marker)
        if place >= 0 and place + len(marker) > cut and place + len(marker) < len(raw) - 1:
            cut = place + len(marker)
    name = raw[cut:]
    more = _LEAD.match(name)
    if more and len(name) - more.end() >= 2:
        cut, name = cut + more.end(), name[more.end() :]
    start = begins + cut
    before, after = words[max(0, start - 10) : start], words[end : end + 12]
    if (
        not _possible(name)
        or (_GENERIC.match(name) and not _PUBLIC.search(name))
        or _OTHER_AFTER.match(after)
    ):
        return None
    if not _FIRM.search(name) and _PRINCIPAL_AFTER.match(after) and _PRINCIPAL_BEFORE.search(before):
        return None
    introduced = (
        bool(lead and cut)
        or bool(_INTRO.search(before))
        or bool(_OPENING.search(before))
        or before.endswith("委托的")
    )
    if not introduced or (
        _OTHER_BEFORE.search(before) and not _INTRO.search(before) and not before.endswith("委托的")
    ):
        return None
    return Named(name, start, end, 3 if introduced else 1)


def _possible(name: str) -> bool:
    return 2 <= len(name) <= 18 and not _NOISE.search(_ANY_TAIL.sub("", name))
