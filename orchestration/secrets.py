"""Secrets: what must not stand in any text that leaves the process."""

from urllib.parse import parse_qsl, quote, unquote

MASK = "***"


def without_password(text: str, url: str) -> str:
    """The text without the passwords of a URL, however they are written."""
    address, _, query = url.partition("://")[2].partition("?")
    secrets = [address.rpartition("@")[0].partition(":")[2]]
    secrets += [value for key, value in parse_qsl(query) if "pass" in key]
    for secret in secrets:
        for written in {secret, unquote(secret), quote(unquote(secret), safe="")} - {""}:
            text = text.replace(written, MASK)
    return text
