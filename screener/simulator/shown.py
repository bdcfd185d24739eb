"""A line of a call as it is printed."""

from screener.simulator.account import Line


def shown(line: Line) -> str:
    """Spoken seconds, who, and the words; keys in square brackets, and a mark on what nobody heard."""
    words = " ".join(f"[{key}]" for key in line.words) if line.keys else line.words
    unheard = "" if line.heard else "   (nobody listens)"
    return f"{line.at:6.1f}  {line.who:9}  {words}{unheard}"
