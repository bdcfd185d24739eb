"""A call as one plain sentence, as the log shows it; no amounts, nothing harsh, claims as claims."""

from flask_babel import gettext

from screener.model import Category, Disposition
from screener.numbers import display
from screener.store.records import Call
from screener.web.findings import claim
from screener.web.transcript import plain
from screener.web.words import CALLER_KINDS, OPENINGS

NAME_LENGTH = 40  # characters; a name as spoken can be a whole breath


def sentence(call: Call) -> str:
    """Who it says it is, and on whose behalf."""
    if call.ended_at is None:
        return gettext("On the line now.")
    if call.category is None:
        return gettext("Call noted. The details follow in a moment.")
    if call.disposition is Disposition.BUSY:
        return gettext("A call while the line was busy.")
    opening = str(OPENINGS[call.category])
    name, principal = (_name(call, role) for role in ("organisation", "on_behalf_of"))
    if call.category is Category.IMPOSTOR and name:
        return gettext("%(opening)s: it says “%(name)s”.", opening=opening, name=name)
    if name and principal and name != principal:
        return gettext(
            "%(opening)s, “%(name)s”; says it acts for %(principal)s.", opening=opening, name=name, principal=principal
        )
    if principal:
        return gettext("%(opening)s; says it acts for %(principal)s.", opening=opening, principal=principal)
    if name:
        return gettext("%(opening)s, “%(name)s”.", opening=opening, name=name)
    return gettext("%(opening)s.", opening=opening)


def _name(call: Call, role: str) -> str:
    claimed = claim(call, role)
    if claimed is None:
        return ""
    name = plain(claimed.name)
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"


def number(call: Call) -> str:
    """The calling number for people to read, or why there is none."""
    return display(call.caller) if call.caller else str(CALLER_KINDS[call.caller_kind])
