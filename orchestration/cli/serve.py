"""`loyalty serve`: the dashboard, the exported JSON and the API, on one port."""

import ipaddress
import socket
from pathlib import Path

import click
from pydantic import SecretStr

from orchestration.cli.options import workspace_option
from orchestration.cli.stopping import StopSignals
from orchestration.deployment import Deployment
from orchestration.errors import UsageError
from orchestration.settings import load_settings

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")


@click.command()
@workspace_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 for any free one.",
)
@click.pass_obj
def serve(signals: StopSignals, workspace_folder: Path | None, host: str, port: int) -> None:
    """Serve the dashboard, the exported JSON and the API, by what is published at each moment."""
    import uvicorn

    from api_export.server.access import Tokens
    from api_export.server.app import Options, build_app
    from api_export.server.connections import bounded_config

    settings = load_settings(workspace=workspace_folder)
    published = Deployment(settings).workspace
    if not published.marts.exists() or not published.current_export.exists():
        raise UsageError(f"{published.root} has nothing published yet: use `loyalty run` first")
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        raise UsageError(f"can't listen on {host}, port {port}: {error.strerror}") from None
    options = Options(
        Tokens(_reveal(settings.admin_token), _reveal(settings.read_token)),
        settings.cors_origins,
        settings.cache_seconds,
        _names(host, listening.getsockname()[0]),
    )
    config = bounded_config(
        build_app(published, options),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    with listening, signals.handled_by(server.handle_exit):
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"http://{shown}:{listening.getsockname()[1]}/")
        server.run(sockets=[listening])


def _reveal(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _names(host: str, address: str) -> tuple[str, ...]:
    """The names by which a server may be called: those of this machine alone, if it serves that.

    Under another name, a page from elsewhere might be asking.
    """
    listened = ipaddress.ip_address(address.partition("%")[0])
    listened = getattr(listened, "ipv4_mapped", None) or listened
    if not listened.is_loopback:
        return ("*",)
    names = (host, address)
    return (*LOCAL_NAMES, *(f"[{name}]" if ":" in name else name for name in names))
