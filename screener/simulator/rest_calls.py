"""REST: calls, which can be looked up, hung up and erased, never placed."""

from screener.simulator import resources
from screener.simulator.account import Account, CallRecord
from screener.simulator.api import ApiError, Ask, Reply, Routes, answer_json, not_found, page_of


class Calls:
    def __init__(self, account: Account) -> None:
        self.account = account
        self.routes: Routes = {
            "Calls": {"GET": self.list_calls, "POST": self.no_dialling},
            r"Calls/(\w+)": {"GET": self.fetch_call, "POST": self.change_call, "DELETE": self.erase_call},
        }

    def list_calls(self, ask: Ask) -> Reply:
        held = [call for call in list(self.account.calls.values()) if not call.erased]
        if ask.fields.get("Status"):
            held = [call for call in held if call.status == ask.fields["Status"]]
        return page_of(
            self.account,
            ask,
            held,
            key="calls",
            write=resources.call_json,
            dated=("StartTime", lambda c: c.started),
        )

    def fetch_call(self, ask: Ask, sid: str) -> Reply:
        return answer_json(resources.call_json(self.account, self._call(ask, sid)))

    def change_call(self, ask: Ask, sid: str) -> Reply:
        """Only hanging up; a call that is over answers 21220."""
        call = self._call(ask, sid)
        if ask.fields.get("Status") != "completed":
            raise ApiError(400, 20001, "only Status=completed is imitated here")
        with self.account.lock:
            if call.over:
                raise ApiError(400, 21220, "Call is not in-progress. Cannot redirect.")
            call.end_asked = True
        return answer_json(resources.call_json(self.account, call))

    def erase_call(self, ask: Ask, sid: str) -> Reply:
        call = self._call(ask, sid)
        if not call.over:
            raise ApiError(409, 20009, "Cannot delete call because it is not completed")
        call.erased = True
        return Reply(204)

    def no_dialling(self, _ask: Ask) -> Reply:
        raise ApiError(400, 20001, "this account places no calls")

    def _call(self, ask: Ask, sid: str) -> CallRecord:
        call = self.account.calls.get(sid)
        if call is None or call.erased:
            raise not_found(ask.path)
        return call
