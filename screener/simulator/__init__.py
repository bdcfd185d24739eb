"""A carrier and callers in a box: signs, follows TwiML strictly, keeps the texts."""

from screener.simulator.account import CallRecord, Line, Message, Number, Recording
from screener.simulator.callers import (
    Action,
    Caller,
    Expect,
    Script,
    ScriptedCaller,
    ScriptError,
    load,
    scripts,
)
from screener.simulator.carrier import Carrier
from screener.simulator.faults import Faults
from screener.simulator.twiml_rules import Refused

__all__ = [
    "Action", "CallRecord", "Caller", "Carrier", "Expect", "Faults", "Line", "Message", "Number", "Recording",
    "Refused", "Script", "ScriptError", "ScriptedCaller", "load", "scripts",
]  # fmt: skip
