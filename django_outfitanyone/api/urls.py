"""URLs of the API: ``path("api/outfitanyone/v1/", include("django_outfitanyone.api.urls"))``."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, path, re_path
from rest_framework.routers import SimpleRouter

from django_outfitanyone.api import views
from django_outfitanyone.api.site_views import RESOURCES, view_of

app_name = "outfitanyone_api"

router = SimpleRouter()
for name, (singular, _view) in RESOURCES.items():
    router.register(name, view_of(name), basename=singular)

addresses = {prefix: f"{basename}-list" for prefix, _, basename in router.registry}
urlpatterns: list[URLPattern | URLResolver] = [*router.urls]

# below the resources, what does not exist answers in the API's form too
urlpatterns.append(
    re_path(rf"^(?:{'|'.join(RESOURCES)})/[\s\S]*/\Z", views.NothingHereView.as_view())
)

if find_spec("drf_spectacular"):
    from django_outfitanyone.api.schema import urlpatterns as schema_urlpatterns

    urlpatterns += schema_urlpatterns
    addresses["schema"] = "schema"

urlpatterns.insert(0, path("", views.RootView.as_view(api_root_dict=addresses), name="root"))
