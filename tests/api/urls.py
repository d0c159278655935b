"""URLs of a site with this API alone."""

from django.urls import include, path

urlpatterns = [path("api/outfitanyone/v1/", include("django_outfitanyone.api.urls"))]
