"""Settings whose text says more than a number or a word."""

from decimal import Decimal

import pytest

from orchestration.errors import UsageError
from orchestration.settings import load_settings


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.01", [(None, "0.01")]),
        (" 999999.999999 ", [(None, "999999.999999")]),
        ("2:0.005, 1:0.01", [(1, "0.01"), (2, "0.005")]),
        ("-9223372036854775808:0", [(-(2**63), "0")]),
        ("", []),
    ],
)
def test_a_point_value_is_of_all_websites_or_of_each(
    monkeypatch: pytest.MonkeyPatch, text: str, values: list[tuple[int | None, str]]
) -> None:
    monkeypatch.setenv("LOYALTY_POINT_VALUE", text)
    assert load_settings().point_value == tuple((site, Decimal(value)) for site, value in values)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a cent", "'a cent' isn't what a point is worth: give a number below 1,000,000"),
        ("-0.01", "'-0.01' isn't"),
        ("1e-2", "'1e-2' isn't"),
        ("nan", "'nan' isn't"),
        ("0.0000001", "'0.0000001' isn't"),
        ("1000000", "'1000000' isn't"),
        ("1:0.01,", "'' isn't"),
        ("9223372036854775808:1", "'9223372036854775808:1' isn't"),
        ("1:0.01,2:0.01,1:0.02", "website 1 has more than one value"),
        ("0.01,2:0.005", "a value for all websites stands alone"),
        ("0.01,0.02", "a value for all websites stands alone"),
    ],
)
def test_what_is_no_point_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    monkeypatch.setenv("LOYALTY_POINT_VALUE", text)
    with pytest.raises(UsageError) as refused:
        load_settings()
    assert str(refused.value).startswith("LOYALTY_POINT_VALUE: ")
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["0", "0.25", "0.333333", "1"])
def test_a_margin_is_a_share(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("LOYALTY_MARGIN", text)
    assert load_settings().margin == Decimal(text)


@pytest.mark.parametrize("text", ["-0.01", "1.01", "25", "25 %", "0.0000001", "nan", "inf", "0,25"])
def test_what_is_no_margin_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("LOYALTY_MARGIN", text)
    with pytest.raises(UsageError) as refused:
        load_settings()
    assert str(refused.value).startswith("LOYALTY_MARGIN: ")
