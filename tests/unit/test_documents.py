"""What the documents say of the command and of each other is true."""

import re
from pathlib import Path

import click
import pytest
from support.replay import PROJECT

from orchestration.cli.main import commands
from orchestration.settings import Settings

DOCUMENTS = sorted(
    [PROJECT / "README.md", PROJECT / "tests/README.md", *(PROJECT / "docs").glob("*.md")]
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


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


def test_every_setting_and_call_is_in_the_table() -> None:
    text = (PROJECT / "docs/command.md").read_text()
    listed = re.findall(r"^\| `LOYALTY_(\w+)` \|", text, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)
    calls = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `loyalty ")}
    for name, command in commands.commands.items():
        (call,) = (call for call in calls if call.split()[1] == name)
        options = {
            option.opts[0] for option in command.params if isinstance(option, click.Option)
        } - {"--workspace"}
        assert options <= set(re.findall(r"--[\w-]+", call)) | {"--workspace"}, name
