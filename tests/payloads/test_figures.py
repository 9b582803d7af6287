"""The figures that rows can be listed for: Python and the table macro know the same ones."""

import re

from support.replay import PROJECT

from api_export.payloads.figures import FIGURES


def test_the_macro_knows_the_figures_and_tells_which_are_sums() -> None:
    text = (PROJECT / "dbt_project/macros/publish_explain.sql").read_text()
    (listed,) = re.findall(r"return\(\{(.*?)\}\)", text, re.DOTALL)
    known = [
        name for group in re.findall(r"\[(.*?)\]", listed) for name in re.findall(r"\w+", group)
    ]
    assert known == list(FIGURES)
    comment = re.sub(r"'\s*~ '", "", text)
    sums, counts = re.findall(r"the sum of points for (.*?), the count for (.*?)\.", comment)[0]
    assert {name for name, kind in FIGURES.items() if kind == "sum"} == set(
        re.findall(r"\w+", sums)
    ) - {"and"}
    assert {name for name, kind in FIGURES.items() if kind == "count"} == set(
        re.findall(r"\w+", counts)
    ) - {"and"}
