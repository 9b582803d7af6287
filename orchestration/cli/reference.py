"""The reference page of the command and its settings, written from what click and they say.

`python -m orchestration.cli.reference` writes it anew; a test holds the page equal to it.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import click

from orchestration.cli.main import commands
from orchestration.installation import CHECKOUT
from orchestration.settings import Settings

PAGE = CHECKOUT / "docs" / "command-and-settings.md"
INTRODUCTION = """\
# The command and its settings

For whoever calls `loyalty`, by hand or from a scheduler. `make reference` writes this page from the
command's own help and from the settings; `loyalty run --help` shows a call's part in a terminal.

How a call ends, and with which exit code, is told in [operations](operations.md#how-a-call-ends).
"""
SETTINGS = """\
## Settings

Each is an environment variable; an empty one counts as unset. An option of a call goes before its
setting. A wrong value ends a call with exit code 2 and a line that names the variable.
"""
FORMATS = {
    "path": "a path",
    "date": "a date, `YYYY-MM-DD`",
    "uri": "a URL",
    "password": "a text, kept secret",
    "point-value": "a number, 0 or more; or `website:number`, several between commas",
}
"""What people call the formats of JSON Schema."""


def write_reference() -> str:
    """The whole page, as Markdown."""
    sections = [
        INTRODUCTION,
        "## Calls\n",
        *(_call(name, call) for name, call in commands.commands.items()),
        SETTINGS,
        "\n".join(_table(("setting", "takes", "default", "what"), _settings())),
    ]
    return "\n".join(sections) + "\n"


def _call(name: str, call: click.Command) -> str:
    context = click.Context(call, info_name=f"loyalty {name}")
    usage = " ".join((context.command_path, *call.collect_usage_pieces(context)))
    options = [_option(option) for option in call.params if isinstance(option, click.Option)]
    lines = [f"### {context.command_path}", "", f"`{usage}`", "", inspect.cleandoc(call.help or "")]
    if options:
        lines += ["", *_table(("option", "what"), options)]
    return "\n".join((*lines, ""))


def _option(option: click.Option) -> tuple[str, str]:
    names = ", ".join(option.opts)
    metavar = "" if option.is_flag else f" {option.metavar or option.name.upper()}"
    notes = "  Required." if option.required else ""
    if option.show_default:
        notes += f"  Default: `{option.default}`."
    return f"`{names}{metavar}`", f"{option.help}{notes}"


def _settings() -> Iterator[tuple[str, str, str, str]]:
    """Each setting with what it takes, its default, and its docstring."""
    meanings = _attribute_docstrings(Settings)
    schemas = Settings.model_json_schema()["properties"]
    for name, field in Settings.model_fields.items():
        default = _default(field.get_default(call_default_factory=True))
        yield f"`LOYALTY_{name.upper()}`", _takes(schemas[name]), default, meanings[name]


def _attribute_docstrings(model: type) -> dict[str, str]:
    """The docstring below each annotated attribute of a class."""
    (definition,) = ast.parse(inspect.getsource(model)).body
    return {
        attribute.target.id: docstring.value.value
        for attribute, docstring in pairwise(definition.body)
        if isinstance(attribute, ast.AnnAssign) and isinstance(docstring, ast.Expr)
    }


def _takes(schema: dict[str, Any]) -> str:
    """What a setting takes, from its JSON Schema."""
    schema = next(
        (choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"), schema
    )
    if "anyOf" in schema:
        return "a size, such as `4GB`"
    if "enum" in schema:
        return " or ".join(f"`{choice}`" for choice in schema["enum"])
    match schema["type"]:
        case "array":
            return f"{_takes(schema['items'])}; several between commas"
        case "boolean":
            return "`true` or `false`"
        case "integer" | "number" as kind:
            return ("a whole number" if kind == "integer" else "a number") + _bounds(schema)
    return FORMATS.get(schema.get("format"), "a text")


def _bounds(schema: dict[str, Any]) -> str:
    low, above, high = (schema.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    bounds = [] if above is None else [f"above {above}"]
    if low is not None and high is not None:
        bounds.append(f"{low:g} to {high:g}")
    else:
        bounds += [f"{low} or more"] if low is not None else []
        bounds += [f"at most {high}"] if high is not None else []
    return "".join(f", {bound}" for bound in bounds)


def _default(value: Any) -> str:
    match value:
        case None | ():
            return "not set"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return f"`{','.join(map(str, value))}`"
        case float():
            return f"`{value:g}`"
    return f"`{value}`"


def _table(heads: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield _line(heads)
    yield _line(["---"] * len(heads))
    yield from map(_line, rows)


def _line(cells: Any) -> str:
    """A row of a table; what a cell says is one line, and no bar ends it early."""
    return " ".join(("|", *(f"{_one_line(cell)} |" for cell in cells)))


def _one_line(cell: str) -> str:
    return re.sub(r"\s+", " ", cell).replace("|", r"\|")


if __name__ == "__main__":
    PAGE.write_text(write_reference())
