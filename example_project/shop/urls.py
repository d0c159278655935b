from django.urls import path

from shop import cart_views, views

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("clothes/", views.clothes, name="clothes"),
    path("clothes/<slug:category>/", views.clothes, name="category"),
    path("products/<slug:slug>/", views.product, name="product"),
    path("looks/", views.looks, name="looks"),
    path("bag/", cart_views.bag, name="bag"),
    path("bag/add/", cart_views.add, name="bag-add"),
    path("bag/change/", cart_views.change, name="bag-change"),
]
