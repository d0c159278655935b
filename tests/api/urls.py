"""A site that has nothing but this API."""

from django.urls import include, path

urlpatterns = [path("api/outfitanyone/v1/", include("django_outfitanyone.api.urls"))]
