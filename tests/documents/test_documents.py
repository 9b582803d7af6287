"""What the documents say of each other, and of the files of the project, is there."""

import re
from pathlib import Path

import pytest
from support.replay import PROJECT

PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
DOCUMENTS = [*PAGES, PROJECT / "tests/README.md"]
SOURCES = sorted(
    path
    for root in ("api_export", "dbt_project", "orchestration", "tests")
    for path in (PROJECT / root).rglob("*")
    if path.suffix in (".py", ".sql", ".yml")
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`((?:api_export|dbt_project|orchestration|tests)/[\w./-]+)`")
CITED = re.compile(r'\b([a-z-]+\.md)\b(?:,? "([^"]+)")?')
"""A page that code cites, and the words of it that it means."""


def anchors(document: Path) -> set[str]:
    """What a heading is linked by: its words in lower case, hyphens between them."""
    headings = HEADING.findall(CODE.sub("", document.read_text()))
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in LINK.findall(CODE.sub("", document.read_text())):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{link} in {document.name}"
        assert not anchor or anchor in anchors(target), f"{link} in {document.name}"


def test_every_page_is_linked_from_the_readme() -> None:
    linked = set(LINK.findall((PROJECT / "README.md").read_text()))
    pages = {f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md")}
    assert pages <= {link.partition("#")[0] for link in linked}


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.stem)
def test_every_file_that_is_named_is_there(document: Path) -> None:
    named = FILE.findall(document.read_text())
    assert [name for name in named if not (PROJECT / name).exists()] == []


def test_every_page_that_code_cites_is_there_and_says_so() -> None:
    cited = {(path.name, *found) for path in SOURCES for found in CITED.findall(path.read_text())}
    pages = {page.name: page.read_text() for page in DOCUMENTS}
    for file, page, words in sorted(cited):
        assert page in pages, f"{file} cites {page}"
        assert words.lower() in pages[page].lower(), f"{file} cites {page}, {words!r}"


def test_every_file_that_code_names_is_there() -> None:
    named = {(path.name, name) for path in SOURCES for name in FILE.findall(path.read_text())}
    assert {(file, name) for file, name in named if not (PROJECT / name).exists()} == set()
