"""Alerts on figures: a threshold that is crossed is told once, and once when it is kept again."""

import logging
import shlex

from orchestration.alerts import Alert, send_alert
from orchestration.deployment import Deployment
from orchestration.quality.figures import Finding, check_figures
from orchestration.quality.thresholds import read_thresholds
from orchestration.workspace.status import FigureStatus, note_figures, read_figures
from orchestration.workspace.workspace import Workspace

log = logging.getLogger(__name__)

SHOWN = 10
"""How many thresholds a message or the end of a run lists."""


def watch_figures(deployment: Deployment) -> None:
    """Hold the published figures to their thresholds, tell what is new, and note what stands.

    What could not be told is tried again by the next run. A figure that can't be known neither
    crosses a threshold nor ends that it is crossed.
    """
    workspace = deployment.workspace
    findings = check_figures(workspace.marts, read_thresholds(deployment.settings.alerts))
    known = {figure.key: figure for figure in read_figures(workspace)}
    told = {key for key, figure in known.items() if figure.is_told}
    crossed = [one for one in findings if one.state == "crossed" and one.key not in told]
    kept = [one for one in findings if one.state == "kept" and one.key in told]
    is_crossing_told = _send(deployment, "crossed", crossed)
    is_keeping_told = _send(deployment, "kept", kept)
    for finding in findings:
        if finding.state != "kept":
            log.warning(finding.sentence)
    note_figures(
        workspace,
        [
            FigureStatus(
                key=one.key,
                state=one.state,
                sentence=one.sentence,
                is_told=one.key in told or (one.state == "crossed" and is_crossing_told),
            )
            for one in findings
            if one.state != "kept" or (one.key in told and not is_keeping_told)
        ],
    )


def _send(deployment: Deployment, event: str, findings: list[Finding]) -> bool:
    """Post what became of thresholds in one message; whether it was, or none was needed."""
    if not findings:
        return True
    look = shlex.join(["loyalty", "serve", "--workspace", str(deployment.workspace.root)])
    cause = "\n".join(_shortened([finding.sentence for finding in findings]))
    return send_alert(deployment, Alert(event, "threshold", cause, look))


def describe_figures(workspace: Workspace) -> list[str]:
    """What the end of a run says of thresholds that are crossed, and of figures not known."""
    return _shortened(
        [figure.sentence for figure in read_figures(workspace) if figure.state != "kept"]
    )


def _shortened(sentences: list[str]) -> list[str]:
    if len(sentences) <= SHOWN:
        return sentences
    head = f"{len(sentences)} thresholds, all of them in export/status.json; the first {SHOWN}:"
    return [head, *sentences[:SHOWN]]
