"""Reads a reply strictly: what the carrier would refuse or warn about is an error that says why."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass

from screener.simulator.twiml_rules import (
    FINAL,
    NOT_IMITATED,
    RULES,
    VOICE_VERBS,
    Refused,
    check_attributes,
    check_gather,
    check_recording,
    check_say,
)

LARGEST = 64 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Verb:
    """One instruction, its attributes, its text and the verbs inside it."""

    name: str
    attributes: Mapping[str, str]
    text: str = ""
    inside: tuple["Verb", ...] = ()


def read_voice(status: int, content_type: str, body: bytes) -> tuple[Verb, ...]:
    """The verbs of a voice reply in order; Refused says which error code the carrier would raise and why."""
    root = _root(status, content_type, body)
    verbs = tuple(_verb(element, VOICE_VERBS, "Response") for element in root)
    for verb in verbs[:-1]:
        if verb.name in FINAL:
            raise Refused(12200, f"nothing after <{verb.name}> is ever reached")
    if len(verbs) > 1 and verbs[-1].name == "Reject":
        raise Refused(12200, "<Reject> must be the only verb: anything before it answers the call")
    return verbs


def read_message(status: int, content_type: str, body: bytes) -> tuple[str, ...]:
    """The bodies of the messages that a reply to an inbound text asks for; usually none."""
    if status == 204:
        return ()
    root = _root(status, content_type, body)
    bodies = []
    for element in root:
        if element.tag != "Message" or element.attrib:
            raise Refused(12200, f"a reply to a text may hold plain <Message> only, not <{element.tag}>")
        children = list(element)
        if any(child.tag != "Body" or child.attrib or len(child) for child in children) or len(children) > 1:
            raise Refused(12200, "<Message> may hold one <Body> only")
        text = (children[0].text if children else element.text) or ""
        if not text.strip():
            raise Refused(14103, "<Message> is empty")
        bodies.append(text.strip())
    return tuple(bodies)


def _root(status: int, content_type: str, body: bytes) -> ET.Element:
    if not 200 <= status < 300:
        raise Refused(11200, f"the server answered {status}")
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() not in ("text/xml", "application/xml"):
        raise Refused(12300, f"content type {content_type!r}; a reply is text/xml")
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
        raise Refused(12300, f"content type {content_type!r}; a reply is UTF-8")
    if len(body) > LARGEST:
        raise Refused(11750, f"the reply has {len(body)} bytes; more than {LARGEST} are cut off")
    if not body.startswith(b"<"):
        raise Refused(12100, "the reply does not begin with '<': an empty body or a leading blank")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise Refused(12100, "the reply declares a document type")
    try:
        root = ET.fromstring(body)  # noqa: S314 - document types, and with them entities, are refused above
    except ET.ParseError as problem:
        raise Refused(12100, f"the reply is not well-formed: {problem}") from problem
    if root.tag != "Response" or root.attrib:
        raise Refused(12100, f"the reply's root is <{root.tag}>, not a bare <Response>")
    _no_stray_text(root)
    return root


def _no_stray_text(element: ET.Element) -> None:
    stray = [element.text, *(child.tail for child in element)]
    if any(text and text.strip() for text in stray):
        raise Refused(12100, f"words stand loose inside <{element.tag}>; only <Say> is spoken")


def _verb(element: ET.Element, allowed: frozenset[str], parent: str) -> Verb:
    name = element.tag
    if name in NOT_IMITATED:
        raise Refused(12200, f"<{name}> is known to the carrier but not imitated here")
    if name not in allowed:
        raise Refused(12200, f"<{name}> is not a verb that <{parent}> may hold")
    check_attributes(name, element.attrib)
    rule = RULES[name]
    if not rule.text:
        _no_stray_text(element)
    elif len(element):
        raise Refused(12200, f"<{name}> may hold words only")
    text = (element.text or "").strip() if rule.text else ""
    inside = tuple(_verb(child, rule.inside, name) for child in element)
    verb = Verb(name, dict(element.attrib), text, inside)
    _whole(verb, parent)
    return verb


def _whole(verb: Verb, parent: str) -> None:
    """What can only be judged with the whole verb in view."""
    match verb.name:
        case "Say":
            check_say(verb.attributes, verb.text)
        case "Gather":
            check_gather(verb.attributes)
        case "Recording":
            check_recording(parent, verb.attributes)
        case "Redirect" if not verb.text:
            raise Refused(12100, "<Redirect> names no address")
        case "Start" | "Stop" if len(verb.inside) != 1:
            raise Refused(12200, f"<{verb.name}> must hold exactly one <Recording>")
        case _:
            pass
