"""The settings: `LOYALTY_…` environment variables, each typed and checked in one place."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ByteSize,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    WithJsonSchema,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api_export.payloads.limits import (
    FIRST_DATE,
    LAST_DATE,
    MAX_DAYS,
    MAX_INT64,
    MAX_LIMIT,
    MIN_INT64,
)
from orchestration.errors import UsageError
from orchestration.installation import default_workspace

DEFAULT_SOURCE = "demo"
SOURCE_TIMEOUT_SECONDS = 60.0
LEAST_MEMORY = 1_500_000_000
"""Bytes. Python, Dagster and dbt take half, and the engine spills what the rest can't hold."""


def _split(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value


def _without_repeats(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(values))


def _check_origin(origin: str) -> str:
    """An origin as browsers send it; raises `ValueError` for anything else."""
    parts = urlsplit(origin)
    default_port = {"http": 80, "https": 443}.get(parts.scheme)
    is_origin = (
        default_port is not None
        and parts.hostname is not None
        and "@" not in parts.netloc
        and parts.port != default_port
        and origin == f"{parts.scheme}://{parts.netloc}"
        and origin == origin.lower()
        and origin.isascii()
        and not re.search(r"[\s*]", origin)
    )
    if not is_origin:
        raise ValueError(
            f"{origin!r} isn't an origin as browsers send it, such as https://shop.example or"
            " http://localhost:3000: in lower case, without path, last slash or default port"
        )
    return origin


def _strip(value: str) -> str:
    return value.strip()


Origin = Annotated[str, AfterValidator(_strip), AfterValidator(_check_origin)]


class PointValue(NamedTuple):
    """What a point is worth on a website."""

    website_id: int | None
    """None for every website."""
    value: Decimal


def _point_value(text: str) -> PointValue:
    """A value such as `0.01`, or a website's, such as `1:0.01`; raises `ValueError` else."""
    found = re.fullmatch(r"\s*(?:(-?\d{1,19})\s*:\s*)?(\d{1,6}(?:\.\d{1,6})?)\s*", text, re.ASCII)
    website = int(found[1]) if found and found[1] else None
    if not found or not MIN_INT64 <= (website or 0) <= MAX_INT64:
        raise ValueError(
            f"{text.strip()!r} isn't what a point is worth: give a number below 1,000,000 with at"
            " most six decimals, such as 0.01, or one for each website, such as 1:0.01,2:0.005"
        )
    return PointValue(website, Decimal(found[2]))


def _point_values(given: Any) -> Any:
    """The values by website; raises `ValueError` where two claim to be a website's."""
    if not isinstance(given, str):
        return given
    values = [_point_value(text) for text in given.split(",")]
    websites = [value.website_id for value in values]
    if None in websites and len(values) > 1:
        raise ValueError("a value for all websites stands alone: give each website its own instead")
    for website in websites:
        if websites.count(website) > 1:
            raise ValueError(f"website {website} has more than one value: leave one")
    return tuple(sorted(values))


PointValues = Annotated[
    tuple[PointValue, ...],
    NoDecode,
    BeforeValidator(_point_values),
    WithJsonSchema({"type": "string", "format": "point-value"}),
]


def _folder(given: Any) -> Any:
    """An absolute path; raises `ValueError` for the address of a store that isn't mounted."""
    if "://" in str(given):
        raise ValueError(f"{given} isn't a folder: mount the store, and give the path it has there")
    return Path(given).expanduser().absolute()


def _numbers(highest: int) -> Any:
    """A comma-separated list of whole numbers from 1 to `highest`."""
    number = Annotated[int, Field(ge=1, le=highest)]
    return Annotated[
        tuple[number, ...], NoDecode, BeforeValidator(_split), AfterValidator(_without_repeats)
    ]


class Settings(BaseSettings):
    """What a run is told. An empty environment variable counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix="LOYALTY_", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    source: str = DEFAULT_SOURCE
    """Where the rows come from: `demo`, `files:DIR` or the URL of a database."""
    mapping: Path | None = None
    """A YAML file that says what is the source's own: places, names and conventions."""
    source_timeout_seconds: Annotated[float, Field(gt=0, le=86_400)] = SOURCE_TIMEOUT_SECONDS
    """How many seconds a run waits for what others have locked in the source."""
    workspace: Path = Field(default_factory=default_workspace)
    """The folder that holds everything a run makes: `data` in a checkout; of an installed command,
    the user's own folder for data."""
    as_of: Annotated[date, Field(ge=FIRST_DATE, le=LAST_DATE)] | None = None
    """The business date up to which everything counts, 1970 to 2199; without it, the date of the
    latest event that is over on all websites."""
    accept_quarantine: bool = False
    """Whether to let through a delivery that would be refused, as `--accept-quarantine` does."""
    max_quarantined: Annotated[float, Field(ge=0, le=1)] = 0.1
    """By how much the share of an entity's rows that are quarantined may grow from one published
    run to the next; 1 lets any share through."""
    tier_basis: Literal["balance", "lifetime"] = "balance"
    """Whether a client's tier goes by the balance, or by all points ever issued (`lifetime`)."""
    point_value: PointValues = ()
    """What a point is worth in money, on all websites, or website by website (`1:0.01,2:0.005`);
    where it isn't told, what the website's conversions brought for a point."""
    margin: Annotated[Decimal, Field(ge=0, le=1, decimal_places=6)] | None = None
    """What share of an order's amount is margin, on all websites, where the source delivers no
    margin of the order; counted in `programme_value` and `campaigns`."""
    window_days: _numbers(MAX_DAYS) = (7, 30, 90, 365)
    """The windows, in days, for which every website's export has files."""
    top_limits: _numbers(MAX_LIMIT) = (5, 10, 25)
    """The lengths of the list of top items for which every website's export has files."""
    lookback_days: Annotated[int, Field(ge=1, le=MAX_DAYS)] = 45
    """How many days of events the daily schedule and `--lookback` compare with the source."""
    memory_limit: Annotated[ByteSize, Field(ge=LEAST_MEMORY)] | None = None
    """What a run's processes may use of the memory together, at least `1500MB`; what needs more
    spills into the workspace. Without it, DuckDB takes up to four fifths."""
    engine: Literal["duckdb", "spark"] = "duckdb"
    """What builds the models: DuckDB in a run's own processes, or Spark, which builds all of them
    anew each time; see docs/spark.md. Either way the same marts are published."""
    lakehouse: Annotated[Path, BeforeValidator(_folder)] | None = None
    """The folder in which a run and Spark hand tables to each other, where Spark works on other
    machines too: mounted on each at the same path, and one workspace's alone. Without it,
    `lakehouse` in the workspace."""
    threads: Annotated[int, Field(ge=1)] | None = None
    """How many threads DuckDB, or Spark on this machine, may use; without it, one for each core."""
    keep_exports: Annotated[int, Field(ge=1)] = 3
    """How many versions of the export stay on disk, the current one among them."""
    keep_days: Annotated[int, Field(ge=1)] = 30
    """How many days Dagster's records of a run, and files set aside as damaged, stay on disk."""
    wait_seconds: Annotated[float, Field(ge=0)] = 600
    """How many seconds a run waits for another one that writes the same workspace."""
    stale_hours: Annotated[float, Field(gt=0)] = 36
    """How many hours after the last finished run, or after the newest event's date, the data counts
    as stale."""
    webhook_url: HttpUrl | None = None
    """Where a failed run, stale data and crossed thresholds are posted, as JSON with a `text`."""
    alerts: Path | None = None
    """A YAML file of thresholds of figures, to which each run holds what it published."""
    admin_token: SecretStr | None = None
    """What a request to `loyalty serve` must show to write; without one nobody may."""
    read_token: SecretStr | None = None
    """What a request to `loyalty serve` must show to read; without one everybody may."""
    cors_origins: Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_split)] = ()
    """The origins of other sites' pages that may call `loyalty serve`, such as
    `https://shop.example`."""
    cache_seconds: Annotated[int, Field(ge=0)] = 60
    """How many seconds a reader of `loyalty serve` may keep analytics before asking again."""


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment, with the overrides that are not none.

    Raises `UsageError` that names each variable with a wrong value.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        problems = {
            f"LOYALTY_{str(detail['loc'][0]).upper()}: {detail['msg']}" for detail in error.errors()
        }
        raise UsageError("; ".join(sorted(problems))) from None
