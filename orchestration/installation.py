"""The installation: a checkout or a wheel, where each has the dbt project and keeps its files."""

import sys
from pathlib import Path

import platformdirs

from orchestration.errors import UsageError

APPLICATION = "loyalty-analytics"
"""The name of the distribution."""
PROJECT_FILE = "dbt_project.yml"
CHECKOUT = Path(__file__).parent.parent
INSTALLED = Path(__file__).parent / "project"
"""Where a wheel has the dbt project: `setup.py` puts it there."""


def is_checkout() -> bool:
    """Whether this code lies in a checkout, rather than where a wheel was installed."""
    return not (INSTALLED / PROJECT_FILE).exists()


def project_root() -> Path:
    """The folder of `dbt_project.yml`, from which dbt runs."""
    root = CHECKOUT if is_checkout() else INSTALLED
    if not (root / PROJECT_FILE).exists():
        raise UsageError(
            f"{root} holds no {PROJECT_FILE}: install the project from its own folder,"
            f" with {sys.executable} -m pip install ."
        )
    return root


def default_workspace() -> Path:
    """`data/` of the current folder for a checkout, where `make` and dbt use it too.

    An installed command is called from anywhere, and has the user's own folder for data.
    """
    if is_checkout():
        return Path("data")
    return platformdirs.user_data_path(APPLICATION, appauthor=False)


def cache_folder() -> Path:
    """Where what is made of the project alone may be kept: never beside an installed one."""
    if is_checkout():
        return CHECKOUT / "target"
    return platformdirs.user_cache_path(APPLICATION, appauthor=False)
