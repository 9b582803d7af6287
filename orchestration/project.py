"""The dbt project: where it lies, where dbt may write, and the command that runs it."""

import shutil
import sys
from pathlib import Path

import platformdirs

from orchestration.errors import UsageError

APPLICATION = "loyalty-analytics"
PROJECT_FILE = "dbt_project.yml"
INSTALLED = Path(__file__).parent / "project"
"""Where a wheel has the dbt project."""
CHECKOUT = Path(__file__).parent.parent


def is_checkout() -> bool:
    """Whether the code runs from a checkout, not from a wheel that was installed."""
    return not (INSTALLED / PROJECT_FILE).exists()


def project_root() -> Path:
    """The folder of `dbt_project.yml`, from which dbt runs; nothing is ever written there."""
    root = CHECKOUT if is_checkout() else INSTALLED
    if not (root / PROJECT_FILE).exists():
        raise UsageError(
            f"{root} holds no {PROJECT_FILE}: install the project from its own folder,"
            f" with {sys.executable} -m pip install ."
        )
    return root


def build_folder() -> Path:
    """Where dbt keeps what it makes of the project alone: `target/` in a checkout, else a cache."""
    return CHECKOUT / "target" if is_checkout() else cache_folder()


def cache_folder() -> Path:
    """The user's cache of the installed project."""
    return platformdirs.user_cache_path(APPLICATION, appauthor=False)


def default_workspace() -> Path:
    """`data/` for a checkout; else the user's own folder for data, wherever the command is called.

    The folder of `dbt_project/profiles.yml` is the same for a checkout.
    """
    if is_checkout():
        return Path("data")
    return platformdirs.user_data_path(APPLICATION, appauthor=False)


def dbt_executable() -> str:
    """The dbt beside this Python."""
    return shutil.which("dbt", path=str(Path(sys.executable).parent)) or "dbt"
