"""What every part of the carrier shares: the account, the way to the server, time, and the faults to come."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from screener.simulator.account import Account
from screener.simulator.callbacks import Later
from screener.simulator.faults import Dice, Faults
from screener.simulator.twiml_rules import Refused
from screener.simulator.webhook import Webhooks

API_VERSION = "2010-04-01"


def rfc_2822(moment: datetime | None) -> str | None:
    """A time as this API writes it, or None where there is none yet."""
    return format_datetime(moment) if moment else None


class Exchange:
    """One account at work. `problems` collects what the server did wrong outside of a call."""

    def __init__(self, account: Account, webhooks: Webhooks, faults: Faults) -> None:
        self.account = account
        self.webhooks = webhooks
        self.faults = faults
        self.dice = Dice(faults.seed)
        self.later = Later()
        self.problems: list[str] = []

    def callback(self, url: str, fields: Mapping[str, str], after: float = 0.0, *, voice: bool = True) -> None:
        """Tell the server something, `after` seconds from now; late, twice or never if the faults say so."""
        if not url or self.dice.chance(self.faults.callback_lost):
            return
        if self.dice.chance(self.faults.callback_late):
            after += self.dice.between(0, self.faults.lateness)
        for copy in range(2 if self.dice.chance(self.faults.callback_repeated) else 1):
            self.later.do(after + copy * self.faults.step, lambda: self._tell(url, dict(fields), voice))

    def _tell(self, url: str, fields: Mapping[str, str], voice: bool) -> None:
        try:
            answer = self.webhooks.post(url, fields, voice=voice)
            if not 200 <= answer.status < 300:
                raise Refused(11200, f"{url} answered {answer.status}")
        except Refused as refusal:
            self.problems.append(str(refusal))
