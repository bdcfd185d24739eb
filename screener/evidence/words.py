"""The words of a bag's index and transcripts, in the subscriber's language."""

from collections.abc import Callable

from screener import organisations
from screener.model import Jurisdiction, Language
from screener.traditional import as_read, traditional

Words = dict[str, str]
Name = Callable[[str], str]  # from the key of a claim to the name that people read

# English, Simplified Chinese.
WORDS: dict[str, tuple[str, str]] = {
    "title": ("Calls kept as evidence", "留作证据的通话"),
    "claims": (
        "Who called and for whom is what the caller said, and was not verified.",
        "来电者的身份和所代表的机构，均为对方自称，未经核实。",
    ),
    "check": (
        "This folder is a BagIt bag (RFC 8493): any BagIt tool, or `screener verify`, checks that no file was changed.",
        "本文件夹是一个 BagIt 包（RFC 8493）：用任何 BagIt 工具或 `screener verify` 都能检查文件有无改动。",
    ),
    "zone": ("Times are local to", "时间所属时区"),
    "call": ("Call", "通话"),
    "we": ("Assistant", "助理"),
    "caller": ("Caller", "来电者"),
    "keys": ("keys", "按键"),
    "confidence": ("confidence", "识别把握"),
    "withheld": ("number withheld", "号码未显示"),
    "listen": ("recording", "录音"),
    "sid": ("Call", "通话"),
    "time": ("Time", "时间"),
    "seconds": ("Seconds", "秒数"),
    "consent": ("Consent", "同意情况"),
    "disposition": ("How it ended", "结束方式"),
    "category": ("Kind of caller", "来电类别"),
    "organisation": ("Says it is", "自称机构"),
    "on_behalf_of": ("Says it acts for", "自称受托于"),
    "audio": ("Recording", "录音"),
    "files": ("Files added", "添加的文件"),
    "unasked": ("not asked", "未询问"),
    "recording": ("agreed to recording", "同意录音"),
    "notes": ("agreed to written notes", "同意文字记录"),
    "refused": ("refused", "拒绝"),
    "withdrawn": ("withdrawn", "已撤回"),
    "stated": ("stated", "已说明来意"),
    "message_taken": ("message taken", "已留言"),
    "consent_refused": ("consent refused", "拒绝记录"),
    "unidentified": ("not identified", "身份不明"),
    "abandoned": ("hung up", "中途挂断"),
    "blocked": ("blocked", "已拦截"),
    "busy": ("line busy", "占线未接"),
    "bank": ("bank", "银行"),
    "lender_platform": ("lending platform", "网贷平台"),
    "collection_agency": ("collection agency", "催收公司"),
    "law_firm": ("law firm", "律师事务所"),
    "debt_relief_seller": ("debt-relief seller", "债务减免推销"),
    "impostor": ("possible impostor", "疑似冒充"),
    "delivery": ("delivery", "快递外卖"),
    "personal": ("personal", "私人"),
    "government": ("government", "政府部门"),
    "marketing": ("marketing", "推销"),
    "unknown": ("unknown", "不明"),
}


def words_in(language: Language, jurisdiction: Jurisdiction) -> Words:
    """Every word in this language."""
    if language is Language.EN:
        return {key: english for key, (english, _) in WORDS.items()}
    if language is Language.ZH_HANS:
        return {key: chinese for key, (_, chinese) in WORDS.items()}
    return {key: traditional(chinese, jurisdiction) for key, (_, chinese) in WORDS.items()}


def names_in(language: Language, jurisdiction: Jurisdiction) -> Name:
    """How claims are named in this language."""
    return lambda key: as_read(organisations.name_of(key, language), language, jurisdiction)
