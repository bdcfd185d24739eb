"""Why this advice: the rows that fired, the findings behind them, and the source of each step, as plain lines."""

from screener.guidance.tables import ADVICE, codes
from screener.guidance.types import Advice, Fired, Step, Words
from screener.model import Language
from screener.sheets import sheet


def explain(advice: Advice, language: Language) -> list[str]:
    """One line for each row, then one for each step with its sources, then one for each count."""
    lines = [_row(fired, language) for fired in advice.rows]
    told = ([advice.lead] if advice.lead else []) + list(advice.steps)
    lines += [_step(step, language) for step in told]
    return lines + [finding.words(language) for finding in advice.conduct]


def _row(fired: Fired, language: Language) -> str:
    ids = ", ".join(fired.because)
    if language is Language.EN:
        shown = "; ".join(dict.fromkeys(words.en for words in fired.shown))
        return f"Row {fired.row}: {fired.why.en}" + (f" <- {shown} ({ids})" if ids else "")
    shown = "；".join(dict.fromkeys(words.zh for words in fired.shown))
    text = f"第{fired.row}行：{fired.why.zh}" + (f" <- {shown}（{ids}）" if ids else "")
    return Words(text, "").text(language)


def source_words(step: Step, language: Language) -> str:
    """What stands behind a step: the seed's advice, codes and dated rules, in one line."""
    cited = [rule.citation(language) for rule in step.rules]
    sources = [text for source in step.sources if (text := _source(source, language))] + cited
    return "; ".join(sources) if language is Language.EN else "；".join(sources)


def _step(step: Step, language: Language) -> str:
    ids = f" ({', '.join(step.sources)})" if step.sources else ""
    return f"{step.id} {step.words.text(language)} <- {source_words(step, language)}{ids}"


def _source(source: str, language: Language) -> str:
    """The seed's advice or a code, in its words; rules are cited apart."""
    advice = {line["id"]: Words(line["zh"], line["en"]) for line in sheet("guidance/advice", ADVICE)}
    code = codes().get(source)
    words = advice.get(source) or (code.words if code else None)
    if not words:
        return ""
    return f"guidance “{words.en}”" if language is Language.EN else Words(f"指引“{words.zh}”", "").text(language)
