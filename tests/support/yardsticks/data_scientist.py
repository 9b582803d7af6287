"""The data scientist's way: pandas over the same files, for the documented payloads.

    python tests/support/yardsticks/data_scientist.py SOURCE OUTPUT

Writes a Parquet file for each payload into OUTPUT, all websites together.
"""

import sys
from pathlib import Path

import pandas as pd

DAYS = 30
LIMIT = 10
END = pd.Timestamp("2200-01-01", tz="UTC")


def main(source: Path, output: Path) -> None:
    """Read, validate, count and write."""
    websites, clients, tiers, categories, items = (
        pd.read_parquet(source / f"{entity}.parquet")
        for entity in (
            *("websites", "clients", "loyalty_tiers"),
            *("redemption_categories", "redemption_items"),
        )
    )
    transactions = validate_transactions(source, websites, clients)
    redemptions = validate_redemptions(source, websites, items)
    as_of = max(transactions["date"].max(), redemptions["date"].max())
    redemptions = redemptions[redemptions["status"] == "fulfilled"]
    first = as_of - pd.Timedelta(days=DAYS - 1)

    clients["balance"] = clients["id"].map(transactions.groupby("client_id")["points"].sum())
    active = clients[clients["balance"] > 0]
    output.mkdir(parents=True, exist_ok=True)
    payloads = {
        "points_trend": points_trend(transactions, first, as_of),
        "top_redemptions": top_redemptions(redemptions, items, categories),
        "tier_distribution": tier_distribution(active, tiers),
        "engagement_stats": engagement_stats(
            clients, active, transactions[transactions["date"] >= first], redemptions, first
        ),
    }
    for name, payload in payloads.items():
        payload.to_parquet(output / f"{name}.parquet", index=False)


def local_dates(times: pd.Series, rows: pd.DataFrame, websites: pd.DataFrame) -> pd.Series:
    """The date of each time in the timezone of its row's website."""
    zones = rows["website_id"].map(websites.set_index("id")["timezone"])
    return pd.concat(
        group.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
        for zone, group in times.groupby(zones)
    )


def validate_transactions(
    source: Path, websites: pd.DataFrame, clients: pd.DataFrame
) -> pd.DataFrame:
    """The valid ledger rows with their business dates."""
    rows = pd.read_parquet(source / "loyalty_transactions.parquet")
    rows = rows[rows["points"].notna() & (rows["timestamp"] < END)]
    rows = rows.sort_values(["timestamp", "points"]).drop_duplicates("id", keep="last")
    rows = rows[rows["client_id"].map(clients.set_index("id")["website_id"]) == rows["website_id"]]
    is_signed = rows["points"].where(rows["transaction_type"] == "add", -rows["points"]) >= 0
    rows = rows[rows["transaction_type"].isin(["add", "redeem", "deduct"]) & is_signed].copy()
    rows["date"] = local_dates(rows["timestamp"], rows, websites)
    return rows


def validate_redemptions(source: Path, websites: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The valid requests with their business dates."""
    rows = pd.read_parquet(source / "redemption_requests.parquet")
    statuses = ["pending", "approved", "fulfilled", "rejected", "cancelled"]
    is_known = rows["item_id"].map(items.set_index("id")["website_id"]) == rows["website_id"]
    rows = rows[is_known & (rows["points_used"] >= 0) & rows["status"].isin(statuses)].copy()
    rows["date"] = local_dates(rows["requested_at"], rows, websites)
    return rows


def points_trend(
    transactions: pd.DataFrame, first: pd.Timestamp, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Issued, redeemed and outstanding by day."""
    by_type = transactions.pivot_table(
        index=["website_id", "date"], columns="transaction_type", values="points", aggfunc="sum"
    )
    dates = pd.date_range(transactions["date"].min(), as_of)
    every_day = pd.MultiIndex.from_product(
        [transactions["website_id"].unique(), dates], names=["website_id", "date"]
    )
    by_type = by_type.reindex(every_day).fillna(0)
    trend = pd.DataFrame({"issued": by_type["add"], "redeemed": -by_type["redeem"]})
    trend["balance"] = by_type.sum(axis=1).groupby("website_id").cumsum()
    trend = trend.astype("int64").reset_index()
    trend = trend[trend["date"] >= first]
    return trend.assign(date=trend["date"].dt.date)


def top_redemptions(
    redemptions: pd.DataFrame, items: pd.DataFrame, categories: pd.DataFrame
) -> pd.DataFrame:
    """The items redeemed most."""
    counts = redemptions.groupby("item_id").size().rename("redemption_count")
    top = items.merge(counts, left_on="id", right_index=True)
    top["category"] = top["category_id"].map(categories.set_index("id")["name"])
    top = top.sort_values(["website_id", "redemption_count", "id"], ascending=[True, False, True])
    return top.groupby("website_id").head(LIMIT)


def tier_distribution(active: pd.DataFrame, tiers: pd.DataFrame) -> pd.DataFrame:
    """Active clients by tier."""
    tiers = tiers.sort_values("threshold").astype({"threshold": "float64"})
    placed = pd.merge_asof(
        active.sort_values("balance"),
        tiers,
        left_on="balance",
        right_on="threshold",
        by="website_id",
        suffixes=("", "_tier"),
    )
    tiers["count"] = tiers["id"].map(placed.groupby("id_tier").size()).fillna(0).astype("int64")
    return tiers.rename(columns={"name": "tier_name"}).astype({"threshold": "int64"})


def engagement_stats(
    clients: pd.DataFrame,
    active: pd.DataFrame,
    recent: pd.DataFrame,
    redemptions: pd.DataFrame,
    first: pd.Timestamp,
) -> pd.DataFrame:
    """How many clients take part in the window."""
    redeeming = redemptions[redemptions["date"] >= first]
    counts = pd.DataFrame(
        {
            "total_clients": clients.groupby("website_id").size(),
            "active_clients": active.groupby("website_id").size(),
            "clients_with_redemptions": redeeming.groupby("website_id")["client_id"].nunique(),
            "clients_with_transactions": recent.groupby("website_id")["client_id"].nunique(),
        }
    )
    return counts.fillna(0).astype("int64").reset_index()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
