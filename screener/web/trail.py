"""The custody trail in words: who did what with a call, and what exactly was taken out, corrected or deleted."""

from flask_babel import gettext
from flask_babel import lazy_gettext as later

from screener.letters import kinds
from screener.store.records import Deed
from screener.web.language import language

LETTER = "letter "  # what an export's detail begins with, before the letter's kind

DOERS: dict[str, object] = {
    "subscriber": later("by you"),
    "operator": later("by the operator"),
    "retention": later("by its age"),
}
DEEDS: dict[str, object] = {
    "listened": later("Recording listened to"),
    "corrected": later("Label corrected"),
    "deleted": later("Something deleted"),
    "exported": later("Exported"),
    "added": later("File added"),
}
# Where the detail says more than the deed alone.
DETAILED: dict[tuple[str, str], object] = {
    ("corrected", "category"): later("Kind of caller corrected"),
    ("corrected", "organisation"): later("Organisation corrected"),
    ("corrected", "category, organisation"): later("Kind of caller and organisation corrected"),
    ("deleted", "sound"): later("Recording deleted"),
    ("deleted", "words"): later("Words deleted"),
    ("deleted", "all"): later("Everything deleted"),
    ("deleted", "file"): later("File deleted"),
    ("exported", "bag"): later("Exported as an evidence bag"),
    ("exported", "table"): later("Exported as a table (CSV)"),
}


def deed_told(deed: Deed) -> str:
    """One deed with who did it."""
    kind = kinds().get(deed.detail.removeprefix(LETTER)) if deed.detail.startswith(LETTER) else None
    if deed.deed == "exported" and kind:
        what = gettext("Exported as a letter: %(name)s", name=kind.name(language()))
    else:
        what = str(DETAILED.get((deed.deed, deed.detail)) or DEEDS.get(deed.deed, deed.deed))
    return gettext("%(what)s, %(who)s", what=what, who=DOERS.get(deed.who, deed.who))
