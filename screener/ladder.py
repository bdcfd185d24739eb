"""The delivery ladder: after a text could not be delivered, what is tried next, and why, in plain words."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from screener.guidance import Words
from screener.policy import ERRORS, Policy
from screener.sheets import sheet
from screener.summary import Style


class Then(StrEnum):
    """What an error code leaves open."""

    QUIETER = "quieter"  # this text was stopped; a plainer one may pass
    ELSEWHERE = "elsewhere"  # no text reaches this phone
    OPTED_OUT = "opted_out"  # no text may be sent until the subscriber asks for them again


@dataclass(frozen=True, slots=True)
class Failure:
    then: Then
    words: Words


@dataclass(frozen=True, slots=True)
class Rung:
    """The next attempt: a text in a style, or a channel by its name; neither when nothing is left."""

    why: Words
    style: Style | None = None
    channel: str | None = None

    @property
    def ends(self) -> bool:
        return self.style is None and self.channel is None


def first_rung(policy: Policy, style: Style, channels: Sequence[str], *, opted_out: bool = False) -> Rung:
    """Where a call's notice starts: a text in the chosen style, or a channel where texts seldom arrive."""
    if opted_out:
        return _elsewhere(failure(21610).words, channels)
    if policy.channels_first and channels:
        return Rung(Words(policy.zh, policy.en), channel=channels[0])
    return Rung(Words("按设置发短信", "A text, as set"), style=style)


def next_rung(policy: Policy, error: int | None, styles: Sequence[Style], channels: Sequence[str]) -> Rung:
    """The rung after a terminal failure. `styles` and `channels` are those not tried yet, in order; `error` is the
    carrier's code. After a channel has failed, `styles` is still open where the country puts channels first."""
    failed = failure(error)
    if policy.channels_first and channels:
        return Rung(failed.words, channel=channels[0])
    if failed.then is Then.QUIETER and styles:
        return Rung(failed.words, style=styles[0])
    return _elsewhere(failed.words, channels)


@functools.cache
def failures() -> dict[int, Failure]:
    return {
        int(line["code"]): Failure(Then(line["then"]), Words(line["zh"], line["en"]))
        for line in sheet("policies/errors", ERRORS)
    }


def failure(error: int | None) -> Failure:
    """What the code means to us; a code that is not listed, or none, leaves a plainer text open."""
    unknown = Words(f"没有送达（代码{error or '无'}）", f"It was not delivered (code {error or 'none'})")
    return failures().get(error or 0, Failure(Then.QUIETER, unknown))


def _elsewhere(why: Words, channels: Sequence[str]) -> Rung:
    if channels:
        return Rung(why, channel=channels[0])
    return Rung(Words(f"{why.zh}；没有其他渠道，请看来电记录", f"{why.en}; no other channel is set, see the call log"))
