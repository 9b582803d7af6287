"""A PostgreSQL server of one's own: in a scratch folder, on a free loopback port."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "loyalty"
ACCESS = f"""\
host all {USER} 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""
"""Other roles than the owner need their password."""
FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
"""Where Debian keeps the server's programs, apart from the path."""
PATH = os.pathsep.join([*map(str, FOLDERS), os.environ["PATH"]])


def has_postgres() -> bool:
    """Whether PostgreSQL's programs are on this machine."""
    return shutil.which("initdb", path=PATH) is not None


@contextmanager
def postgres_server(**options: str) -> Iterator[str]:
    """The URL of an empty database, gone with its server afterwards; `options` configure it.

    Needs PostgreSQL's programs (Debian: `postgresql`). They refuse to run as root, so that root
    lets the system's user `postgres` run them.
    """
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = Path(folder) / "data"
        port = free_port()
        told = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder}
        settings = " ".join(f"-c {name}={value}" for name, value in (told | options).items())
        access = ("--username", USER, "--auth", "trust")
        _run("initdb", "--pgdata", data, *access, "--encoding", "UTF8", "--no-sync")
        (data / "pg_hba.conf").write_text(ACCESS)
        control = ("pg_ctl", "--pgdata", data, "--silent", "--wait")
        _run(*control, "--log", Path(folder) / "log", "--options", settings, "start")
        try:
            yield f"postgresql://{USER}@127.0.0.1:{port}/postgres"
        finally:
            _run(*control, "--mode", "immediate", "stop")


def _run(program: str, *arguments: object) -> None:
    as_postgres = ("runuser", "--user", "postgres", "--") if os.geteuid() == 0 else ()
    command = [*as_postgres, shutil.which(program, path=PATH) or program, *map(str, arguments)]
    subprocess.run(command, cwd="/", check=True, stdout=subprocess.DEVNULL)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
