"""What kind of body a free name speaks of, by the words that it is made of."""

import re

_KINDS = (
    ("law_firm", r"律师|律所|法律事务所|\b(?:llp|law|attorneys?|solicitors?|legal)\b"),
    (
        "debt_relief_seller",
        r"债务(?:优化|重组|咨询|规划|协商|管家|和解|服务)|反催收|信用修复|上岸|停息|\b(?:debt (?:relief|solutions?|settlement|free|freedom|resolution|help)|relief|credit (?:repair|fix|restoration)|iva|forgiveness|advocates)\b",
    ),
    (
        "collection_agency",
        r"催收|清收|资产|资管|信用管理|账务|帐务|商账|应收|委外|外包|企服|企业服务|商务咨询|商务服务|调解|和解|\b(?:recovery|recoveries|collections?|collectors?|debt|receivables|judgm?ent|mediation|credit management|asset|arbitration|resolution|associates)\b",
    ),
    (
        "delivery",
        r"快递|速运|速递|物流|外卖|跑腿|搬家|货运|驿站|\b(?:courier|couriers|express|logistics|movers|moving|freight|delivery)\b",
    ),
    (
        "personal",
        r"医院|诊所|门诊|卫生院|口腔|学校|中学|小学|大学|幼儿园|托班|猎头|人才|招聘|物业|链家|中介|宠物|\b(?:hospital|clinic|dental|dentistry|medical|school|middle|elementary|academy|college|university|nursery|church|vet|veterinary|animal|pharmacy|orthopedics|pediatrics|surgery|staffing|recruiting|recruitment|talent|st|saint|library)\b",
    ),
    (
        "authority",
        r"公安|派出所|警|法院|检察|地检|海关|大使馆|领事馆|入境|反诈|通信管理局|\b(?:police|sheriff|marshals?|court|customs|embassy|immigration|social security|revenue|federal)\b",
    ),
    (
        "government",
        r"局$|社区|居委会|村委会|街道|政府|疾控|社保|公积金|交警|车管所|政务|卫生服务|\b(?:council|county|city of|department of|borough|administration|jobcentre|elections)\b",
    ),
    ("insurer", r"人寿|保险|\binsurance\b"),
    ("bank", r"银行|农商行|信用社|\b(?:bank|credit union|building society)\b"),
    ("lender", r"消费金融|小贷|信贷|金融|财务|融资|租赁|\b(?:lending|loans?|finance|financial|funding)\b"),
    (
        "marketing",
        r"英语|教育|健身|美容|装饰|装修|地产|置业|养生|旅游|\b(?:solar|windows|roofing|warranty|mortgage|realty|energy|gym|spa|fitness|resorts|broadband|homes)\b",
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


def kind_of_name(words: str) -> str:
    """The kind that a free name's own words show, empty when they show none."""
    lowered = words.lower()
    return next((kind for kind, pattern in _COMPILED if pattern.search(lowered)), "")
