"""JSON endpoints of KPIs: the catalogue, values, the rows behind them, freshness; reports; targets."""

from django.urls import path

from crm.api.endpoints import routes
from kpis.api import campaigns, cohorts, funnel, loyalty, pages, pipeline, predictions, rfm
from kpis.api.alerts import ALERTS
from kpis.api.annotations import ANNOTATIONS
from kpis.api.targets import TARGETS
from kpis.api.views import OPERATIONS as OPERATIONS_OF_KPIS
from kpis.api.views import CatalogueView, FreshnessView, KpiView, RowsView, ValuesView

RESOURCES = [TARGETS, ALERTS, ANNOTATIONS]
OPERATIONS = (
    OPERATIONS_OF_KPIS
    + campaigns.OPERATIONS
    + rfm.OPERATIONS
    + pages.OPERATIONS
    + funnel.OPERATIONS
    + cohorts.OPERATIONS
    + loyalty.OPERATIONS
    + pipeline.OPERATIONS
    + predictions.OPERATIONS
)
urlpatterns = [
    path("kpis/", CatalogueView.as_view(), name="kpi-list"),
    path("kpis/freshness/", FreshnessView.as_view(), name="kpi-freshness"),
    path("kpis/<str:key>/", KpiView.as_view(), name="kpi-detail"),
    path("kpis/<str:key>/values/", ValuesView.as_view(), name="kpi-values"),
    path("kpis/<str:key>/rows/", RowsView.as_view(), name="kpi-rows"),
    path("reports/campaigns/", campaigns.CampaignsView.as_view(), name="report-campaigns"),
    path("reports/cohorts/", cohorts.CohortsView.as_view(), name="report-cohorts"),
    path("reports/cohorts/people/", cohorts.CohortPeopleView.as_view(), name="report-cohorts-people"),
    path("reports/funnel/", funnel.FunnelView.as_view(), name="report-funnel"),
    path("reports/funnel/people/", funnel.FunnelPeopleView.as_view(), name="report-funnel-people"),
    path("reports/loyalty/", loyalty.LoyaltyView.as_view(), name="report-loyalty"),
    path("reports/nps/", loyalty.NpsView.as_view(), name="report-nps"),
    path("reports/pipeline/", pipeline.PipelineView.as_view(), name="report-pipeline"),
    path("reports/pipeline/rows/", pipeline.DealsView.as_view(), name="report-pipeline-rows"),
    path("reports/predictions/", predictions.PredictionsView.as_view(), name="report-predictions"),
    path("reports/rfm/", rfm.RfmView.as_view(), name="report-rfm"),
    path("reports/rfm-movement/", rfm.MovementView.as_view(), name="report-rfm-movement"),
    path("reports/top-pages/", pages.TopPagesView.as_view(), name="report-top-pages"),
    path("reports/top-pages/rows/", pages.EntrancesView.as_view(), name="report-top-pages-rows"),
    path("reports/ab-tests/", pages.TestsView.as_view(), name="report-ab-tests"),
    path("reports/ab-tests/rows/", pages.TestRowsView.as_view(), name="report-ab-tests-rows"),
    *routes(*RESOURCES),
]

__all__ = ["OPERATIONS", "RESOURCES", "urlpatterns"]
