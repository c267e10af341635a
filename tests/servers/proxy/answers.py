"""What the three kinds of stores answer when they do not do what they are asked."""

from __future__ import annotations

from .relay import Answer

CODES = {
    403: ("AccessDenied", "forbidden", "AuthorizationPermissionMismatch"),
    429: ("TooManyRequests", "rateLimitExceeded", "TooManyRequests"),
    500: ("InternalError", "internalError", "InternalError"),
    503: ("SlowDown", "backendError", "ServerBusy"),
}
"""By status, what S3, GCS and Azure call it."""


def busy(kind: str, status: int = 503) -> Answer:
    """What a store answers that has a bad moment."""
    return _answer(kind, status, "Please reduce your request rate.")


def denied(kind: str) -> Answer:
    """What a store answers to credentials that may not do this."""
    return _answer(kind, 403, "These credentials may not do this.")


def _answer(kind: str, status: int, message: str) -> Answer:
    s3, gcs, azure = CODES[status]
    if kind == "gcs":
        body = f'{{"error": {{"code": {status}, "message": "{message}", "errors": [{{"reason": "{gcs}"}}]}}}}'
        return _with_length(Answer(status, [(b"Content-Type", b"application/json")], body.encode()))
    code = s3 if kind == "s3" else azure
    body = f"<?xml version='1.0' encoding='utf-8'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    headers = [(b"Content-Type", b"application/xml"), (b"x-ms-error-code", code.encode())]
    return _with_length(Answer(status, headers, body.encode()))


def _with_length(answer: Answer) -> Answer:
    return Answer(answer.status, [*answer.headers, (b"Content-Length", str(len(answer.body)).encode())], answer.body)
