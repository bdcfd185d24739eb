"""Traditional Chinese: derived, corrected, and right for its place."""

import pytest

from screener.guidance.tables import step_lines
from screener.model import Jurisdiction
from screener.sheets import sheet
from screener.traditional import simplified, traditional


@pytest.mark.parametrize(
    ("plain", "hong_kong", "taiwan"),
    [
        ("保存录音、短信、截图、号码", "保存錄音、短訊、截圖、號碼", "保存錄音、簡訊、截圖、號碼"),
        ("要明细再核对账户", "要明細再核對帳戶", "要明細再核對帳戶"),
        ("说代表汇丰银行", "說代表滙豐銀行", "說代表滙豐銀行"),
        ("通讯录里的号码", "通訊錄裡的號碼", "通訊錄裡的號碼"),
        ("#A7K2 Dana 13:40", "#A7K2 Dana 13:40", "#A7K2 Dana 13:40"),
    ],
)
def test_each_place_reads_its_own_words(plain, hong_kong, taiwan):
    """Hong Kong and Taiwan get their own words for texts, and the corrected characters."""
    assert traditional(plain) == hong_kong
    assert traditional(plain, Jurisdiction.TW) == taiwan


def test_a_bank_keeps_its_own_character_and_reads_simplified_for_others():
    """滙豐 stays itself in Traditional, and becomes 汇丰 for a reader of Simplified."""
    assert traditional("滙豐銀行") == "滙豐銀行"
    assert simplified("香港上海滙豐銀行") == "香港上海汇丰银行"


def test_every_step_reads_in_traditional_characters():
    """No step keeps a character that only Simplified has; converting back gives the same meaning."""
    for line in step_lines():
        for column in ("zh", "zh_quiet"):
            assert not set("们这说对认为还请让给录账号") & set(traditional(line[column]))


def test_every_correction_is_needed():
    """A correction that never changes anything is a defect: each stands for something that OpenCC gives."""
    for line in sheet("traditional", ("place", "converted", "reads")):
        assert line["converted"] != line["reads"]
        assert line["place"] in {"hk", "tw", "any"}
