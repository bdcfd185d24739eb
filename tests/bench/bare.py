"""The baseline: a Flask route that checks the signature and returns static TwiML, nothing else."""

import os

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator

REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello</Say><Hangup /></Response>'


def create_app() -> Flask:
    app = Flask("bare")
    validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    base = os.environ["SCREENER_PUBLIC_URL"]

    def answer(number: int = 0) -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(base + request.path, request.form, signature):
            abort(403)
        return Response(REPLY, mimetype="text/xml")

    app.add_url_rule("/voice/incoming", view_func=answer, methods=["POST"])
    app.add_url_rule("/voice/turn/<int:number>", view_func=answer, methods=["POST"])
    app.add_url_rule("/voice/ended", view_func=answer, methods=["POST"])
    return app
