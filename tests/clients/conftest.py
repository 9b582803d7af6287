"""What clients are asked, and those that npm installs."""

from pathlib import Path

import pytest
from support import npm_clients
from support.questions import Question, questions
from support.workspaces import Built


@pytest.fixture(scope="session")
def export(built: Built) -> Path:
    """The export that the published marts gave."""
    return built.workspace / "export" / "current"


@pytest.fixture(scope="session")
def asked(export: Path) -> dict[str, Question]:
    """The questions by name."""
    return questions(export)


@pytest.fixture(scope="session")
def npm(pytestconfig: pytest.Config) -> Path:
    """The folder in whose `node_modules` the clients lie."""
    return npm_clients.install(pytestconfig.cache.mkdir("npm-clients"))
