from django.urls import path

from shop import views

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("clothes/", views.clothes, name="clothes"),
    path("clothes/<slug:category>/", views.clothes, name="category"),
    path("products/<slug:slug>/", views.product, name="product"),
    path("looks/", views.looks, name="looks"),
]
