"""dbt-duckdb plugin: what dbt's connections may use and call, and when dbt ends."""

import gc
from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.events.logging import AdapterLogger
from duckdb import DuckDBPyConnection

from orchestration.settings import load_settings
from orchestration.transform.dbt_command import PROGRESS_LOGGER
from orchestration.transform.forecast_function import register_forecasts
from orchestration.transform.run_process import end_with_run
from orchestration.workspace.duckdb_setup import Limits, register_functions
from orchestration.workspace.workspace import Workspace

if TYPE_CHECKING:
    from orchestration.forecasting.many import Job
    from orchestration.forecasting.series import SeriesForecast


class Plugin(BasePlugin):
    """Prepares each connection that dbt opens."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """End dbt with the run that it serves, before it opens the warehouse or later."""
        gc.freeze()  # what dbt has loaded by now stays: it needn't be searched for garbage
        gc.enable()
        end_with_run()

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Called by dbt-duckdb before it connects: find the files, and keep to the limits."""
        settings = load_settings()
        workspace = Workspace(settings.workspace, Limits.of(settings))
        for database in (creds, *(creds.attach or ())):
            database.path = str(workspace.root / database.path)
        config.update(workspace.limits.options(workspace.scratch))
        self._limits = workspace.limits

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Called by dbt-duckdb once for each connection."""
        register_functions(conn)
        register_forecasts(conn, self._forecast_many)

    def _forecast_many(self, jobs: "list[Job]") -> "list[SeriesForecast]":
        """Forecast series in processes of their own, and tell how far it is."""
        from orchestration.forecasting.many import WORKERS, forecast_many

        workers = min(WORKERS, self._limits.threads or WORKERS)
        if self._limits.memory is not None:
            workers = 1  # the one that a run's memory is counted with
        return forecast_many(jobs, workers, AdapterLogger(PROGRESS_LOGGER).info)
