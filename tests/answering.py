"""A small server for the simulator's tests: answers each path as prepared and keeps what it was told."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.serving import WSGIRequestHandler, make_server

PUBLIC = "https://screener.example"
SAY = '<Say voice="Polly.Joanna-Neural" language="en-US">{}</Say>'


def twiml(*verbs: str) -> bytes:
    return f"<?xml version='1.0' encoding='UTF-8'?><Response>{''.join(verbs)}</Response>".encode()


def say(words: str) -> str:
    return SAY.format(words)


@dataclass
class Told:
    """One request as it arrived."""

    path: str
    query: str
    fields: dict[str, str]
    headers: dict[str, str]


class _Quiet(WSGIRequestHandler):
    def log(self, *args: object, **kwargs: object) -> None:
        pass


@dataclass
class Server:
    """`answers` maps a path to a body, to a status, or to a function of the request that gives either."""

    answers: dict[str, Any] = field(default_factory=dict)
    content_type: str = "text/xml; charset=utf-8"
    told: list[Told] = field(default_factory=list)

    def __enter__(self) -> "Server":
        self._server = make_server("127.0.0.1", 0, self._app, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def to(self, path: str) -> list[dict[str, str]]:
        """The fields of every request to one path, in order of arrival."""
        return [t.fields for t in self.told if t.path == path]

    def _app(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        headers = {k[5:]: v for k, v in environ.items() if k.startswith("HTTP_")}
        told = Told(environ["PATH_INFO"], environ["QUERY_STRING"], fields, headers)
        self.told.append(told)
        answer = self.answers.get(told.path, 204)
        answer = answer(told) if callable(answer) else answer
        status, content = (answer, b"") if isinstance(answer, int) else (200, answer)
        start(f"{status} X", [("Content-Type", self.content_type), ("Content-Length", str(len(content)))])
        return [content]
