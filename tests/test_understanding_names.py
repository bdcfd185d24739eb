"""Whom a caller claims to be, where no list holds the name: taken as spoken, and nothing where none is given."""

import pytest

from screener.model import Category
from screener.understanding import understand


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("This is Sergeant Hale, Ludlow County Sheriff's Office, badge 211. You missed court.", "Sheriff's Office"),
        ("Good morning, Dr. Okafor's clinic. Your results are back and all is fine.", "Okafor's clinic"),
        ("Hi, Tessa from BrightLedger. We cut what you owe on your cards in half.", "BrightLedger"),
        ("Hello madam, Tarwin Finance collections. You missed two payments, please pay today.", "Tarwin Finance"),
        ("您好,这里是市车辆登记中心。您上周递交的材料审核通过了,证书可以邮寄。", "车辆登记中心"),
        ("和泰债务咨询。先服务后付费,协商成功了您再付百分之六,您欠的信用卡可以分期。", "和泰债务咨询"),
    ],
)
def test_names_are_taken_as_spoken(words, name):
    """After an officer's name, of a practice, after a given name, and at the very start."""
    found = understand([words]).organisation
    assert found is not None
    assert name in found.spoken


@pytest.mark.parametrize(
    "words",
    [
        "um hello we help with an i v a you need at least six thousand pounds of debt and we write the rest off",
        "Hiya love, it's Auntie Jean. Dinner is on Sunday at one, bring the kids.",
        "您好,我是猎头,姓褚。有家新能源公司在招经理,您方便聊两分钟吗?",
        "楼上的,您家空调水滴我被子上了,您在不在家?",
    ],
)
def test_sums_kin_and_places_are_no_names(words):
    """Where no body is named, none is made up."""
    assert understand([words]).organisation is None


def test_a_court_that_lends_its_word_is_not_the_caller():
    """A mediator sent by a court and unnamed itself calls for its principal."""
    found = understand(["您好,我是区法院委派的诉前调解员。苏宁金融起诉您的材料在我手上,欠款三千八百六,今天签调解书。"])
    assert found.organisation is None or "法院" not in found.organisation.spoken


def test_a_sellers_price_is_no_sum_owed():
    """What a seller asks for its wares stands in no summary as a debt."""
    found = understand(["哥,健身游泳了解一下,我们新店开业,年卡九百九十九,办卡前五十名还送私教课。"])
    assert found.category is Category.MARKETING
    assert found.amount is None
