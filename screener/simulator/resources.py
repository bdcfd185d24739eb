"""Things as the REST API writes them: numbers as strings, RFC 2822 dates, null for the not yet known."""

from typing import Any

from screener.simulator.account import Account, CallRecord, Message, Number, Recording
from screener.simulator.exchange import API_VERSION, rfc_2822
from screener.simulator.recorder import SOURCE
from screener.simulator.segments import segments

Json = dict[str, Any]


def path(account: Account, tail: str) -> str:
    return f"/{API_VERSION}/Accounts/{account.sid}/{tail}"


def message_json(account: Account, message: Message) -> Json:
    inbound = message.direction == "inbound"
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": rfc_2822(message.created),
        "date_sent": rfc_2822(message.sent),
        "date_updated": rfc_2822(message.sent or message.created),
        "direction": message.direction,
        "error_code": message.error,
        "error_message": f"Error {message.error}" if message.error else None,
        "from": message.from_,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(message.body)),
        "price": None if inbound or not message.sent else "-0.00790",
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": path(account, f"Messages/{message.sid}/Media.json")},
        "to": message.to,
        "uri": path(account, f"Messages/{message.sid}.json"),
    }


def call_json(account: Account, call: CallRecord) -> Json:
    return {
        "account_sid": account.sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc_2822(call.started),
        "date_updated": rfc_2822(call.ended or call.started),
        "direction": "inbound",
        "duration": str(round(call.seconds)) if call.over else None,
        "end_time": rfc_2822(call.ended),
        "forwarded_from": None,
        "from": call.from_,
        "parent_call_sid": None,
        "price": None,
        "price_unit": "USD",
        "sid": call.sid,
        "start_time": rfc_2822(call.started),
        "status": call.status,
        "subresource_uris": {"recordings": path(account, f"Calls/{call.sid}/Recordings.json")},
        "to": call.to,
        "uri": path(account, f"Calls/{call.sid}.json"),
    }


def recording_json(account: Account, recording: Recording) -> Json:
    done = recording.status == "completed"
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "call_sid": recording.call_sid,
        "channels": recording.channels,
        "conference_sid": None,
        "date_created": rfc_2822(recording.created),
        "date_updated": rfc_2822(recording.created),
        "duration": str(max(1, round(recording.length))) if done else "-1",
        "encryption_details": None,
        "error_code": None,
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": SOURCE,
        "start_time": rfc_2822(recording.created),
        "status": recording.status,
        "subresource_uris": {},
        "track": recording.track,
        "uri": path(account, f"Recordings/{recording.sid}.json"),
    }


def number_json(account: Account, number: Number) -> Json:
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "capabilities": {"fax": False, "mms": False, "sms": True, "voice": True},
        "friendly_name": number.phone,
        "phone_number": number.phone,
        "sid": number.sid,
        "sms_method": "POST",
        "sms_url": number.message_url,
        "status": "in-use",
        "status_callback": number.status_url,
        "status_callback_method": "POST",
        "uri": path(account, f"IncomingPhoneNumbers/{number.sid}.json"),
        "voice_caller_id_lookup": False,
        "voice_fallback_method": "POST",
        "voice_fallback_url": number.fallback_url,
        "voice_method": "POST",
        "voice_url": number.voice_url,
    }


def account_json(account: Account) -> Json:
    return {
        "date_created": None,
        "friendly_name": "Simulated account",
        "sid": account.sid,
        "status": "active",
        "type": "Full",
        "uri": f"/{API_VERSION}/Accounts/{account.sid}.json",
    }


def page(key: str, rows: list[Json], *, uri: str, number: int, size: int) -> Json:
    """One page of a list; `uri` is the list's own, with its filters and without its place."""
    start = number * size
    joint = "&" if "?" in uri else "?"
    where = f"{uri}{joint}PageSize={size}&Page="
    return {
        key: rows[start : start + size],
        "end": max(start, min(start + size, len(rows)) - 1),
        "first_page_uri": f"{where}0",
        "next_page_uri": f"{where}{number + 1}" if start + size < len(rows) else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": f"{where}{number - 1}" if number else None,
        "start": start,
        "uri": f"{where}{number}",
    }
