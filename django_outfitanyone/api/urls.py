"""URLs of the API: ``path("api/outfitanyone/v1/", include("django_outfitanyone.api.urls"))``."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, path
from rest_framework.routers import SimpleRouter

from django_outfitanyone.api import views
from django_outfitanyone.api.batch_views import BatchViewSet
from django_outfitanyone.api.try_on_views import TryOnViewSet

app_name = "outfitanyone_api"

router = SimpleRouter()
router.register("products", views.ProductViewSet, basename="product")
router.register("garments", views.GarmentViewSet, basename="garment")
router.register("model-images", views.ModelImageViewSet, basename="model-image")
router.register("try-ons", TryOnViewSet, basename="try-on")
router.register("batches", BatchViewSet, basename="batch")
router.register("hotspots", views.HotspotViewSet, basename="hotspot")

addresses = {prefix: f"{basename}-list" for prefix, _, basename in router.registry}
urlpatterns: list[URLPattern | URLResolver] = [*router.urls]

if find_spec("drf_spectacular"):
    from django_outfitanyone.api.schema import urlpatterns as schema_urlpatterns

    urlpatterns += schema_urlpatterns
    addresses["schema"] = "schema"

urlpatterns.insert(0, path("", views.RootView.as_view(api_root_dict=addresses), name="root"))
