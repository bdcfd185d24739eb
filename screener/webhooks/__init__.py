"""Twilio calls us. Every route here is signed, does one transaction and no slow work, and never speaks of failure."""

from screener.webhooks import texts, voice
from screener.webhooks.signed import webhooks

__all__ = ["texts", "voice", "webhooks"]
