"""Clusters of Spark on this machine, of the jars that pyspark ships: what a real one speaks."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

from support.postgres_server import free_port

HOME = Path(pyspark.__file__).parent
START_SECONDS = 120


@contextmanager
def standalone_cluster(folder: Path) -> Iterator[dict[str, str]]:
    """A master with one worker; gives the variables by which a run finds them."""
    port = free_port()
    master = f"spark://127.0.0.1:{port}"
    conf = folder / "conf"
    conf.mkdir(parents=True)
    (conf / "spark-defaults.conf").write_text(
        f"spark.master {master}\n"
        "spark.driver.host 127.0.0.1\n"
        "spark.driver.memory 1g\n"
        "spark.executor.memory 1g\n"
        "spark.sql.shuffle.partitions 4\n"
        "spark.ui.enabled false\n"
    )
    classes = "org.apache.spark.deploy"
    with ExitStack() as stack:
        for command in (
            ("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"),
            (
                *("worker.Worker", "--host", "127.0.0.1", "--webui-port", "0", "--cores", "2"),
                *("--memory", "1g", "--work-dir", str(folder / "work"), master),
            ),
        ):
            stack.enter_context(_running("spark-class", f"{classes}.{command[0]}", *command[1:]))
            _wait_for(port)
        yield {"SPARK_CONF_DIR": str(conf)}


@contextmanager
def connect_server(folder: Path) -> Iterator[dict[str, str]]:
    """A server of Spark Connect, which works alone; gives the variable by which a run finds it."""
    port = free_port()
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": str(folder / "catalog"),
        "spark.sql.ansi.enabled": "false",
        "spark.sql.session.timeZone": "Europe/Vienna",
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
    }
    options = [word for pair in settings.items() for word in ("--conf", "=".join(pair))]
    server = "org.apache.spark.sql.connect.service.SparkConnectServer"
    with _running(
        "spark-submit",
        *("--master", "local[2]", "--driver-memory", "2g", "--class", server),
        *(*options, "spark-internal"),
    ):
        _wait_for(port)
        yield {"SPARK_REMOTE": f"sc://127.0.0.1:{port}/;user_id=loyalty"}


@contextmanager
def _running(script: str, *words: str) -> Iterator[None]:
    """A Java of Spark's own script, which replaces itself by it; ended in the end."""
    process = subprocess.Popen(
        [HOME / "bin" / script, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing listens on {port}")
