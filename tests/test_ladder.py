"""The delivery ladder: style, discreet style, other channels; by country and by the carrier's code."""

import pytest

from screener.ladder import Then, failure, failures, first_rung, next_rung
from screener.model import Jurisdiction
from screener.policy import policies, soften
from screener.sheets import sheet
from screener.summary import Style

J = Jurisdiction
HK, CN, US = policies()[J.HK], policies()[J.CN], policies()[J.US]


def test_every_country_has_its_policy():
    """No subscriber stands outside the policies."""
    assert set(policies()) == set(Jurisdiction)


def test_the_chosen_style_is_the_first_rung():
    """Where texts arrive, the chosen style is tried first, whatever channels there are."""
    assert first_rung(HK, Style.DEFAULT, ["mail"]).style is Style.DEFAULT
    assert first_rung(US, Style.FULL, []).style is Style.FULL


def test_a_filtered_text_goes_out_again_discreetly():
    """30007: the carrier stopped this text, so a plainer one is tried before another channel."""
    rung = next_rung(HK, 30007, [Style.DISCREET], ["mail", "bark"])
    assert (rung.style, rung.channel) == (Style.DISCREET, None)
    assert "filtered" in rung.why.en


def test_a_filtered_discreet_text_goes_elsewhere():
    """When no style is left the next channel is taken, in the subscriber's order."""
    assert next_rung(HK, 30007, [], ["mail", "bark"]).channel == "mail"
    assert next_rung(HK, 30007, [], ["bark"]).channel == "bark"


@pytest.mark.parametrize("code", [21610, 30034, 21614, 30003, 30005, 30006, 21408, 21211])
def test_where_no_text_arrives_none_is_tried(code):
    """Opted out, unregistered, no mobile, unreachable: another text changes nothing."""
    rung = next_rung(HK, code, [Style.DISCREET], ["mail"])
    assert (rung.style, rung.channel) == (None, "mail")


def test_opting_out_is_respected_from_the_start():
    """After STOP no text is begun with; with no channel the log is where to look."""
    assert first_rung(HK, Style.DEFAULT, ["mail"], opted_out=True).channel == "mail"
    assert first_rung(HK, Style.DEFAULT, [], opted_out=True).ends
    assert failure(21610).then is Then.OPTED_OUT


def test_the_mainland_starts_with_channels():
    """To +86 other channels come before texts; without any, the text is tried all the same."""
    assert first_rung(CN, Style.DEFAULT, ["wecom"]).channel == "wecom"
    assert first_rung(CN, Style.DEFAULT, []).style is Style.DEFAULT
    assert next_rung(CN, None, [Style.DEFAULT, Style.DISCREET], ["bark"]).channel == "bark"
    assert next_rung(CN, None, [Style.DEFAULT, Style.DISCREET], []).style is Style.DEFAULT


def test_the_end_is_said_in_plain_words():
    """With nothing left the rung ends and says where to look, in both languages."""
    rung = next_rung(US, 30034, [Style.DISCREET], [])
    assert rung.ends
    assert "call log" in rung.why.en
    assert "来电记录" in rung.why.zh


def test_an_unknown_code_leaves_a_plainer_text_open():
    """A code that is not in the sheet is shown as it is and costs one more try."""
    rung = next_rung(HK, 39999, [Style.DISCREET], [])
    assert rung.style is Style.DISCREET
    assert "39999" in rung.why.en


def test_the_ladder_always_ends():
    """From any start, with any code again and again, at most one step for each style and channel."""
    for policy in policies().values():
        for code in [*failures(), None, 1]:
            styles, channels, steps = [Style.DEFAULT, Style.DISCREET], ["a", "b"], 0
            while not (rung := next_rung(policy, code, styles, channels)).ends:
                styles = [style for style in styles if style is not rung.style]
                channels = [channel for channel in channels if channel != rung.channel]
                steps += 1
            assert steps <= 4
            assert not channels


def test_every_error_has_words_in_both_languages():
    """What happened stands in the log in plain words, never as a bare code."""
    for line in sheet("policies/errors", ("code", "then", "zh", "en")):
        assert line["zh"]
        assert line["en"]
        assert line["code"] not in line["en"]


def test_softening_keeps_claims_and_numbers():
    """Listed words give way; a claimed name that holds one, and numbers, stay."""
    text = "自称“鸿远催收”，谈贷款逾期，电话95588"
    assert soften(text, J.CN, keep=["鸿远催收"]) == "自称“鸿远催收”，谈业务到期，电话95588"
    assert soften(text, J.GB, keep=[]) == text
    assert soften("your Loan is overdue, Loanne", J.US) == "your account is due, Loanne"
