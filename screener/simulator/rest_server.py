"""The REST side on a real socket: passwords, faults, and connections that break off on purpose."""

import base64
import binascii
import hmac
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qsl, unquote, urlsplit

from screener.simulator.api import ApiError, Ask, Reply
from screener.simulator.exchange import Exchange
from screener.simulator.rest import Rest

HOST = "127.0.0.1"
LARGEST = 1_000_000  # bytes of one request's body


class RestServer:
    """Listens on loopback. `url` is the API's base address."""

    def __init__(self, rest: Rest, exchange: Exchange, port: int = 0) -> None:
        self._server = _Server((HOST, port), _Handler)
        self._server.rest = rest
        self._server.exchange = exchange
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="carrier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    rest: Rest
    exchange: Exchange

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away in the middle are nobody's trouble here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """No log: requests carry phone numbers."""

    def _answer(self) -> None:
        server = cast(_Server, self.server)
        ask = self._ask()
        refusal = self._stranger(server) or _fault(server.exchange, ask)
        if refusal == "break":
            self._break_off()
            return
        reply = refusal.reply() if isinstance(refusal, ApiError) else server.rest.answer(ask)
        if ask.sends and reply.status == 201:
            faults, dice = server.exchange.faults, server.exchange.dice
            if dice.chance(faults.lost_answer):
                self._break_off()
                return
            if dice.chance(faults.error_after):
                reply = ApiError(500, 20500, "An internal server error has occurred").reply()
        self._write(reply)

    def _ask(self) -> Ask:
        parts = urlsplit(self.path)
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST)
        form = self.rfile.read(length).decode("utf-8", "replace")
        fields = dict(parse_qsl(f"{parts.query}&{form}", keep_blank_values=True))
        return Ask(self.command, unquote(parts.path), fields)

    def _stranger(self, server: _Server) -> ApiError | None:
        account = server.rest.account
        kind, _, given = (self.headers.get("Authorization") or "").partition(" ")
        try:
            shown = base64.b64decode(given, validate=True)
        except binascii.Error:
            shown = b""
        if kind == "Basic" and hmac.compare_digest(shown, f"{account.sid}:{account.auth_token}".encode()):
            return None
        return ApiError(401, 20003, "Authenticate")

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _break_off(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _fault(exchange: Exchange, ask: Ask) -> ApiError | str | None:
    """What goes wrong before anything is accepted: an error, "break" for a lost connection, or nothing."""
    faults, dice = exchange.faults, exchange.dice
    if ask.sends and dice.chance(faults.lost_before):
        return "break"
    if dice.chance(faults.too_many):
        return ApiError(429, 20429, "Too Many Requests")
    if dice.chance(faults.server_error):
        return ApiError(503, 20503, "Service Unavailable")
    return None
