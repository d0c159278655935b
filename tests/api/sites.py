"""Sites with different settings. ``python -m tests.api.sites NAME`` prints one JSON object.

Each site needs its own process, because views and models are created only once.
"""

import json
import re
import sys
import tempfile
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

TESTS = "tests.settings"
API_DOCS = Path(__file__).parents[2] / "docs" / "api.md"
SWAPPED = "tests.swapped_project.settings"


def without_spectacular():
    """drf-spectacular is not installed."""
    sys.modules["drf_spectacular"] = None
    client = started(TESTS, without="drf_spectacular", REST_FRAMEWORK={})
    return {
        "imported": [name for name in sys.modules if name.startswith("drf_spectacular.")],
        "root": sorted(client.get("").json()),
        "products": client.get("products/").status_code,
        "try-ons": client.get("try-ons/").json()["results"],
        "schema": client.get("schema/").status_code,
    }


def opinionated():
    """A site that changes every REST framework setting for its own API."""
    client = started(
        TESTS,
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.BasicAuthentication"],
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
            "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
            "DEFAULT_VERSION": "v7",
            "ALLOWED_VERSIONS": ["v7"],
            "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
            "DEFAULT_FILTER_BACKENDS": ["rest_framework.filters.SearchFilter"],
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
            "EXCEPTION_HANDLER": "rest_framework.views.exception_handler",
            "COERCE_DECIMAL_TO_STRING": False,
            "UPLOADED_FILES_USE_URL": False,
        },
    )
    from django_outfitanyone.api.schema import Generator
    from tests.factories import make_garment, make_staff

    garment = make_garment()
    shown = client.get(f"garments/{garment.pk}/").json()
    unknown = client.get("garments/0/").json()
    anonymous = client.post("garments/")
    client.force_authenticate(make_staff("add_garment"))
    operation = Generator().get_schema(public=True)["paths"]["/garments/"]["get"]
    return {
        "picture": shown["picture"]["url"].removesuffix(garment.image.name),
        "amount": shown["product"]["price"]["amount"],
        "page": list(client.get("garments/?page_size=1").json()),
        "parameters": [parameter["name"] for parameter in operation["parameters"]],
        "unknown": unknown["code"],
        "anonymous": [anonymous.status_code, anonymous.json()["code"]],
        "form": list(client.post("garments/", {"kind": "top"}).json()["field_errors"]),
    }


def spectacular_not_configured():
    """drf-spectacular is installed, but missing in the settings."""
    client = started(TESTS, without="drf_spectacular", REST_FRAMEWORK={})
    return {
        "schema": client.get("schema/").status_code,
        "paths": len(client.get("schema/", HTTP_ACCEPT="application/json").json()["paths"]),
    }


def swapped_product():
    """The shop's own product model has a text primary key, which may contain a dot."""
    client = started(SWAPPED)
    from django_outfitanyone.api.schema import Generator
    from tests.swapped_project.shop.models import Article

    Article.objects.create(number="A.1", label="Longsleeve", cents=3900)
    Article.objects.create(number="B-2", label="Secret", online=False)
    return {
        "list": client.get("products/").json()["results"],
        "one": client.get("products/A.1/").json()["title"],
        "hidden": client.get("products/B-2/").status_code,
        "filtered": client.get("try-ons/?product=A.1").json()["results"],
        "bad cursor": client.get("products/?cursor=cD14").status_code,
        "type": Generator().get_schema(public=True)["components"]["schemas"]["OutfitProduct"][
            "properties"
        ]["id"]["type"],
    }


def changed_api():
    """The site in docs/api.md that changes the classes of this API; tokens need simplejwt."""
    from types import ModuleType

    from tests.settings import OUTFITANYONE

    section = API_DOCS.read_text().partition("## Change the API")[2]
    settings_code, module_code = re.findall(r"```python.*?\n(.*?)```", section, re.DOTALL)[:2]
    chosen = {}
    exec(settings_code, chosen)
    chosen = chosen["OUTFITANYONE"]
    try:
        from rest_framework_simplejwt import __name__ as _installed  # noqa: F401
    except ImportError:
        chosen["API_AUTHENTICATION_CLASSES"] = ["rest_framework.authentication.BasicAuthentication"]
    client = started(
        TESTS,
        OUTFITANYONE={**OUTFITANYONE, **chosen},
        REST_FRAMEWORK={"DEFAULT_THROTTLE_RATES": {}, "EXCEPTION_HANDLER": "shop.never"},
    )
    sys.modules["shop"], module = ModuleType("shop"), ModuleType("shop.outfits")
    sys.modules["shop.outfits"] = sys.modules["shop"].outfits = module
    exec(module_code, vars(module))
    from django_outfitanyone.api.schema import Generator
    from tests.factories import make_garment, make_model_image, make_staff, make_try_on

    photo, garment, other = make_model_image(), make_garment(), make_try_on()
    anonymous = client.get("products/")
    wrong = client.get("products/", HTTP_AUTHORIZATION="Bearer nonsense")
    root = client.get("").status_code
    client.force_authenticate(make_staff())
    requested = client.post(
        "try-ons/", {"model_image": photo.pk, "garments": [garment.pk]}, format="json"
    )
    products = client.get("products/?page=1").json()
    refused = client.get("products/?cursor=x")
    schema = Generator().get_schema(public=True)
    component = schema["components"]["schemas"]["OutfitShopProduct"]
    listed = schema["paths"]["/products/"]["get"]
    currency = client.get("try-ons/?currency=EUR").status_code
    retried = client.post(f"try-ons/{other.pk}/retry/").status_code
    module.DailyThrottle.rate = "1/day"
    limited = client.get("hotspots/")
    return {
        "anonymous": [anonymous.status_code, anonymous.json()["code"], root],
        "wrong token": [wrong.status_code, wrong.json()["code"], wrong["Content-Type"]],
        "requested": requested.status_code,
        "retry": retried,
        "page": sorted(products),
        "stock": "stock" in products["results"][0],
        "cursor": [refused.status_code, refused.json()["field_errors"]],
        "currency": currency,
        "schema": ["stock" in component["properties"], {} in listed["security"]],
        "throttled": [limited.status_code, limited.json()["code"]],
    }


def started(settings_module, *, without="", **changed):
    import importlib

    module = importlib.import_module(settings_module)
    values = {name: value for name, value in vars(module).items() if name.isupper()} | changed
    values["INSTALLED_APPS"] = [app for app in values["INSTALLED_APPS"] if app != without]
    values["MEDIA_ROOT"] = tempfile.gettempdir()
    # tables without migrations: a process then starts in half the time
    values["MIGRATION_MODULES"] = {app.rpartition(".")[2]: None for app in values["INSTALLED_APPS"]}
    settings.configure(**values)
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from rest_framework.test import APIClient

    class Client(APIClient):
        def generic(self, method, path, *args, **kwargs):
            return super().generic(method, f"/api/outfitanyone/v1/{path}", *args, **kwargs)

    return Client()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(globals()[sys.argv[1]]()))
