"""YAML files that people write: read with the lines of what stands in them."""

from pathlib import Path
from typing import NoReturn

import yaml

from orchestration.errors import UsageError


def read_yaml(path: Path, what: str) -> yaml.Node | None:
    """The root of a file, whose nodes know their lines; null where nothing stands in it.

    Raises `UsageError` that names the file by what it holds, such as `the mapping`.
    """
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise UsageError(f"{what} {path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: this isn't UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise UsageError(f"{path}:{line}: this isn't YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise UsageError(f"{path}: this isn't YAML: {problem}") from None


def refuse(path: Path, node: yaml.Node, problem: str) -> NoReturn:
    """Raise `UsageError` for what stands in a line of a file."""
    raise UsageError(f"{path}:{node.start_mark.line + 1}: {problem}")
