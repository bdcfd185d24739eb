"""What a failure at the carrier means for the thing that was asked, in our words."""

import contextlib
from collections.abc import Iterator

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

# The account's trouble, not the message's: a bad token, or an account that is suspended until it is paid for.
ACCOUNT_TROUBLE = frozenset({10001, 20003, 20005, 20429})


class TelephonyError(Exception):
    """The carrier did not do what was asked. The text names no number and repeats no words."""


class NotSent(TelephonyError):
    """It certainly never reached the carrier, or was turned away to be tried again later."""


class Refused(TelephonyError):
    """The carrier said no for good; `code` is its error code."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"the carrier refused it (error {code})")
        self.code = code


class Uncertain(TelephonyError):
    """It may or may not have been done."""


class NotReady(TelephonyError):
    """The thing exists but cannot be fetched yet."""


class Gone(TelephonyError):
    """The carrier does not have it."""


@contextlib.contextmanager
def meaning() -> Iterator[None]:
    """The carrier's and the network's errors, in our words. Their own texts hold numbers and are dropped."""
    try:
        yield
    except TwilioRestException as problem:
        raise _of_status(problem.status, problem.code) from None
    except requests.exceptions.ConnectTimeout:
        raise NotSent("the carrier could not be reached in time") from None
    except requests.exceptions.ConnectionError as problem:
        if _never_connected(problem):
            raise NotSent("the carrier could not be reached") from None
        raise Uncertain("the connection to the carrier broke") from None
    except requests.exceptions.RequestException:
        raise Uncertain("the carrier did not answer in time") from None
    except (ValueError, KeyError, TypeError):  # how the SDK meets a page that is no answer of its API
        raise Uncertain("the carrier answered something unreadable") from None
    except TwilioException as problem:
        status = getattr(problem, "status", None)
        raise _of_status(status, getattr(problem, "code", None)) from None


def _of_status(status: int | None, code: int | None) -> TelephonyError:
    """401, 408 and 429 were turned away before anything was done; 5xx and the unreadable may have been."""
    if status == 404:
        return Gone("the carrier does not know it")
    if status in (401, 408, 429) or code in ACCOUNT_TROUBLE:
        return NotSent("the carrier asks to wait")
    if status is not None and 400 <= status < 500:
        return Refused(code)
    return Uncertain(f"the carrier answered {status or 'something unreadable'}")


def _never_connected(problem: requests.exceptions.ConnectionError) -> bool:
    """Whether the connection was refused or the name unknown, so that nothing can have been received."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    return type(reason).__name__ in {"NewConnectionError", "ConnectTimeoutError", "NameResolutionError"}
