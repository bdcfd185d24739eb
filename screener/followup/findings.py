"""Findings and advice as they are stored with a call: plain JSON for the pages, in every language."""

import json
from typing import Any

from screener.conduct import ConductFinding, rules
from screener.guidance import Advice, source_words
from screener.model import Claim, Finding, Language, Span, Understanding


def findings_json(understanding: Understanding, conduct: tuple[ConductFinding, ...], numbers: list[int]) -> str:
    """Everything noticed. `numbers[i]` is the number of the turn whose words were the i-th understood."""

    def spans(found: tuple[Span, ...]) -> list[list[int]]:
        return [[numbers[span.turn], span.start, span.end] for span in found]

    def finding(found: Finding) -> dict[str, Any]:
        return {"value": found.value, "spans": spans(found.spans)}

    def claim(made: Claim | None) -> dict[str, Any] | None:
        if made is None:
            return None
        known = made.organisation
        names = {language.value: known.name(language) if known else made.spoken for language in Language}
        identity = {"key": made.key, "id": known.id if known else None, "spoken": made.spoken}
        return {**identity, "names": names, "spans": spans(made.spans)}

    u = understanding
    details = {name: getattr(u, name) for name in ("agent_name", "staff_id", "callback_number")}
    amount = None if u.amount is None else {"value": str(u.amount), "spans": spans(u.amount_spans)}
    stored = {
        "category": {"value": u.category, "spans": spans(u.category_spans)},
        "organisation": claim(u.organisation),
        "on_behalf_of": claim(u.on_behalf_of),
        **{kind: [finding(one) for one in getattr(u, kind)] for kind in ("tactics", "red_flags", "signs")},
        **{name: finding(one) if one else None for name, one in details.items()},
        "amount": amount,
        "caller_check": u.caller_check,
        "callback_check": u.callback_check,
        "conduct": [_conduct(one) for one in conduct],
    }
    return json.dumps(stored, ensure_ascii=False)


def _conduct(found: ConductFinding) -> dict[str, Any]:
    rule = rules()[found.rule]
    words = {language.value: found.words(language) for language in Language}
    citation = {language.value: rule.citation(language) for language in Language}
    return {"rule": found.rule, "kind": found.kind, "over": found.over, "words": words, "citation": citation}


def advice_json(advice: Advice) -> str:
    """The rows that fired and the next steps, each with its source."""
    steps = ([advice.lead] if advice.lead else []) + list(advice.steps)
    stored = {
        "rows": [
            {
                "id": fired.row,
                "layer": fired.layer,
                "why": {language.value: fired.why.text(language) for language in Language},
                "because": list(fired.because),
            }
            for fired in advice.rows
        ],
        "steps": [
            {
                "id": step.id,
                "text": {language.value: step.words.text(language) for language in Language},
                "source": {language.value: source_words(step, language) for language in Language},
            }
            for step in steps
        ],
    }
    return json.dumps(stored, ensure_ascii=False)
