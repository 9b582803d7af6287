"""What is told of an error and of those behind it."""

from orchestration.errors import causes, is_full_disk


def test_an_error_among_its_own_causes_is_told_once() -> None:
    outer, inner = RuntimeError("outer"), ValueError("inner")
    outer.__cause__, inner.__cause__ = inner, outer
    assert list(causes(outer)) == [outer, inner]
    assert not is_full_disk(outer)
