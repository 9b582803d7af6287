"""Alerts on figures: a crossed threshold is told once, and again when it is kept."""

import json
from pathlib import Path

import pytest
from dagster import AssetKey
from support.commands import Loyalty
from support.webhooks import Webhook
from support.workspaces import Built

from orchestration.deployment import Deployment
from orchestration.errors import UsageError
from orchestration.pipeline.checks import build_export_checks
from orchestration.pipeline.figure_alerts import watch_figures
from orchestration.settings import load_settings
from orchestration.workspace.status import read_figures
from orchestration.workspace.workspace import Workspace

CROSSED = "- {figure: overview.total_points_issued, website: all, above: -1}\n"
KEPT = "- {figure: overview.total_points_issued, website: all, below: -1}\n"
UNKNOWN = "- {figure: overview.total_points_issued, website: 424242, above: -1}\n"


@pytest.fixture
def alerts(tmp_path: Path) -> Path:
    return tmp_path / "alerts.yml"


@pytest.fixture
def deployment(built: Built, tmp_path: Path, alerts: Path, webhook: Webhook) -> Deployment:
    """A workspace of the built marts, and nothing else."""
    workspace = tmp_path / "watched"
    (workspace / "export").mkdir(parents=True)
    (workspace / "marts.duckdb").symlink_to(built.workspace / "marts.duckdb")
    return Deployment(load_settings(workspace=workspace, alerts=alerts, webhook_url=webhook.url))


def move_limit(deployment: Deployment, limit: int) -> None:
    """Let the figures pass a limit: to the alerts it is as if they had moved, not the limit."""
    status = deployment.workspace.status
    text = json.loads(status.read_text())
    for figure in text["figures"]:
        figure["key"] = figure["key"].rpartition(" ")[0] + f" {limit}"
    status.write_text(json.dumps(text))


def test_a_crossed_threshold_is_told_once_and_once_when_it_is_kept_again(
    deployment: Deployment, alerts: Path, webhook: Webhook
) -> None:
    alerts.write_text(CROSSED)
    watch_figures(deployment)
    watch_figures(deployment)
    (told,) = webhook.told
    assert (told["event"], told["asset"]) == ("crossed", "threshold")
    assert told["cause"].startswith("all websites: overview.total_points_issued of the 30 days to ")
    assert told["cause"].endswith(", above -1") and told["cause"] in told["text"]
    look = f"loyalty serve --workspace {deployment.workspace.root}"
    assert told["next_command"] == look and look in told["text"]

    alerts.write_text(CROSSED.replace("-1", "1000000000000"))
    move_limit(deployment, 1_000_000_000_000)
    watch_figures(deployment)
    watch_figures(deployment)
    _, told = webhook.told
    assert told["event"] == "kept"
    assert told["cause"].endswith(", not above 1,000,000,000,000")
    assert read_figures(deployment.workspace) == []


def test_what_is_not_known_is_noted_and_not_told_and_ends_nothing(
    deployment: Deployment, alerts: Path, webhook: Webhook
) -> None:
    alerts.write_text(UNKNOWN + KEPT)
    watch_figures(deployment)
    assert webhook.told == []
    (unknown,) = read_figures(deployment.workspace)
    assert unknown.state == "unknown" and unknown.sentence.endswith("can't be known")
    assert not unknown.is_told

    text = json.loads(deployment.workspace.status.read_text())
    text["figures"][0]["is_told"] = True
    deployment.workspace.status.write_text(json.dumps(text))
    watch_figures(deployment)
    (unknown,) = read_figures(deployment.workspace)
    assert unknown.is_told and webhook.told == []


@pytest.mark.parametrize("unreachable", ["http://127.0.0.1:1/x", None])
def test_what_could_not_be_told_is_told_by_the_next_run(
    deployment: Deployment, alerts: Path, webhook: Webhook, unreachable: str | None
) -> None:
    alerts.write_text(CROSSED)
    workspace = deployment.workspace.root
    watch_figures(
        Deployment(load_settings(workspace=workspace, alerts=alerts, webhook_url=unreachable))
    )
    (figure,) = read_figures(deployment.workspace)
    assert figure.state == "crossed" and not figure.is_told
    watch_figures(deployment)
    assert [told["event"] for told in webhook.told] == ["crossed"]


def test_many_websites_are_told_in_one_message(
    deployment: Deployment, alerts: Path, webhook: Webhook
) -> None:
    each = "- {figure: overview.total_points_issued, above: -1}\n"
    alerts.write_text(each + each.replace("-1", "-2") + each.replace("-1", "-3"))
    watch_figures(deployment)
    (told,) = webhook.told
    standing = read_figures(deployment.workspace)
    assert len(standing) > 20 and all(figure.is_told for figure in standing)
    head, *listed = told["cause"].splitlines()
    assert head == f"{len(standing)} thresholds, all of them in export/status.json; the first 10:"
    assert listed == [figure.sentence for figure in standing[:10]]


def test_the_check_warns_of_what_is_crossed(deployment: Deployment, alerts: Path) -> None:
    (check,) = (
        check
        for check in build_export_checks(deployment)
        if {key.name for key in check.check_keys} == {"figures_keep_their_thresholds"}
    )
    assert {key.asset_key for key in check.check_keys} == {AssetKey("export")}
    evaluate = check.op.compute_fn.decorated_fn
    alerts.write_text(KEPT)
    watch_figures(deployment)
    assert evaluate(None).passed
    alerts.write_text(CROSSED)
    watch_figures(deployment)
    result = evaluate(None)
    assert not result.passed and result.severity.value == "WARN"
    assert len(result.metadata["crossed"].value) == 1


def test_a_faulty_file_is_refused_before_a_run_begins(
    tmp_path: Path, alerts: Path, loyalty: Loyalty
) -> None:
    alerts.write_text("- {figure: overview.points_issued, above: 1}\n")
    done = loyalty("run", "--workspace", tmp_path / "new", LOYALTY_ALERTS=str(alerts))
    assert done.returncode == 2
    problem = f"{alerts}:1: the figure 'overview.points_issued' is unknown; did you mean overview."
    assert problem in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "new").exists()
    with pytest.raises(UsageError):
        watch_figures(Deployment(load_settings(workspace=tmp_path, alerts=alerts)))


def test_a_run_tells_what_it_finds_and_does_not_fail(
    workspace: Path, dirty_source: Path, alerts: Path, webhook: Webhook, loyalty: Loyalty
) -> None:
    alerts.write_text(CROSSED)
    done = loyalty(
        *("run", "--workspace", workspace, "--source", f"files:{dirty_source}"),
        LOYALTY_ALERTS=str(alerts),
        LOYALTY_WEBHOOK_URL=webhook.url,
    )
    assert done.returncode == 0, done.stderr
    assert "total_points_issued" in done.stdout
    (told,) = webhook.told
    assert told["event"] == "crossed"
    assert [figure.state for figure in read_figures(Workspace(workspace))] == ["crossed"]
