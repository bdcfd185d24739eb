"""The guidance: golden cases, the walk over every kind of call, and whose country a step follows."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from screener.conduct import Seen, observe
from screener.guidance import Case, Role, Situation, advise, explain, reach
from screener.guidance.tables import rows, step_lines
from screener.model import FINANCIAL, Category, Held, Jurisdiction, Language, NumberCheck, Understanding
from screener.policy import names_debt
from tests.cases import DAH_SING, ICBC, MIDLAND, understanding

J, C = Jurisdiction, Category
WALK = list(itertools.product(Jurisdiction, Category, Held, (False, True)))


def ids(advice):
    return [step.id for step in advice.steps]


def fired(advice):
    return [row.row for row in advice.rows]


def seen(at, **given):
    return Seen(at, given.get("number", "+15550100"), given.get("organisation"), given.get("answered", True))


def test_agency_named_on_the_mainland_first_call_recorded():
    """Worked example 1: the mandate is confirmed first; calm leads."""
    advice = advise(Case(J.CN, understanding(C.COLLECTION_AGENCY, organisation="鸿远"), Held.RECORDING))
    assert fired(advice) == ["D18"]
    assert advice.lead.id == "S01"
    assert ids(advice) == ["S36", "S28", "S02", "S06", "S05"]
    assert "录音" in advice.steps[-1].words.zh


def test_false_police_who_want_a_transfer():
    """Worked example 2: the row for false police wins outright and nothing else is said."""
    known = understanding(C.IMPOSTOR, red_flags=["claims_authority", "asks_transfer_personal_account"])
    advice = advise(Case(J.CN, known, Held.RECORDING))
    assert fired(advice) == ["D03"]
    assert ids(advice) == ["S19", "S08", "S03", "S17", "S05"]
    assert advice.stop


def test_bank_again_at_night_without_recording():
    """Worked example 3: hours first, S30 in the place of S05 saying that only the call is held, then the caller's row."""
    now = Seen(datetime(2026, 11, 23, 14, 40, tzinfo=UTC), "+8613800000000", "cn-icbc")
    zone = ZoneInfo("Asia/Shanghai")
    conduct = observe(now, (), zone=zone, jurisdiction=J.CN, lender_country=None, category=C.BANK)
    advice = advise(Case(J.CN, understanding(C.BANK), Held.CALL, repeat=True, conduct=conduct))
    assert fired(advice) == ["D40", "D13"]
    assert ids(advice) == ["S21", "S30", "S14", "S11", "S13"]
    assert "只记下来电" in advice.steps[1].words.zh
    assert "only the call" in advice.steps[1].words.en


def test_american_debt_buyer_eighth_call_in_seven_days():
    """Worked example 4: the count is past seven, so the row on frequency applies and stands alone."""
    now = datetime(2026, 11, 23, 17, tzinfo=UTC)
    history = [seen(now - timedelta(hours=20 * n)) for n in range(1, 8)]
    zone = ZoneInfo("America/New_York")
    asked = {"zone": zone, "jurisdiction": J.US, "lender_country": None, "category": C.COLLECTION_AGENCY}
    conduct = observe(seen(now), history, **asked)
    advice = advise(
        Case(J.US, understanding(C.COLLECTION_AGENCY, signs=["debt_bought"]), Held.RECORDING, True, conduct)
    )
    assert fired(advice) == ["D64"]
    assert ids(advice) == ["S57", "S05", "S53", "S52"]


@pytest.mark.parametrize(("jurisdiction", "category", "held", "repeat"), WALK)
def test_every_kind_of_call_reaches_steps_that_belong_there(jurisdiction, category, held, repeat):
    """Each jurisdiction, category, holding and count gives one to five steps of that country, in every language."""
    advice = advise(Case(jurisdiction, Understanding(category), held, repeat))
    assert 1 <= len(advice.steps) <= 5
    assert advice.rows
    assert (advice.lead is not None) == (category in FINANCIAL)
    assert sum(step.role is Role.COMPLAINT for step in advice.steps) <= 2
    assert len(set(ids(advice))) == len(advice.steps)
    for step in advice.steps:
        countries = {line["country"] for line in step_lines() if line["id"] == step.id}
        assert "" in countries or jurisdiction in countries
        assert all(rule.country == jurisdiction for rule in step.rules)
        assert all(step.words.text(language) and step.quiet.text(language) for language in Language)
        assert (
            "录音" not in step.words.zh
            or held is Held.RECORDING
            or "没有录音" in step.words.zh
            or step.id in {"S13", "S31"}
        )


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.id)
def test_every_row_is_reached(row):
    """For each row of the decision table there is a case that makes it apply."""
    assert any(row.id in fired(advise(case)) for case in reach.cases(row))


def test_complaints_follow_the_lender_and_emergencies_the_subscriber():
    """A mainland bank that threatens someone in Hong Kong: the local emergency number, the mainland's complaint line."""
    known = understanding(C.BANK, organisation=ICBC, signs=["threat_of_harm"])
    assert ids(advise(Case(J.HK, known, Held.RECORDING))) == ["S60", "S05"]
    abroad = understanding(C.BANK, organisation=DAH_SING, signs=["threat_of_harm"])
    assert ids(advise(Case(J.CN, abroad, Held.RECORDING))) == ["S18", "S05", "S82"]


def test_rules_follow_the_lender_named_by_the_agency():
    """An agency for a mainland bank rings someone in Hong Kong: the mainland's row, the mainland's rules."""
    known = understanding(C.COLLECTION_AGENCY, organisation="鸿远", on_behalf_of=ICBC)
    advice = advise(Case(J.HK, known, Held.RECORDING))
    assert fired(advice) == ["D18"]
    assert {rule.country for step in advice.steps for rule in step.rules} == {"CN"}


def test_free_help_follows_the_subscriber():
    """A mainland law firm that calls again: free help is that of the subscriber's own country."""
    known = understanding(C.LAW_FIRM, organisation=ICBC)
    for jurisdiction, help_ in ((J.CN, "S34"), (J.US, "S59"), (J.GB, "S71"), (J.SG, "S94"), (J.HK, "S61")):
        assert help_ in ids(advise(Case(jurisdiction, known, Held.RECORDING, repeat=True)))


def test_fraud_lines_follow_the_subscriber():
    """An impostor who poses as an American firm: each subscriber gets the fraud line of home, or none."""
    known = understanding(C.IMPOSTOR, organisation=MIDLAND)
    lines = {J.CN: "S17", J.HK: "S81", J.US: "S54", J.TW: "S90", J.SG: "S92"}
    for jurisdiction, line in lines.items():
        assert line in ids(advise(Case(jurisdiction, known, Held.RECORDING)))


def test_a_told_situation_is_never_cut_off():
    """Illness, job loss or age bring their step even when five others were chosen."""
    for jurisdiction in (J.CN, J.HK, J.GB):
        case = Case(jurisdiction, understanding(C.BANK), Held.RECORDING, situation=frozenset({Situation.ILLNESS}))
        assert "S33" in ids(advise(case))
        assert len(advise(case).steps) <= 5


def test_a_law_firm_that_threatens_arrest_is_checked_with_the_court():
    """On the mainland a named law firm is no impostor by that alone: the court's line and the firm's licence."""
    known = understanding(C.LAW_FIRM, red_flags=["threatens_arrest"])
    assert fired(advise(Case(J.CN, known, Held.RECORDING))) == ["D25"]


def test_a_number_that_differs_is_no_verdict():
    """A caller whose number is not a published one: do not call back, verify; the rest of the advice stays."""
    known = Understanding(C.BANK, caller_check=NumberCheck.DIFFERS)
    advice = advise(Case(J.CN, known, Held.RECORDING))
    assert fired(advice) == ["D112", "D10"]
    assert ids(advice)[:2] == ["S03", "S02"]


def test_no_text_calls_anything_illegal_or_names_a_paid_agent_as_help():
    """No step or reason says unlawful; quiet words name no debt."""
    words = [line[column] for line in step_lines() for column in ("zh", "en", "zh_quiet", "en_quiet")]
    words += [text for row in rows() for text in (row.why.zh, row.why.en)]
    for text in words:
        assert not any(word in text.lower() for word in ("illegal", "unlawful", "violation", "违法", "非法", "违规"))
    for line in step_lines():
        assert not names_debt(line["zh_quiet"] or line["zh"])
        assert not names_debt(line["en_quiet"] or line["en"])


def test_what_rests_on_memory_is_said_to():
    """Numbers that the research has from memory stand with a doubt or not at all."""
    texts = {line["id"]: (line["zh"], line["en"]) for line in step_lines()}
    for step, number in (("S20", "12368"), ("S90", "165"), ("S92", "1799")):
        assert f"应是{number}" in texts[step][0]
        assert "we believe" in texts[step][1]
    everything = " ".join(text for pair in texts.values() for text in pair)
    assert not any(number in everything for number in ("800-388-2227", "1998", "12363", "159", "60天", "60-day"))


@pytest.mark.parametrize("language", Language)
def test_an_explanation_names_row_findings_and_sources(language):
    """Every row that fired, the findings behind it and a source for every step are said in each language."""
    known = understanding(C.BANK, tactics=["low_ball"])
    advice = advise(Case(J.CN, known, Held.RECORDING))
    lines = explain(advice, language)
    assert any("D48" in line and "tactic:low_ball" in line for line in lines)
    assert all(any(line.startswith(f"{step.id} ") and " <- " in line for line in lines) for step in advice.steps)
    assert all(line.split(" <- ")[1] for line in lines if " <- " in line)


def test_a_rule_from_memory_is_cited_as_unchecked():
    """The limitation rule, known from memory, carries its doubt; a sourced one carries name, date and force."""
    advice = advise(Case(J.CN, understanding(C.COLLECTION_AGENCY), Held.RECORDING))
    text = "\n".join(explain(advice, Language.EN))
    assert "Civil Code art. 195 (law, to be checked)" in text
    assert "2026-01-30 (self-regulation)" in text
