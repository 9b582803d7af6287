"""The URLs of sources: a database's, as SQLAlchemy, Django and Rails write them, taken apart.

Sources are opened by them, and workspaces remember what they were built from by the identities
that are made here; so this lies below both.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from orchestration.errors import SourceError, UsageError
from orchestration.redaction import without_password

ALIASES = {
    **dict.fromkeys(("postgres", "postgis"), "postgresql"),
    **dict.fromkeys(("mysql2", "mariadb"), "mysql"),
    "sqlite3": "sqlite",
}
"""The scheme that stands for a kind of source, by others for the same."""
PORTS = {"postgresql": 5432, "mysql": 3306}
"""The port of a database server whose URL names none."""
SSL_MODES = {
    "disabled": "disable",
    "preferred": "prefer",
    "required": "require",
    "verify-identity": "verify-full",
} | {mode: mode for mode in ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")}
"""What PostgreSQL calls a mode, by what either database calls it."""
OPTIONS = {
    "postgresql": {"ssl_ca": "sslrootcert", "ssl_cert": "sslcert", "ssl_key": "sslkey"},
    "mysql": {
        **{"sslrootcert": "ssl_ca", "sslcert": "ssl_cert", "sslkey": "ssl_key"},
        **{"socket": "unix_socket"},
    },
}
"""The client's own names of options that are also written otherwise."""
OF_DRIVERS = {"charset", "encoding", "client_encoding", "pool", "reconnect", "conn_max_age"}
"""Options with which web frameworks set up connections of their own."""


@dataclass(frozen=True)
class DatabaseUrl:
    """The parts of a database's URL."""

    kind: str
    host: str
    port: int | None
    user: str
    password: str = field(repr=False)
    path: str
    """What follows the host, still quoted."""
    options: dict[str, str] = field(repr=False)
    """The options by the client's own names; `sslmode` in PostgreSQL's words."""

    @property
    def identity(self) -> str:
        """The same for every way to write the URL: without user, password and most options."""
        port = "" if self.port in (None, PORTS.get(self.kind)) else f":{self.port}"
        schema = f"?schema={self.schema}" if self.schema else ""
        return f"{self.kind}://{self.host}{port}{self.path}{schema}"

    @property
    def schema(self) -> str | None:
        """Where tables are looked for that are named without a schema."""
        return self.options.get("schema")

    @property
    def file(self) -> Path:
        """The file of a URL with three slashes: what follows, from the root after a fourth."""
        name = unquote(self.path.removeprefix("/"))
        if not name:
            raise UsageError(
                "the source's URL names no file; write sqlite:///PATH or duckdb:///PATH"
            )
        return Path(name).expanduser().absolute()


def scheme_of(url: str) -> str:
    """The scheme of a URL, by one name for a kind of source; it may name a driver after a `+`."""
    scheme = url.partition(":")[0].partition("+")[0].lower()
    return ALIASES.get(scheme, scheme)


def read_url(url: str, option_names: Collection[str] | None = None) -> DatabaseUrl:
    """Take a database's URL apart; all options are known where `option_names` is None.

    Raises `SourceError`, without the password, where it can't be read or has an unknown option.
    """
    kind = scheme_of(url)
    address = url.partition(":")[2]
    try:
        parts = urlsplit(f"{kind}:{address}")
        if kind in PORTS and "@" in address and "@" not in parts.netloc:
            # What is taken for host and port may be user and password: neither may be shown.
            raise SourceError(
                "the source's URL can't be read: in user, password and options, write"
                " @ as %40, / as %2F, ? as %3F and # as %23"
            )
        found = DatabaseUrl(
            kind=kind,
            host=parts.hostname or "",
            port=parts.port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            path=parts.path,
            options=_read_options(parts.query, OPTIONS.get(kind, {})),
        )
    except ValueError as error:
        problem = without_password(str(error), url)
        raise SourceError(f"the source's URL can't be read: {problem}") from None
    unknown = [] if option_names is None else sorted(found.options.keys() - set(option_names))
    if unknown:
        known = f"use {', '.join(option_names)}" if option_names else "use none"
        raise SourceError(f"{found.identity}: unknown options {', '.join(unknown)}; {known}")
    return found


def is_same_source(remembered: str, identity: str) -> bool:
    """Whether an identity that a workspace remembers, maybe of an older version, is this one."""
    if scheme_of(remembered) in PORTS:
        return read_url(remembered).identity == identity
    return remembered == identity


def _read_options(query: str, own_names: dict[str, str]) -> dict[str, str]:
    options = {}
    for written, value in parse_qsl(query):
        name = written.lower().replace("-", "_")
        if name == "ssl_mode":
            name = "sslmode"
        if name not in OF_DRIVERS:
            options[own_names.get(name, name)] = value
    if "sslmode" in options:
        mode = options["sslmode"].lower().replace("_", "-")
        if mode not in SSL_MODES:
            raise SourceError(f"the source's sslmode is unknown; use one of {', '.join(SSL_MODES)}")
        options["sslmode"] = SSL_MODES[mode]
    return options
