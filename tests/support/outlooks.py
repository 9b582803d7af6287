"""Handmade payloads of forecasts, campaigns and the programme's value, of every kind and status."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Interval = tuple[str | None, str | None, str | None]
"""An effect, its low and its high end."""

SERIES = ("points_issued", "points_redeemed", "redemptions")
BOUNDS = ("low_80", "high_80", "low_95", "high_95")


def forecast_days(as_of: date, days: int = 90, known_bands: int = 90) -> list[Row]:
    """What is expected of each series; its last days without a band where fewer are known."""
    return [
        {
            "date": as_of + timedelta(days=ahead),
            "series": series,
            "point": 10 * place + ahead % 7 + 100,
            **(
                {"low_80": 90 - ahead // 9, "high_80": 150 + ahead, "low_95": 0, "high_95": 999}
                if ahead <= known_bands
                else dict.fromkeys(BOUNDS)
            ),
        }
        for ahead in range(1, days + 1)
        for place, series in enumerate(SERIES)
    ]


def candidate(series: str, model: str, mase: str | None, **fields: Any) -> Row:
    """How a model did on a series in eight tries."""
    return {
        "series": series,
        "item": None,
        "model": model,
        "mase": None if mase is None else Decimal(mase),
        "wape": Decimal("0.2500"),
        "bias": Decimal("-0.0125"),
        "coverage_80": Decimal("0.8125"),
        "coverage_95": Decimal("0.9375"),
        "cut_offs": 8,
        "is_published": False,
        **fields,
    }


def campaign(number: int, design: str, status: str, metrics: list[Row], **fields: Any) -> Row:
    """A campaign of 400 members, with the figures that its status lets it have."""
    is_causal = design == "experiment"
    return {
        "id": number,
        "name": f"Campaign {number}",
        "date_from": "2024-03-01",
        "date_to": "2024-03-14",
        "design": design,
        "is_causal": is_causal,
        "status": status,
        "treatment_clients": 400,
        "comparison_clients": 380,
        "members_elsewhere": 0,
        "sample_ratio_chi2": Decimal("0.5128") if is_causal else None,
        "cost": Decimal("120.00"),
        "return_on_cost": None,
        "revenue_per_cost": None,
        "metrics": metrics,
        **fields,
    }


def effect(metric: str, plain: Interval, adjusted: Interval = (None, None, None)) -> Row:
    """A metric with an effect, its low and its high end, and the same three after adjustment."""
    at, *ends = [None if each is None else Decimal(each) for each in plain]
    adjusted_at, *adjusted_ends = [None if each is None else Decimal(each) for each in adjusted]
    return {
        "metric": metric,
        "treatment_mean": Decimal("120.5000"),
        "comparison_mean": Decimal("99.0000"),
        "treatment_mean_before": Decimal("88.2500"),
        "comparison_mean_before": Decimal("88.0000"),
        "effect": at,
        "effect_low": ends[0],
        "effect_high": ends[1],
        "adjusted_effect": adjusted_at,
        "adjusted_low": adjusted_ends[0],
        "adjusted_high": adjusted_ends[1],
        "relative_effect": None if at is None else Decimal("0.2172"),
        "incremental_total": None if ends[0] is None else 400 * at,
    }


def programme_value(status: str, **fields: Any) -> Row:
    """The value of 30 days of which everything is known that the status doesn't take away."""
    return {
        "as_of": "2024-04-30",
        "days": 30,
        "orders": 1234,
        "revenue": Decimal("50000.00"),
        "revenue_of_redeemers": Decimal("12000.00"),
        "points_redeemed_cost": Decimal("310.25"),
        "points_accrued_cost": Decimal("880.00"),
        "campaign_cost": Decimal("120.00"),
        "cost": Decimal("1000.00"),
        "cost_rate": Decimal("2.00"),
        "break_even_uplift": Decimal("8.40"),
        "roi": None,
        "status": status,
        **fields,
    }
