"""Dagster's event log in SQLite, with a file opened once and not for each event.

Dagster stores an event for each asset, check and step that a run plans and does, hundreds of them.
For each it opens a run's file and the index of all runs two or three times, prepares its statements
anew, and waits for the disk. Here a file stays open and an event is with the operating system at
once: a run that is killed loses none, and a machine that loses its power loses the latest ones.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from dagster import DagsterInstance, EventLogEntry
from dagster._core.instance import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.event import listen
from sqlalchemy.pool import StaticPool

STORAGES = {"storage", "event_log_storage", "run_storage", "schedule_storage"}
"""The entries of a `dagster.yaml` that say where records are kept; without any, in SQLite."""


def open_instance(home: str) -> DagsterInstance:
    """The records of Dagster's home, quickly written where its `dagster.yaml` names no storage."""
    instance = InstanceRef.from_dir(home)
    if not STORAGES & _configured(Path(home)):
        event_log = {
            "module": __name__,
            "class": OpenEventLogStorage.__name__,
            "config": instance.event_storage_data.config_dict,
        }
        instance = InstanceRef.from_dir(home, overrides={"event_log_storage": event_log})
    return DagsterInstance.from_ref(instance)


def _configured(home: Path) -> set[str]:
    """What a `dagster.yaml` has to say something of."""
    config = home / "dagster.yaml"
    return set(yaml.safe_load(config.read_text()) or {}) if config.exists() else set()


class OpenEventLogStorage(SqliteEventLogStorage):
    """Dagster's own class, which keeps the index open, and the file of the run at hand."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Open nothing yet."""
        self._open: dict[bool, tuple[str, Engine]] = {}
        self._tables: set[str] = set()
        super().__init__(*arguments, **options)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> "OpenEventLogStorage":
        """What an `InstanceRef` asks for."""
        return cls(inst_data=inst_data, **config_value)

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, and let who watches the file know; its pages change only later."""
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; once it has it, it keeps it."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        for _, engine in self._open.values():
            engine.dispose()
        self._open.clear()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        """A transaction on a file, `shard`; all of Dagster's own go through here."""
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def _engine(self, shard: str) -> Engine:
        """The file's one connection: kept until another run is asked for."""
        is_index = shard == INDEX_SHARD_NAME
        kept, engine = self._open.get(is_index, (None, None))
        if engine is None or kept != shard or shard not in self._initialized_dbs:
            if engine is not None:
                engine.dispose()
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            listen(engine, "connect", _leave_to_the_system)
            self._initdb(engine)
            self._initialized_dbs.add(shard)
            self._open[is_index] = shard, engine
        return engine


def _leave_to_the_system(connection: Any, _: Any) -> None:
    """Have SQLite wait for the disk only when it moves its log into its pages."""
    connection.execute("pragma synchronous = normal")
