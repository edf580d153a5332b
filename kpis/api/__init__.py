"""JSON endpoints of KPIs: the catalogue, values, the rows behind them, freshness."""

from django.urls import path

from kpis.api.views import OPERATIONS, CatalogueView, FreshnessView, KpiView, RowsView, ValuesView

RESOURCES: list = []
urlpatterns = [
    path("kpis/", CatalogueView.as_view(), name="kpi-list"),
    path("kpis/freshness/", FreshnessView.as_view(), name="kpi-freshness"),
    path("kpis/<str:key>/", KpiView.as_view(), name="kpi-detail"),
    path("kpis/<str:key>/values/", ValuesView.as_view(), name="kpi-values"),
    path("kpis/<str:key>/rows/", RowsView.as_view(), name="kpi-rows"),
]

__all__ = ["OPERATIONS", "RESOURCES", "urlpatterns"]
