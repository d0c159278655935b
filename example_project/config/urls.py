from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.static import serve

admin.site.site_header = admin.site.site_title = "Tally & Twill"

urlpatterns = [
    path("", include("shop.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("favicon.ico", RedirectView.as_view(url=static("shop/mark.svg"))),
    path("admin/", admin.site.urls),
    path("api/outfitanyone/v1/", include("django_outfitanyone.api.urls")),
    # In production, the web server or an object store serves the pictures.
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
]
