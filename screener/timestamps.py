"""Time-stamps by a third party (RFC 3161): asked for over HTTP, checked against the roots that the operator trusts."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import requests
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

PATIENCE = (5, 20)  # seconds to connect and to answer
MOST_BYTES = 64 * 1024  # of an answer; a token with its certificates takes five

Roots = tuple[x509.Certificate, ...]


class StampError(Exception):
    """There is no token, or it does not prove what it should; the text says why."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """When the data was there, says whose certificate."""

    at: datetime
    signer: str


def read_roots(path: str | Path) -> Roots:
    """The certificates of a PEM file, none where no path is set. StampError when it holds none."""
    if not str(path):
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(Path(path).read_bytes()))
    except (OSError, ValueError) as problem:
        raise StampError(f"{path} holds no certificate in PEM form") from problem


def ask(url: str, data: bytes, roots: Roots) -> bytes:
    """Have a digest of the data time-stamped; the token as it came, once it is checked. The data stays here."""
    request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    headers = {"Content-Type": "application/timestamp-query"}
    try:
        with requests.post(
            url, data=request.as_bytes(), headers=headers, timeout=PATIENCE, stream=True, allow_redirects=False
        ) as answer:
            if answer.status_code != 200:
                raise StampError(f"the time-stamp service answered {answer.status_code}")
            token = answer.raw.read(MOST_BYTES + 1, decode_content=True)
    except requests.RequestException as problem:
        raise StampError(f"the time-stamp service could not be asked ({type(problem).__name__})") from None
    if len(token) > MOST_BYTES:
        raise StampError("the time-stamp service answered too much")
    check(token, data, roots, nonce=request.nonce)
    return bytes(token)


def check(token: bytes, data: bytes, roots: Roots, *, nonce: int | None = None) -> Stamped:
    """What a token proves of the data. StampError when it does not, or when no trusted root leads to its signer."""
    decoded = decoded_of(token)
    builder = VerifierBuilder(roots=list(roots), nonce=nonce)
    try:
        builder.build().verify_message(decoded, data)
        info = decoded_of(token)  # the library takes things out of what it checks
        signers = info.signed_data.signer_infos
        return Stamped(info.tst_info.gen_time, signers.pop().issuer.rfc4514_string())
    except (VerificationError, ValueError) as problem:
        raise StampError(f"its token does not hold: {problem}") from problem


def decoded_of(token: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(token)
    except ValueError as problem:
        raise StampError("its token cannot be read") from problem
