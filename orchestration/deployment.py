"""The deployment: some settings, and the workspace and source that they name.

It is built once, where a command, a process of Dagster or a test begins, and passed to whoever
needs it. dbt, a process of its own, is handed what it must know of it (`environment`).
"""

import shlex
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from orchestration.redaction import without_secrets
from orchestration.settings import DEFAULT_SOURCE, Settings
from orchestration.source_urls import scheme_of
from orchestration.sources import open_source
from orchestration.sources.base import Source
from orchestration.workspace.published import PublishedWorkspace


@dataclass(frozen=True)
class Deployment:
    """What a run, a server or a check works on, and how."""

    settings: Settings

    @cached_property
    def workspace(self) -> PublishedWorkspace:
        """The workspace; nothing is made in it before a run needs it."""
        return PublishedWorkspace(self.settings)

    @property
    def is_demo(self) -> bool:
        """Whether the source is the demo, however it is written."""
        return scheme_of(self.settings.source) == DEFAULT_SOURCE

    def open_source(self, scratch: Path) -> Source:
        """The source, which may write into the folder `scratch`.

        Raises `UsageError` for a faulty mapping, and `SourceError` where it can't serve.
        """
        settings = self.settings
        return open_source(
            settings.source, scratch, settings.mapping, settings.source_timeout_seconds
        )

    def environment(self) -> dict[str, str]:
        """The variables by which dbt, a process of its own, knows the workspace and its limits."""
        limits = {
            "LOYALTY_MEMORY_LIMIT": self.workspace.limits.memory,
            "LOYALTY_THREADS": self.workspace.limits.threads,
        }
        return {
            "LOYALTY_WORKSPACE": str(self.workspace.root),
            **{name: "" if limit is None else str(limit) for name, limit in limits.items()},
        }

    def run_command(self) -> str:
        """The command that runs the pipeline, as a person would type it, with secrets.

        The options of a single run are not in it: `--as-of`, `--lookback`, `--full-refresh`.
        """
        command = ["loyalty", "run", "--workspace", str(self.workspace.root)]
        if not self.is_demo:
            command += ["--source", self.settings.source]
        return shlex.join(command)

    def without_secrets(self, text: str) -> str:
        """The text without passwords, and without the webhook's address."""
        webhook = self.settings.webhook_url
        return without_secrets(
            text, source=self.settings.source, webhook=None if webhook is None else str(webhook)
        )
