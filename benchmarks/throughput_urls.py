"""The URLs that `throughput` reads: the API, and the same rows as a developer would print them."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from benchmarks.api import plain_view
from benchmarks.urls import urlpatterns as app_urls


def bare(_request: HttpRequest) -> JsonResponse:
    """Return next to nothing: what Django and the server take by themselves."""
    return JsonResponse({})


urlpatterns = [*app_urls, path("plain/", plain_view()), path("bare/", bare)]
