"""A call as verifiable evidence: what is committed to, by which digests, and how the commitments hang together."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

__all__ = ["GENESIS", "Entry", "Kind", "Part", "canonical", "commitment", "link", "part_digest", "time_text"]

GENESIS = "0" * 64  # what the first entry of a chain follows


class Kind(StrEnum):
    """What an entry of the chain commits to."""

    CALL = "call"  # the call as it ended, with every turn
    FINDINGS = "findings"  # what is known of the call; a later entry takes the place of an earlier one
    RECORDING = "recording"
    DELIVERY = "delivery"
    CUSTODY = "custody"
    ATTACHMENT = "attachment"  # a file that the subscriber added
    TOMBSTONE = "tombstone"  # names the entries whose content was deleted


@dataclass(frozen=True, slots=True)
class Part:
    """One named piece of what an entry commits to, such as `turn 3`."""

    name: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a chain. `digest` is its commitment; `detail` is open text that says what a tombstone covers."""

    position: int  # from 1
    kind: str
    at: datetime
    digest: str
    detail: str = ""


def time_text(at: datetime) -> str:
    """A time as it is committed to: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def canonical(content: Mapping[str, object]) -> bytes:
    """The one way in which content is written before it is digested: JSON, sorted names, UTF-8, no spare spaces."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", "surrogatepass")


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return time_text(value)
    raise TypeError(f"{type(value).__name__} cannot be committed to")


def part_digest(salt: str, part: Part) -> str:
    """SHA-256 over salt, name and content. Without the salt a plain digest of a phone number could be guessed."""
    return hashlib.sha256(b"\n".join((salt.encode(), part.name.encode(), canonical(part.content)))).hexdigest()


def commitment(digests: Sequence[str]) -> str:
    """One digest for all parts, in their order."""
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def link(chain: str, previous: str, entry: Entry) -> str:
    """The hash of an entry, which holds the hash of the one before it. `chain` is the chain's own random name."""
    lines = (chain, str(entry.position), entry.kind, time_text(entry.at), entry.digest, entry.detail, previous)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sealed:
    """An entry together with what it commits to, the salt that opens it, and its hash in the chain."""

    entry: Entry
    hash: str
    salt: str
    parts: tuple[Part, ...]

    @property
    def holds(self) -> bool:
        """Whether the content is what the entry commits to."""
        return commitment([part_digest(self.salt, part) for part in self.parts]) == self.entry.digest


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything that is kept of one call: what is sealed, and the parts that are not sealed yet."""

    sid: str
    sealed: tuple[Sealed, ...]
    loose: tuple[tuple[Kind, Part], ...]

    def parts(self, kind: Kind) -> list[Part]:
        """The parts of a kind; of what was sealed more than once, the latest."""
        found = [list(one.parts) for one in self.sealed if one.entry.kind == kind]
        loose = [part for of, part in self.loose if of == kind]
        if kind is Kind.FINDINGS:
            found = found[-1:]
        return [part for parts in found for part in parts] + loose

    def content(self, kind: Kind) -> Mapping[str, object]:
        """What the first part of a kind says; nothing when there is none."""
        return next((part.content for part in self.parts(kind)), {})

    def turns(self) -> list[Mapping[str, object]]:
        return [part.content for part in self.parts(Kind.CALL) if part.name.startswith("turn ")]
