"""An independent recount of every exported file, from the source files, in plain Python.

It reads as directly as metrics.md and source-contract.md do, and shares no code with the
pipeline. Tests compare the export with it byte for byte.
"""

from support.recount.blocks import rounded
from support.recount.files import recount
from support.recount.manifest import recount_fallbacks, recount_left_out, recount_manifest
from support.recount.proof import EVIDENCE, explain
from support.recount.records import record_id
from support.recount.sites import site_of
from support.recount.validation import validate

__all__ = [
    "EVIDENCE",
    "explain",
    "record_id",
    "recount",
    "recount_fallbacks",
    "recount_left_out",
    "recount_manifest",
    "rounded",
    "site_of",
    "validate",
]
