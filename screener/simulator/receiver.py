"""A stand-in for a subscriber's other channel: takes JSON messages over HTTP and keeps them."""

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


class Receiver:
    """Listens on loopback; `messages` are the texts that arrived."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self._server: BaseWSGIServer = make_server("127.0.0.1", 0, self._take, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """The address for the notification library."""
        return f"json://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _take(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.messages.append(str(json.loads(Request(environ).get_data())["message"]))
        return Response("", 204)(environ, start)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: the demo prints what arrived."""
