"""Routes of the KPI pages."""

from django.urls import path

from kpis.views import alerts, annotations, catalogue, detail, overview, pages, palette, reviews, rfm, targets

app_name = "kpis"
urlpatterns = [
    path("palette/", palette.PaletteView.as_view(), name="palette"),
    path("kpis/", overview.OverviewView.as_view(), name="overview"),
    path("kpis/catalog/", catalogue.CatalogueView.as_view(), name="catalogue"),
    path("kpis/rfm/", rfm.RfmView.as_view(), name="rfm"),
    path("kpis/rfm/csv/", rfm.RfmCsvView.as_view(), name="rfm-csv"),
    path("kpis/top-pages/", pages.TopPagesView.as_view(), name="top-pages"),
    path("kpis/landing-pages/", pages.LandingPagesView.as_view(), name="landing-pages"),
    path("kpis/<str:key>/", detail.KpiView.as_view(), name="kpi-detail"),
    path("kpis/<str:key>/csv/", detail.KpiCsvView.as_view(), name="kpi-csv"),
    path("alerts/", alerts.AlertsView.as_view(), name="alerts"),
    path("alerts/new/", alerts.AlertFormView.as_view(), name="alert-create"),
    path("alerts/read/", alerts.mark_read, name="alerts-read"),
    path("alerts/bell/", alerts.BellView.as_view(), name="bell"),
    path("alerts/<int:pk>/edit/", alerts.AlertFormView.as_view(), name="alert-edit"),
    path("alerts/<int:pk>/mute/", alerts.mute, name="alert-mute"),
    path("alerts/<int:pk>/switch/", alerts.switch, name="alert-switch"),
    path("annotations/new/", annotations.AnnotationFormView.as_view(), name="annotation-create"),
    path("annotations/<int:pk>/remove/", annotations.remove, name="annotation-remove"),
    path("annotations/<int:pk>/restore/", annotations.restore, name="annotation-restore"),
    path("reviews/", reviews.ReviewsView.as_view(), name="reviews"),
    path("reviews/new/", reviews.ReviewFormView.as_view(), name="review-create"),
    path("reviews/unread/", reviews.UnreadView.as_view(), name="reviews-unread"),
    path("reviews/<int:pk>/edit/", reviews.ReviewFormView.as_view(), name="review-edit"),
    path("reviews/<int:pk>/switch/", reviews.switch, name="review-switch"),
    path("reviews/<int:pk>/<str:key>/", reviews.SittingView.as_view(), name="sitting"),
    path("reviews/<int:pk>/<str:key>/open/", reviews.open_one, name="sitting-open"),
    path("targets/", targets.TargetsView.as_view(), name="targets"),
    path("targets/edits/<int:pk>/undo/", targets.undo, name="targets-undo"),
]
