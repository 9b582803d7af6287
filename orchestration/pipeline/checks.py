"""Asset checks that are not dbt's: of the delivery, before it is published, and of the export."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    asset_check,
    multi_asset_check,
)

from api_export.export.manifest import find_faults, read_manifest
from orchestration.alerts import event_age
from orchestration.deployment import Deployment
from orchestration.errors import DeliveryError
from orchestration.pipeline.resources import LOCK
from orchestration.quality.delivery_contract import SHOWN, describe_breaches, read_breaches
from orchestration.quality.differences import compare_export
from orchestration.workspace.status import read_figures

log = logging.getLogger(__name__)


def build_export_checks(deployment: Deployment) -> list[AssetChecksDefinition]:
    """The asset checks of the export."""
    workspace, stale_hours = deployment.workspace, deployment.settings.stale_hours

    @asset_check(
        asset=AssetKey("export"),
        description="Every file has its manifest's checksum.",
        required_resource_keys={LOCK},
    )
    def files_match_manifest(_: AssetCheckExecutionContext) -> AssetCheckResult:
        faults = find_faults(workspace.current_export)
        return AssetCheckResult(passed=not faults, metadata={"faults": faults})

    @asset_check(
        asset=AssetKey("export"),
        description="The export is that of the published marts.",
        required_resource_keys={LOCK},
    )
    def export_matches_marts(_: AssetCheckExecutionContext) -> AssetCheckResult:
        differences = compare_export(workspace)
        return AssetCheckResult(passed=not differences, metadata={"differences": differences})

    @asset_check(
        asset=AssetKey("export"),
        description="The newest event is recent.",
        required_resource_keys={LOCK},
    )
    def newest_event_is_recent(_: AssetCheckExecutionContext) -> AssetCheckResult:
        latest_event = read_manifest(workspace.current_export)["latest_event"]
        age = latest_event and event_age(latest_event, datetime.now(UTC))
        return AssetCheckResult(
            passed=age is not None and age <= timedelta(hours=stale_hours),
            severity=AssetCheckSeverity.WARN,
            metadata={
                "latest_event": str(latest_event),
                "stale_hours": stale_hours,
                **({} if age is None else {"age_hours": age.total_seconds() / 3600}),
            },
        )

    @asset_check(
        asset=AssetKey("export"),
        description="Figures keep the thresholds of LOYALTY_ALERTS.",
        required_resource_keys={LOCK},
    )
    def figures_keep_their_thresholds(_: AssetCheckExecutionContext) -> AssetCheckResult:
        figures = read_figures(workspace)
        told = {
            state: [figure.sentence for figure in figures if figure.state == state]
            for state in ("crossed", "unknown")
        }
        return AssetCheckResult(
            passed=not told["crossed"],
            severity=AssetCheckSeverity.WARN,
            metadata={state: MetadataValue.json(sentences) for state, sentences in told.items()},
        )

    return [
        files_match_manifest,
        export_matches_marts,
        newest_event_is_recent,
        figures_keep_their_thresholds,
    ]


def build_delivery_check(
    deployment: Deployment, delivered: AssetKey, breaches: AssetKey
) -> AssetChecksDefinition:
    """The check of the delivered rows, which are published, that stops a run by the breaches."""

    spec = AssetCheckSpec(
        DeliveryError.step,
        asset=delivered,
        additional_deps=[breaches],
        blocking=True,
        description="The delivery keeps the contract of deliveries, or is let through.",
    )

    @multi_asset_check(name=spec.name, specs=[spec], required_resource_keys={LOCK})
    def delivery_keeps_its_contract(_: AssetCheckExecutionContext) -> Iterator[AssetCheckResult]:
        found, is_accepted = read_breaches(deployment.workspace)
        yield AssetCheckResult(
            passed=is_accepted or not found,
            metadata={
                "breaches": MetadataValue.json([str(breach) for breach in found]),
                "accepted": is_accepted,
            },
        )
        if found and not is_accepted:
            raise DeliveryError(describe_breaches(found))
        for breach in found[:SHOWN]:
            log.warning("let through: %s", breach)

    return delivery_keeps_its_contract
