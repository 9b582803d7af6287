"""The glossary's words are those of the code, and the words that it avoids aren't."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from support.replay import PROJECT

GLOSSARY = (PROJECT / "docs/glossary.md").read_text()
AVOIDED = set(re.findall(r"^\| `(\w+)` \|", GLOSSARY.partition("## Words that we avoid")[2], re.M))
CODE = [
    path
    for root, suffix in (("api_export", ".py"), ("orchestration", ".py"), ("dbt_project", ".sql"))
    for path in (PROJECT / root).rglob(f"*{suffix}")
]
CODE_SPAN = re.compile(r"`([^`]+)`")
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
    found = {
        f"{path.relative_to(PROJECT)}: {name}"
        for path in CODE
        for name in {path.stem, *names_of(path)}
        if AVOIDED & {word.lower() for word in WORD.findall(name)}
    }
    assert AVOIDED
    assert found == set()


def test_the_glossary_s_names_are_in_the_code() -> None:
    """But for those that vary, such as `int_…_validated` or `dim_`."""
    cells = re.findall(r"\| ([^|\n]+) \|$", GLOSSARY.partition("## Words that we avoid")[0], re.M)
    names = {word for cell in cells for name in CODE_SPAN.findall(cell) for word in words(name)}
    texts = [*CODE, *(PROJECT / "api_export/page").glob("*.js")]
    known = {word for path in texts for word in words(path.read_text()) | {path.stem}}
    known |= {path.name for path in (PROJECT / "orchestration").rglob("*") if path.is_dir()}
    assert names
    assert names - known == set()


def words(text: str) -> set[str]:
    """The words of a text, whole names of code among them."""
    return set(re.findall(r"(?<![\w…])[A-Za-z]\w*[A-Za-z](?![\w…])", text))
