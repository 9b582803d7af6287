"""Where the Django application keeps the contract's entities."""

TABLES = {
    "websites": "websites_website",
    "clients": "client_management_clientprofile",
    "loyalty_tiers": "loyalty_management_loyaltytier",
    "loyalty_transactions": "loyalty_management_loyaltytransaction",
    "redemption_categories": "loyalty_management_redemptioncategory",
    "redemption_items": "loyalty_management_redemptionitem",
    "redemption_requests": "loyalty_management_redemptionrequest",
    "dashboard_widgets": "loyalty_management_dashboardwidget",
    "orders": "orders_order",
    "campaigns": "campaigns_campaign",
    "campaign_members": "campaigns_campaignmember",
}
CUSTOMARY = ("orders", "campaigns", "campaign_members")
"""What the application itself has no tables of. A neighbour of it may, under these names: one that
holds something else, or may not be read, is none of the contract's."""
CONVERSIONS = """
    select
        entries.id,
        entries.website_id,
        clients.id as client_id,
        coalesce({points}, {points_used}) as points,
        entries.amount,
        entries.created_at as converted_at
    from wallets_wallet_entry as entries
    left join wallets_wallet as wallets on entries.wallet_id = wallets.id
    left join client_management_clientprofile as clients on wallets.owner_user_id = clients.user_id
    where entries.entry_type = 'loyalty_conversion' and entries.status = 'posted'
"""
"""Wallet conversions have no table of their own there."""
CONVERTED = "wallets_wallet_entry"
"""Where they are: an application without this table has none."""
