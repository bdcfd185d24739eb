"""A server, its worker and its carrier in one process, to which real things can be done to the database."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from screener import create_app, worker
from screener.settings import Settings
from screener.simulator import Carrier, Script, ScriptedCaller
from screener.simulator.account import Line
from screener.simulator.callers import Action
from screener.simulator.premises import RESIDENTS, add_number, free_port
from screener.store import Store, beats, calls, open_store, recordings, subscribers, talks
from screener.store.records import Call, Recording, Turn
from tests.signer import ACCOUNT, TOKEN

OWNER = RESIDENTS["hk"]
CALLER = "+85260000001"
MOMENT = 0.5  # seconds
STATEMENT = "你好，我是大新银行信用卡中心的李强，" + "请回电二八二八八零零一。" * 150


class _Quiet(WSGIRequestHandler):
    def log(self, *args: object, **kwargs: object) -> None:
        pass


class Shop:
    """What is open, and what a test looks at."""

    def __init__(self, settings: Settings, carrier: Carrier) -> None:
        port = free_port()
        self.carrier = carrier
        self.settings = replace(
            settings, public_url=f"http://127.0.0.1:{port}", api_base_url=carrier.url, send_grace_seconds=1
        )
        self.app = create_app(self.settings)
        self.stores: list[Store] = [self.app.extensions["screener"].store, open_store(settings.database_url)]
        self._web = make_server("127.0.0.1", port, self.app, threaded=True, request_handler=_Quiet)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._web.serve_forever, args=(0.02,)),
            threading.Thread(target=worker.run, args=(self.stores[1], self.settings, "0", self._stopping)),
        ]

    def open(self) -> "Shop":
        with self.stores[0].write() as tx:
            subscribers.add(tx, asdict(OWNER))
        add_number(self.carrier, OWNER.twilio_number, self.settings.public_url)
        for one in self._threads:
            one.start()
        while not self.beats():
            time.sleep(0.05)
        return self

    def beats(self) -> bool:
        with self.stores[0].read() as tx:
            return beats.youngest(tx) is not None

    def close(self) -> None:
        self._web.shutdown()
        self._stopping.set()
        for one in self._threads:
            one.join()
        self._web.server_close()
        for store in self.stores:
            store.engine.dispose()

    def place(self, caller: "Customer") -> Any:
        return self.carrier.place(CALLER, OWNER.twilio_number, caller, on_line=caller.hears)

    def call(self, sid: str) -> tuple[Call | None, list[Turn], list[Recording]]:
        with self.stores[0].read() as tx:
            found = calls.find(tx, sid)
            return (
                found,
                talks.turns(tx, found) if found else [],
                recordings.of_call(tx, found.id) if found else [],
            )

    def texts(self) -> list[Any]:
        return self.carrier.texts_to(OWNER.phone)


@contextmanager
def a_shop(settings: Settings) -> Iterator[Shop]:
    with Carrier(ACCOUNT, TOKEN) as carrier:
        shop = Shop(settings, carrier)
        try:
            yield shop.open()
        finally:
            shop.close()


class Customer(ScriptedCaller):
    """Agrees, speaks, says it once more after an apology, hangs up. Trouble begins before the words arrive and is over
    once an apology was heard; it begins again before the end is told, and then lasts for a moment.

    `trouble` begins it and gives what ends it.
    """

    def __init__(self, trouble: Callable[[], Callable[[], object]]) -> None:
        said = Action("say", STATEMENT)
        actions = (Action("press", "1"), said, said, Action("hang_up"))
        super().__init__(Script("customer", "", "zh", CALLER, "hk", actions))
        self._trouble = trouble
        self._end: Callable[[], object] | None = None
        self.apologies = 0

    def answer(self, words: str) -> Action:
        if self.done == 1:
            self._end = self._trouble()
        elif self.done == 3:
            self.last = threading.Timer(MOMENT, self._trouble())
            self.last.start()
        return super().answer(words)

    def hears(self, line: Line) -> None:
        if self._end and "抱歉，请稍等" in line.words:
            self.apologies += 1
            self._end()
            self._end = None
