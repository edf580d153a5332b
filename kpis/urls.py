"""Routes of the KPI pages."""

from django.urls import path

from kpis.views import catalogue, detail, overview, palette, rfm, targets

app_name = "kpis"
urlpatterns = [
    path("palette/", palette.PaletteView.as_view(), name="palette"),
    path("kpis/", overview.OverviewView.as_view(), name="overview"),
    path("kpis/catalog/", catalogue.CatalogueView.as_view(), name="catalogue"),
    path("kpis/rfm/", rfm.RfmView.as_view(), name="rfm"),
    path("kpis/rfm/csv/", rfm.RfmCsvView.as_view(), name="rfm-csv"),
    path("kpis/<str:key>/", detail.KpiView.as_view(), name="kpi-detail"),
    path("kpis/<str:key>/csv/", detail.KpiCsvView.as_view(), name="kpi-csv"),
    path("targets/", targets.TargetsView.as_view(), name="targets"),
    path("targets/edits/<int:pk>/undo/", targets.undo, name="targets-undo"),
]
