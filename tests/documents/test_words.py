"""The glossary's words that we avoid don't occur in names of code."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from support.replay import PROJECT

GLOSSARY = (PROJECT / "docs/glossary.md").read_text()
AVOIDED = set(re.findall(r"^\| `(\w+)` \|", GLOSSARY.partition("## Words that we avoid")[2], re.M))
KEPT = {"_asked"}
"""Of a database, which is asked a query."""
SQL_WITHOUT_NAMES = re.compile(r"\{#.*?#\}|--[^\n]*|'[^']*'", re.DOTALL)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def names_of(path: Path) -> Iterator[str]:
    """The names in a file of Python or SQL: no comments, no texts."""
    text = path.read_text()
    if path.suffix == ".sql":
        yield from re.findall(r"[a-zA-Z_]\w*", SQL_WITHOUT_NAMES.sub("", text))
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            yield token.string


def test_avoided_words_are_in_no_name() -> None:
    files = [
        path
        for root, suffix in (("api_export", "py"), ("orchestration", "py"), ("dbt_project", "sql"))
        for path in (PROJECT / root).rglob(f"*.{suffix}")
    ]
    found = {
        f"{path.relative_to(PROJECT)}: {name}"
        for path in files
        for name in {path.stem, *names_of(path)} - KEPT
        if AVOIDED & {word.lower() for word in WORD.findall(name)}
    }
    assert AVOIDED
    assert found == set()
