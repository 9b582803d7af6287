"""The plan of a run: what it would do, read from its rehearsal beside what is published."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import duckdb

from orchestration.pull.changes import Change
from orchestration.pull.load_raw import Mode
from orchestration.pull.sync import Lookback
from orchestration.quality.delivery_contract import Breach, find_breaches
from orchestration.sources.contract import ENTITIES
from orchestration.workspace.database_files import connect_to_read, find_damage
from orchestration.workspace.workspace import Workspace

Outcome = Literal["succeeds", "refused", "fails"]
Counts = dict[str, int]
COUNTS = ("added", "changed", "removed")
"""Of an entity's rows, as a run reports them."""


@dataclass(frozen=True)
class Pulled:
    """What the pull of a rehearsal reported."""

    mode: Mode
    reason: str
    lookback: Lookback | None = None
    changes: tuple[Change, ...] = ()
    entities: dict[str, Counts] = field(default_factory=dict)
    """The `COUNTS` of each entity; none of any where nothing changed."""
    exports_again: bool = False
    """Whether only the export would be written anew, by other code."""


@dataclass(frozen=True)
class PlannedEntity:
    """The rows of an entity, and what a run would do to them in raw."""

    entity: str
    rows_before: int | None
    """Rows of the last published delivery; null where there is none."""
    rows: int | None
    added: int
    changed: int
    removed: int


@dataclass(frozen=True)
class PlannedQuarantine:
    """The rows of an entity that would be quarantined for a reason."""

    entity: str
    reason: str
    rows: int
    new: int
    """Those that are not quarantined for it in what is published."""
    gone: int
    """Those that are there, and would be no more."""


@dataclass(frozen=True)
class PlannedBreach:
    """A rule of the contract of deliveries that the delivery breaks."""

    entity: str
    rule: str
    website: int | None
    transaction_type: str | None
    found: str


@dataclass(frozen=True)
class PlannedRestatement:
    """A published figure that would change."""

    website: int
    date_from: date
    date_to: date
    figure: str
    from_value: Decimal
    to_value: Decimal


@dataclass(frozen=True)
class Plan:
    """What a run would do; what couldn't be found out, since it would fail before, is null."""

    outcome: Outcome
    error: str | None
    """Why it would be refused or fail."""
    mode: Mode | None
    reason: str | None
    lookback: Lookback | None
    """The instants of events that are compared; null for all history."""
    changes: tuple[Change, ...]
    """What differs from the last run."""
    exports_again: bool
    as_of_before: date | None
    as_of: date | None
    entities: list[PlannedEntity]
    quarantined: list[PlannedQuarantine] | None
    breaches: list[PlannedBreach] | None
    accepts_quarantine: bool | None
    recomputed_dates: int | None
    """Dates with transactions whose figures are computed anew; of a full build, all."""
    recomputed_clients: int | None
    restatements: list[PlannedRestatement] | None

    def as_json(self) -> dict[str, Any]:
        """All of it, as documented; instants as text."""
        instants = self.lookback and {
            name: instant.isoformat() for name, instant in asdict(self.lookback).items()
        }
        changes = [change._asdict() for change in self.changes]
        return asdict(self) | {"lookback": instants, "changes": changes}


def read_plan(copy: Workspace, pulled: Pulled | None, outcome: Outcome, error: str | None) -> Plan:
    """The plan of a run that was rehearsed in the workspace `copy`, which publishes nothing."""
    is_built = pulled is not None and outcome != "fails"
    with _reading(copy, is_built=is_built) as connection:
        as_of_before = _as_of(connection, "published")
        breaches, accepts = find_breaches(connection) if is_built else (None, None)
        return Plan(
            outcome=outcome,
            error=error,
            mode=pulled and pulled.mode,
            reason=pulled and pulled.reason,
            lookback=pulled and pulled.lookback,
            changes=() if pulled is None else pulled.changes,
            exports_again=pulled is not None and pulled.exports_again,
            as_of_before=as_of_before,
            as_of=_as_of(connection, "marts") if is_built else None,
            entities=[] if pulled is None else _entities(connection, pulled, is_built=is_built),
            quarantined=_quarantined(connection) if is_built else None,
            breaches=None if breaches is None else [_breach(breach) for breach in breaches],
            accepts_quarantine=accepts,
            **_recomputed(connection, pulled, is_built=is_built),
            restatements=_restatements(connection, pulled) if is_built else None,
        )


@contextmanager
def _reading(copy: Workspace, *, is_built: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The files as far as they are there: `published`, and what was built, `warehouse`, `marts`."""
    files: dict[str, Path] = {}
    if copy.marts.exists() and not find_damage(copy.marts, read_only=True):
        files["published"] = copy.marts
    if is_built:
        files |= {"warehouse": copy.warehouse, "marts": copy.next_marts}
    with connect_to_read(**files) as connection:
        yield connection


def _has(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> bool:
    """Whether a file has a mart; an older version of the project may have published without it."""
    found = connection.execute(
        "select 1 from duckdb_tables()"
        " where database_name = ? and schema_name = 'main' and table_name = ?",
        [database, table],
    )
    return found.fetchone() is not None


def _as_of(connection: duckdb.DuckDBPyConnection, database: str) -> date | None:
    if not _has(connection, database, "dim_run"):
        return None
    return connection.execute(f"select as_of from {database}.dim_run").fetchone()[0]


def _entities(
    connection: duckdb.DuckDBPyConnection, pulled: Pulled, *, is_built: bool
) -> list[PlannedEntity]:
    """Each entity with its rows; without a new delivery those that are published stay."""
    before = _delivered(connection, "published")
    now = _delivered(connection, "marts") if is_built else {}
    nothing = dict.fromkeys(COUNTS, 0)
    return [
        PlannedEntity(
            entity=entity.name,
            rows_before=before.get(entity.name, 0) if before else None,
            rows=now.get(entity.name, 0) if is_built else None,
            **pulled.entities.get(entity.name, nothing),
        )
        for entity in ENTITIES
    ]


def _delivered(connection: duckdb.DuckDBPyConnection, database: str) -> Counts:
    """The delivered rows of each entity; empty where nobody knows."""
    if not _has(connection, database, "fct_delivered_rows"):
        return {}
    return dict(
        connection.execute(
            f"select entity, cast(sum(delivered_rows) as bigint) from {database}.fct_delivered_rows"
            " group by entity"
        ).fetchall()
    )


def _quarantined(connection: duckdb.DuckDBPyConnection) -> list[PlannedQuarantine]:
    """Quarantined rows by entity and reason, told apart by all that was delivered of each."""
    columns = "select entity, reason, delivered_row from"
    now = f"{columns} marts.quarantined_rows"
    before = f"{now} limit 0"
    if _has(connection, "published", "quarantined_rows"):
        before = f"{columns} published.quarantined_rows"
    counted = connection.execute(
        f"""
        select
            entity,
            reason,
            count(*) filter (is_now) as row_count,
            count(*) filter (is_new) as new_rows,
            count(*) filter (is_gone) as gone_rows
        from (
            select entity, reason, true as is_now, false as is_new, false as is_gone from ({now})
            union all
            select entity, reason, false, true, false from (({now}) except all ({before}))
            union all
            select entity, reason, false, false, true from (({before}) except all ({now}))
        ) as counted
        group by entity, reason
        order by entity, reason
        """
    ).fetchall()
    return [PlannedQuarantine(*row) for row in counted]


def _breach(breach: Breach) -> PlannedBreach:
    return PlannedBreach(
        breach.entity, breach.rule, breach.website_id, breach.transaction_type, str(breach)
    )


def _recomputed(
    connection: duckdb.DuckDBPyConnection, pulled: Pulled | None, *, is_built: bool
) -> dict[str, int | None]:
    """How many dates and clients are computed anew; of a full build all that have transactions."""
    names = "recomputed_dates", "recomputed_clients"
    if pulled is not None and pulled.mode == "nothing":
        return dict.fromkeys(names, 0)
    if pulled is None or not is_built:
        return dict.fromkeys(names)
    queries = (
        "select count(*) from warehouse.intermediate.int_changed_dates",
        "select count(*) from warehouse.intermediate.int_changed_client_days",
    )
    if pulled.mode == "full":
        queries = (
            "select count(distinct date) from marts.fct_points_daily where transactions > 0",
            "select count(*) from warehouse.intermediate.int_client_totals",
        )
    counts = (connection.execute(query).fetchone()[0] for query in queries)
    return dict(zip(names, counts, strict=True))


def _restatements(
    connection: duckdb.DuckDBPyConnection, pulled: Pulled
) -> list[PlannedRestatement]:
    """The published figures that the rehearsed run would publish otherwise."""
    if pulled.mode == "nothing":
        return []
    rows = connection.execute(
        """
        select website_id, date_from, date_to, figure, from_value, to_value
        from marts.fct_restatements
        where publication = (select publication from warehouse.intermediate.int_publication)
        order by all
        """
    ).fetchall()
    return [PlannedRestatement(*row) for row in rows]
