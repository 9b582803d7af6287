"""The contract of deliveries: whether what arrived, as a whole, may replace what is published.

The models find the breaches (`int_delivery_breaches`); here they are described, and stop a run.
"""

from dataclasses import dataclass, field, replace

import duckdb

from orchestration.errors import DeliveryError
from orchestration.quality.examples import find_examples
from orchestration.sources.contract import ENTITIES
from orchestration.workspace.database_files import connect_to_read
from orchestration.workspace.workspace import Workspace

DELIVERED = "fct_delivered_rows"
BREACHES = "int_delivery_breaches"
SHOWN = 4
"""Breaches that are described with their rows; a person needs no more to begin with."""
OF_A_TYPE = ("unknown_type", "sign_mismatch")
"""The reasons for which rows of a transaction type are missed."""
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
    reasons: dict[str, int] = field(default_factory=dict)
    """Quarantined rows of the entity, of the website where one is meant, by reason."""
    examples: tuple[str, ...] = ()
    """Values of the first reason, after the column that each is of."""

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
        examples = f"; such as {'; '.join(self.examples)}" if self.examples else ""
        return f" ({counts}{examples})"


def check_delivery(workspace: Workspace) -> None:
    """Raise `DeliveryError` where what was built may not be published, whoever wants to."""
    found, is_accepted = read_breaches(workspace)
    if found and not is_accepted:
        raise DeliveryError(describe_breaches(found))


def read_breaches(workspace: Workspace) -> tuple[list[Breach], bool]:
    """How what was built in a workspace breaks the contract; whether it is let through."""
    with connect_to_read(warehouse=workspace.warehouse, marts=workspace.next_marts) as connection:
        return find_breaches(connection)


def describe_breaches(breaches: list[Breach]) -> str:
    """Why a delivery is refused and the way out, in one line."""
    described = "; ".join(str(breach) for breach in breaches[:SHOWN])
    more = len(breaches) - SHOWN
    others = f"; and {more:,} more" if more > 0 else ""
    return f"the delivery is refused: {described}{others}. {WAY_OUT}"


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
    breaches = [Breach(*row) for row in found]
    explained = [_explain(connection, breach) for breach in breaches[:SHOWN]]
    return [*explained, *breaches[SHOWN:]], is_accepted


def _explain(connection: duckdb.DuckDBPyConnection, breach: Breach) -> Breach:
    """The breach with what is wrong with the rows behind it."""
    counted = connection.execute(
        "select reason, cast(sum(excluded_rows) as bigint) as excluded"
        " from marts.fct_excluded_points"
        " where entity = $entity and ($website_id is null or website_id = $website_id)"
        " group by reason order by excluded desc, reason",
        {"entity": breach.entity, "website_id": breach.website_id},
    ).fetchall()
    if not counted:
        return breach
    if breach.transaction_type is not None:
        counted.sort(key=lambda row: row[0] not in OF_A_TYPE)
    (entity,) = (each for each in ENTITIES if each.name == breach.entity)
    examples = find_examples(connection, entity, counted[0][0], breach.website_id)
    return replace(breach, reasons=dict(counted), examples=tuple(examples))
