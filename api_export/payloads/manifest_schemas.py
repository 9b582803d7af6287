"""The manifest, key by key in the documented order: what an export holds, and what is wrong."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

Sha256 = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[0-9a-f]{64}$"})]
"""A SHA-256 in hexadecimal digits."""


class ExportSettings(TypedDict):
    """The settings that an export was made with."""

    tier_basis: Literal["balance", "lifetime"]
    window_days: list[int]
    top_limits: list[int]


class WebsiteTotals(TypedDict):
    """A website's valid rows up to as_of, and its outstanding points."""

    transactions: int
    requests: int
    points_outstanding: int


class Drift(TypedDict):
    """Cached balances against the ledger."""

    clients_checked: int
    clients_drifted: int
    points_drifted: int


class ExportedFile(TypedDict):
    """A file of the export, its path below `export/current/`."""

    path: Annotated[str, Field(description="Where it lies below the export's folder.")]
    bytes: Annotated[int, Field(description="How long it is.")]
    sha256: Annotated[Sha256, Field(description="Checksum of its content.")]


class Manifest(TypedDict):
    """What an export holds, every file but itself."""

    schema_version: Annotated[
        int, Field(description="Grows when a key of any payload goes or changes its type.")
    ]
    as_of: Annotated[
        date | None,
        Field(description="Business date up to which everything is counted; null without one."),
    ]
    latest_event: Annotated[
        date | None,
        Field(description="Latest business date of a valid event up to as_of; null without one."),
    ]
    accepted_quarantine: Annotated[
        bool,
        Field(description="Whether the run was told to let through a delivery with breaches."),
    ]
    settings: Annotated[ExportSettings, Field(description="What the export was made with.")]
    totals: Annotated[
        dict[str, WebsiteTotals], Field(description="What each website has, by its id.")
    ]
    quarantined: Annotated[
        dict[str, dict[str, int]],
        Field(description="Rows that reach no figure, by entity and reason; no reason without."),
    ]
    excluded_points: Annotated[
        dict[str, dict[str, int]],
        Field(description="The points on those rows, where any can be read, signed as delivered."),
    ]
    drift: Annotated[Drift, Field(description="How far cached balances are from the ledger.")]
    warnings: Annotated[
        list[str], Field(description="What a person should know of the data, a sentence each.")
    ]
    files: Annotated[
        list[ExportedFile], Field(description="Every file of the export but the manifest, by path.")
    ]
