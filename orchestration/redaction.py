"""Redaction: what must not stand in any text that leaves the process."""

import re
from urllib.parse import parse_qsl, quote, unquote

MASK = "***"


def without_secrets(text: str, *, source: str, webhook: str | None) -> str:
    """The text without passwords in URLs and settings, and without the webhook's address."""
    text = without_password(text, source)
    if webhook:
        text = text.replace(webhook, MASK)
    text = re.sub(r"(\w://)[^\s/@]+@", rf"\1{MASK}@", text)
    return re.sub(r"(?i)(passw\w*|pwd|token|secret)(\s*[=:]\s*)\S+", rf"\1\2{MASK}", text)


def without_password(text: str, url: str) -> str:
    """The text without the passwords of a URL, however they are written.

    A password in which `?`, `/` or `#` was not quoted counts up to the last `@`.
    """
    whole = url.partition("://")[2]
    address, _, query = whole.partition("?")
    secrets = [part.rpartition("@")[0].partition(":")[2] for part in (whole, address)]
    secrets += [value for key, value in parse_qsl(query) if "pass" in key]
    for secret in secrets:
        for written in {secret, unquote(secret), quote(unquote(secret), safe="")} - {""}:
            text = text.replace(written, MASK)
    return text
