"""The table of promises in tests/README.md names tests that are there."""

import re

import pytest
from support.replay import PROJECT

TESTS = PROJECT / "tests"
NAMED = sorted(set(re.findall(r"`((?:\w+/)?test_\w+)`", (TESTS / "README.md").read_text())))


@pytest.mark.parametrize("name", NAMED)
def test_a_named_test_is_there(name: str) -> None:
    assert (TESTS / f"{name}.py").exists()
