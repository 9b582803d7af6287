"""Fingerprints of what shapes results beside rows, so that a new version of the project is noticed.

They are taken of whole packages: a file that comes counts without being listed anywhere.
"""

import hashlib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import api_export
import api_export.payloads.strict_json
import orchestration
from orchestration.installation import INSTALLED, PROJECT_FILE, project_root
from orchestration.settings import Settings

ENGINE = ("dbt-core", "dbt-duckdb", "duckdb", "simplejson")
"""What computes the marts; each version may round or write otherwise."""
SPARK = ("dbt-spark", "pyspark")
"""What computes them before, where that is Spark."""
FORECAST_LIBRARIES = ("statsmodels", "numpy", "pandas", "scipy")
"""What forecasts are fitted with, likewise; without statsmodels nothing is fitted."""


def models_parts(settings: Settings, source_identity: str) -> dict[str, str]:
    """All that shapes the marts beside rows, by its name: files by their checksums, else as it is.

    So a run can say what differs from the last run.
    """
    parts = {"LOYALTY_TIER_BASIS": settings.tier_basis, "the source": source_identity}
    if settings.engine != "duckdb":
        parts["LOYALTY_ENGINE"] = settings.engine
        parts |= {f"the version of {name}": _version_if_installed(name) for name in SPARK}
    if settings.mapping is not None:
        parts["the mapping"] = _checksum(settings.mapping)
    parts |= {f"the version of {name}": version(name) for name in ENGINE}
    parts |= {f"the version of {name}": _version_if_installed(name) for name in FORECAST_LIBRARIES}
    files = [(project_root(), path) for path in _project() if not _is_beside_the_build(path)]
    for package in (orchestration, api_export.payloads.strict_json):
        folder = Path(package.__file__).parent
        root = folder.parents[package.__name__.count(".")]
        files += [(root, path) for path in _files(folder) if INSTALLED not in path.parents]
    return parts | {path.relative_to(root).as_posix(): _checksum(path) for root, path in files}


def export_fingerprint() -> str:
    """Stands for all that shapes the export beside the marts: its code, its page and Chart.js."""
    folder = Path(api_export.__file__).parent
    key = hashlib.sha256(version("simplejson").encode() + b"\0")
    _add(key, folder, _files(folder))
    return key.hexdigest()


def project_fingerprint() -> str:
    """Stands for the dbt project as dbt parses it."""
    key = hashlib.sha256(version("dbt-core").encode() + b"\0")
    _add(key, project_root(), _project())
    return key.hexdigest()


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _version_if_installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _project() -> list[Path]:
    root = project_root()
    return [root / PROJECT_FILE, *_files(root / "dbt_project")]


def _add(key: "hashlib._Hash", root: Path, files: Iterable[Path]) -> None:
    for path in files:
        content = path.read_bytes()
        name = path.relative_to(root).as_posix()
        key.update(f"{name}\0{len(content)}\0".encode() + content)


def _files(folder: Path) -> list[Path]:
    """What a package is made of; nothing that Python or an editor put there."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__" and not path.name.startswith(".")
    )


def _is_beside_the_build(path: Path) -> bool:
    """Whether no table depends on a file of the dbt project."""
    is_test = path.name.startswith("_unit_tests")
    project = project_root() / "dbt_project"
    is_aside = path.parent in (project / "analyses", project / "models" / "semantic")
    return is_test or is_aside or path.name == "_exposures.yml"
