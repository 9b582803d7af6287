"""dbt's manifest of the project, made anew where a file of the project is another than before.

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
"""The file beside a manifest that says from which project it was made."""


def refresh_manifest(manifest: Path, partial_parse_folder: Path) -> None:
    """Have dbt write the manifest where it is not that of every file as it is now.

    Several processes may ask for it at once. Raises `RunError` where dbt can't parse the project.
    """
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(manifest.with_name(".lock")):
        made_of, now = manifest.with_name(FINGERPRINT), project_fingerprint()
        if not (manifest.exists() and made_of.exists() and made_of.read_text() == now):
            _parse(manifest, partial_parse_folder)
            made_of.write_text(now)


def _parse(manifest: Path, partial_parse_folder: Path) -> None:
    """Have dbt parse; who reads the manifest meanwhile sees the old one or the new one."""
    with tempfile.TemporaryDirectory(dir=manifest.parent) as scratch:
        done = call_dbt("parse", target=Path(scratch), variables={})
        if done.returncode != 0:
            raise RunError(f"dbt could not parse the models:\n{done.stdout}")
        Path(scratch, PARTIAL_PARSE).replace(partial_parse_folder / PARTIAL_PARSE)
        Path(scratch, manifest.name).replace(manifest)
