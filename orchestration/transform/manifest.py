"""dbt's manifest of the project, made anew where a file of the project changed.

Dagster makes its assets of it. It says nothing of a workspace, so one serves all of a checkout, and
so does what dbt parsed.
"""

import tempfile
from pathlib import Path

import filelock

from orchestration.errors import RunError
from orchestration.transform.build_fingerprints import project_fingerprint
from orchestration.transform.dbt_command import call_dbt

PARTIAL_PARSE = "partial_parse.msgpack"
"""What spares a first run the parsing; dagster-dbt takes it from `target/` of a checkout."""
FINGERPRINT = "fingerprint"
"""The file beside a manifest, or what dbt parsed, that says from which project it was made."""


def refresh_manifest(manifest: Path, partial_parse_folder: Path) -> None:
    """Have dbt write the manifest where it is not that of every file as it is now.

    Several processes may ask for it at once. Raises `RunError` where dbt can't parse the project.
    """
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(manifest.with_name(".lock")):
        now = project_fingerprint()
        if not (manifest.exists() and _is_made_of(manifest.parent, now)):
            _parse(manifest, partial_parse_folder)
            for folder in (partial_parse_folder, manifest.parent):
                (folder / FINGERPRINT).write_text(now)


def drop_older_parse(target: Path) -> None:
    """Have dbt, which is to write into `target`, parse anew what it parsed of an older project.

    It would only look at the files that changed since, and refuses what moved between two of them.
    """
    now = project_fingerprint()
    if not _is_made_of(target, now):
        target.mkdir(parents=True, exist_ok=True)
        (target / PARTIAL_PARSE).unlink(missing_ok=True)
        (target / FINGERPRINT).write_text(now)


def _is_made_of(folder: Path, fingerprint: str) -> bool:
    made_of = folder / FINGERPRINT
    return made_of.exists() and made_of.read_text() == fingerprint


def _parse(manifest: Path, partial_parse_folder: Path) -> None:
    """Have dbt parse; who reads the manifest meanwhile sees the old one or the new one."""
    with tempfile.TemporaryDirectory(dir=manifest.parent) as scratch:
        done = call_dbt("parse", target=Path(scratch), variables={})
        if done.returncode != 0:
            raise RunError(f"dbt could not parse the models:\n{done.stdout}")
        Path(scratch, PARTIAL_PARSE).replace(partial_parse_folder / PARTIAL_PARSE)
        Path(scratch, manifest.name).replace(manifest)
