// Fetch widgets
const widgets = await fetch('/api/v1/loyalty-management/dashboard-widgets/');

// Fetch analytics data for each widget
widgets.forEach(async widget => {
  switch(widget.widget_type) {
    case 'points_issued':
      const trend = await fetch('/api/v1/loyalty-management/analytics/points_trend/?days=30');
      renderPointsChart(trend);
      break;
    case 'tier_distribution':
      const tiers = await fetch('/api/v1/loyalty-management/analytics/tier_distribution/');
      renderTierChart(tiers);
      break;
    // ... other widget types
  }
});
