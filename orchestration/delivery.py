"""The contract of deliveries: whether what arrived, as a whole, may replace what is published.

The models judge it (`int_delivery_breaches`); here a person is told, and a run is stopped.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
from dagster import (
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    multi_asset_check,
)

from orchestration.errors import DeliveryError
from orchestration.findings import find_examples
from orchestration.resources import WarehouseResource
from orchestration.sources.contract import ENTITIES
from orchestration.warehouse import connect_to_read

log = logging.getLogger(__name__)

DELIVERED = "fct_delivered_rows"
BREACHES = "int_delivery_breaches"
WAY_OUT = (
    "what was published before stays as it was; `loyalty source` shows what is wrong, a mapping"
    " can tell the conventions of a programme, and `loyalty run --accept-quarantine` lets this"
    " delivery through"
)


@dataclass(frozen=True)
class Breach:
    """A row of int_delivery_breaches, and the quarantined rows behind it."""

    entity: str
    rule: str
    website_id: int | None
    transaction_type: str | None
    valid_rows: int
    quarantined_rows: int
    valid_before: int
    quarantined_before: int
    reasons: dict[str, int]
    """Quarantined rows of the entity, of the website where one is meant, by reason."""
    examples: tuple[str, ...]
    """Values of the most frequent reason, after the column that each is of."""

    def __str__(self) -> str:
        """What was found, as part of a sentence."""
        return f"{self.entity}: {self._found()}{self._why()}"

    def _found(self) -> str:
        before = f"{self.valid_before:,} in the last published run"
        match self.rule:
            case "no_valid_row" if not self.quarantined_rows:
                return f"no rows were delivered, {before}"
            case "no_valid_row":
                text = f"none of {self.quarantined_rows:,} rows is valid"
                return f"{text}, {before}" if self.valid_before else text
            case "website_without_valid_row":
                return f"website {self.website_id} has no valid row, {before}"
            case "type_without_valid_row":
                return f"no valid row is of type {self.transaction_type}, {before}"
        rows = self.valid_rows + self.quarantined_rows
        rows_before = self.valid_before + self.quarantined_before
        text = f"{self.quarantined_rows:,} of {rows:,} rows are quarantined"
        if not rows_before:
            return text
        return f"{text}, {self.quarantined_before:,} of {rows_before:,} in the last published run"

    def _why(self) -> str:
        if not self.reasons:
            return ""
        counts = ", ".join(f"{reason} {rows:,}" for reason, rows in self.reasons.items())
        return f" ({counts}; such as {'; '.join(self.examples)})"


def build_delivery_check(delivered: AssetKey, breaches: AssetKey) -> AssetChecksDefinition:
    """The check of DELIVERED, which is published, that stops a run by what BREACHES holds."""

    spec = AssetCheckSpec(
        DeliveryError.step,
        asset=delivered,
        additional_deps=[breaches],
        blocking=True,
        description="The delivery keeps the contract of deliveries, or is let through.",
    )

    @multi_asset_check(name=spec.name, specs=[spec])
    def delivery_keeps_its_contract(warehouse: WarehouseResource) -> Iterator[AssetCheckResult]:
        with connect_to_read(
            warehouse=warehouse.workspace.warehouse, marts=warehouse.workspace.next_marts
        ) as connection:
            found, is_accepted = find_breaches(connection)
        yield AssetCheckResult(
            passed=is_accepted or not found,
            metadata={
                "breaches": MetadataValue.json([str(breach) for breach in found]),
                "accepted": is_accepted,
            },
        )
        if found and not is_accepted:
            raise DeliveryError(describe_breaches(found))
        for breach in found:
            log.warning("let through: %s", breach)

    return delivery_keeps_its_contract


def describe_breaches(breaches: list[Breach]) -> str:
    """Why a delivery is refused and the way out, in one line."""
    told = "; ".join(str(breach) for breach in breaches)
    return f"the delivery is refused: {told}. {WAY_OUT}"


def find_breaches(connection: duckdb.DuckDBPyConnection) -> tuple[list[Breach], bool]:
    """How the delivery behind some built models breaks the contract; whether it is let through.

    The connection knows the databases `warehouse` and `marts`.
    """
    (is_accepted,) = connection.execute("select accepts_quarantine from marts.dim_run").fetchone()
    found = connection.execute(
        "select entity, rule, website_id, transaction_type, valid_rows, quarantined_rows,"
        " valid_before, quarantined_before from warehouse.intermediate.int_delivery_breaches"
        " order by entity != 'websites', entity, rule, website_id, transaction_type"
    ).fetchall()
    return [_explain(connection, row) for row in found], is_accepted


def _explain(connection: duckdb.DuckDBPyConnection, row: tuple[Any, ...]) -> Breach:
    name, _, website_id, *_ = row
    reasons = dict(
        connection.execute(
            "select reason, cast(sum(excluded_rows) as bigint) as excluded"
            " from marts.fct_excluded_points"
            " where entity = $entity and ($website_id is null or website_id = $website_id)"
            " group by reason order by excluded desc, reason",
            {"entity": name, "website_id": website_id},
        ).fetchall()
    )
    (entity,) = (each for each in ENTITIES if each.name == name)
    first = next(iter(reasons), None)
    examples = [] if first is None else find_examples(connection, entity, first, website_id)
    return Breach(*row, reasons, tuple(examples))
