"""What `scale` measures: each operation reads other rows each time, as visitors and staff do."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

Operation = Callable[[], Any]

API = "/api"
LOOKS = 24
"""Pictures on a page of the shop."""


@dataclass
class Rows:
    """Keys of one database from which the operations choose; read once, at the start."""

    chance: random.Random = field(default_factory=lambda: random.Random(7))
    products: Sequence[Any] = ()
    photos: Sequence[Any] = ()
    results: Sequence[Any] = ()
    hotspots: Sequence[Any] = ()
    last: int = 0

    @classmethod
    def read(cls) -> Rows:
        from django_outfitanyone.models import Hotspot, TryOnResult, WornGarment

        worn = WornGarment.objects.filter(garment__product__is_visible=True, garment__gt=1)
        worn_on = TryOnResult.objects.filter(model_image__is_active=True)
        columns = ("pk", "batch", "candidates", "remote_task_id", "request_id", "created_at")
        return cls(
            products=sorted({*worn[:2000].values_list("garment__product", flat=True)}),
            photos=sorted({*worn_on[:2000].values_list("model_image", flat=True)}),
            results=list(TryOnResult.objects.public()[:500].values(*columns)),
            hotspots=list(
                Hotspot.objects.filter(product__is_visible=True, try_on__gt=0)
                .order_by("-pk")[:500]
                .values_list("pk", flat=True)
            ),
            last=TryOnResult.objects.order_by("-pk").values_list("pk", flat=True)[0],
        )

    def product(self) -> Any:
        return self.chance.choice(self.products)

    def photo(self) -> Any:
        return self.chance.choice(self.photos)

    def result(self, column: str = "pk") -> Any:
        return self.chance.choice(self.results)[column]

    def hotspot(self) -> Any:
        return self.chance.choice(self.hotspots)

    def cursor(self) -> str:
        """Return the cursor of a page anywhere in the list."""
        position = self.chance.randint(self.last // 2, self.last)
        return b64encode(f"p={position}".encode()).decode()


def visitors(rows: Rows) -> dict[str, Operation]:
    """Return each anonymous API endpoint with each filter, and the querysets of shop pages."""
    from django.test import Client

    from django_outfitanyone.models import Garment, ModelImage, Product, TryOnResult

    def api(path: str, choose: Callable[[], Any] = lambda: "") -> Operation:
        return page(Client(), lambda: f"{API}/{path.format(choose())}")

    looks = TryOnResult.objects.public().with_hotspots()
    return {
        "API products/": api("products/"),
        "API products/{id}/": api("products/{}/", rows.product),
        "API garments/": api("garments/"),
        "API garments/{id}/": api("garments/{}/", rows.product),
        "API model-images/": api("model-images/"),
        "API model-images/{id}/": api("model-images/{}/", rows.photo),
        "API try-ons/": api("try-ons/"),
        "API try-ons/?cursor=": api("try-ons/?cursor={}", rows.cursor),
        "API try-ons/?page_size=100": api("try-ons/?page_size=100"),
        "API try-ons/{id}/": api("try-ons/{}/", rows.result),
        "API try-ons/?product=": api("try-ons/?product={}", rows.product),
        "API try-ons/?product= (bestseller)": api("try-ons/?product=1"),
        "API try-ons/?garment=": api("try-ons/?garment={}", rows.product),
        "API try-ons/?garment= (bestseller)": api("try-ons/?garment=1"),
        "API try-ons/?model_image=": api("try-ons/?model_image={}", rows.photo),
        "API try-ons/?product=&model_image=": api(
            "try-ons/?product={0[0]}&model_image={0[1]}", lambda: (rows.product(), rows.photo())
        ),
        "API try-ons/?status=succeeded": api("try-ons/?status=succeeded"),
        "API try-ons/?status=failed": api("try-ons/?status=failed"),
        "API try-ons/?batch=": api("try-ons/?batch={}", lambda: rows.result("batch")),
        "API try-ons/?candidates=": api(
            "try-ons/?candidates={}", lambda: rows.result("candidates")
        ),
        "API hotspots/": api("hotspots/"),
        "API hotspots/?cursor=": api("hotspots/?cursor={}", rows.cursor),
        "API hotspots/{id}/": api("hotspots/{}/", rows.hotspot),
        "API hotspots/?try_on=": api("hotspots/?try_on={}", rows.result),
        "API hotspots/?model_image=": api("hotspots/?model_image={}", rows.photo),
        "shop: newest looks": lambda: list(looks[:LOOKS]),
        "shop: for_product": lambda: list(looks.for_product(Product(rows.product()))[:LOOKS]),
        "shop: for_product (bestseller)": lambda: list(looks.for_product(Product(1))[:LOOKS]),
        "shop: for_garment": lambda: list(looks.for_garment(Garment(rows.product()))[:LOOKS]),
        "shop: any for_product": lambda: (
            TryOnResult.objects.public().for_product(Product(rows.product())).exists()
        ),
        "shop: photo with_hotspots": lambda: list(
            ModelImage.objects.active().with_hotspots().filter(pk=rows.photo())
        ),
    }


def page(client: Any, url: Callable[[], str]) -> Operation:
    """Return an operation that reads a page and accepts nothing but a full one."""

    def get() -> None:
        response = client.get(url())
        assert response.status_code in {200, 404}, (url(), response.content[:500])

    return get


def staff(rows: Rows) -> dict[str, Operation]:
    """Return the admin lists with each text, column, filter and page."""
    from django.contrib import admin
    from django.contrib.auth import get_user_model
    from django.test import Client

    from django_outfitanyone.models import Charge, ClothesParse, ModelImage, TryOnResult

    user, _made = get_user_model()._default_manager.get_or_create(
        username="admin", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client()
    client.force_login(user)

    def changelist(
        model: str, query: str = "", choose: Callable[[], Any] = lambda: ""
    ) -> Operation:
        path = f"/admin/django_outfitanyone/{model}/?{query}"
        return page(client, lambda: path.format(choose()))

    def results(query: str = "", choose: Callable[[], Any] = lambda: "") -> Operation:
        return changelist("tryonresult", query, choose)

    def sorted_by(model: type[Model], *without: str) -> dict[str, Operation]:
        names = admin.site.get_model_admin(model).list_display
        return {
            f"{model._meta.verbose_name_plural}, by {name}": changelist(
                str(model._meta.model_name), f"o=-{number}"
            )
            for number, name in enumerate(names, 1)  # 0 are the boxes for actions
            if name not in {*without, "picture", "__str__"}
        }

    found: dict[str, Operation] = {
        "results": results(),
        "results, second page": results("p=2"),
        "results, last page": results("p={}", lambda: min(200, rows.last // 50)),
        "results by text: id": results("q={}", rows.result),
        "results by text: task": results("q={}", lambda: rows.result("remote_task_id")),
        "results by text: request": results("q={}", lambda: rows.result("request_id")),
        "results by text: batch": results("q={}", lambda: rows.result("batch")),
        "results by text: product": results("q=no.+{}", rows.product),
        "results by text: photo": results("q=Anna+{}", rows.photo),
        "results by text: common word": results("q=shirt"),
        "results by text: two words": results("q=Bo+silk"),
        "results by text: unknown": results("q=zebra"),
        **sorted_by(TryOnResult, "worn"),
        **{
            f"results, {query}": results(query)
            for query in (
                "status__exact=failed",
                "status__exact=needs_attention",
                "status__exact=running",
                "review__exact=to_review",
                "review__exact=rejected",
                "published=yes",
                "published=no",
                "engine=default",
                "engine=second",
                "remote_model=aitryon",
                "remote_model=aitryon-refiner",
                "is_preview__exact=1",
                "status__exact=failed&review__exact=approved",
            )
        },
        "results, one day": results(
            "created_at__gte={0[0]}&created_at__lt={0[1]}", lambda: _day(rows)
        ),
        "results, no such day": results("created_at__gte=2001-01-01&created_at__lt=2001-01-02"),
        "result page": page(
            client, lambda: f"/admin/django_outfitanyone/tryonresult/{rows.result()}/change/"
        ),
        "batch page": page(
            client,
            lambda: f"/admin/django_outfitanyone/tryonresult/batch/{rows.result('batch')}/",
        ),
        "parses": changelist("clothesparse"),
        "parses by text: photo": changelist("clothesparse", "q=Anna+{}", rows.photo),
        "parses by text: request": changelist("clothesparse", "q=0123abcd"),
        "parses, failed": changelist("clothesparse", "status__exact=failed"),
        **sorted_by(ClothesParse),
        "charges": changelist("charge"),
        "charges, last page": changelist("charge", "p=20"),
        "charges by text: task": changelist(
            "charge", "q={}", lambda: rows.result("remote_task_id")
        ),
        **sorted_by(Charge, "subject"),
        "charges, of a model": changelist("charge", "remote_model=aitryon"),
        "charges, of a user": changelist("charge", "requested_by=3"),
        "garments": changelist("garment"),
        "garments by text": changelist("garment", "q=linen"),
        "photos": changelist("modelimage"),
        **sorted_by(ModelImage, "pixels", "problem"),
        "products": changelist("product"),
        "accounts": changelist("account"),
        "API of staff, try-ons/": page(client, lambda: f"{API}/try-ons/"),
        "API of staff, try-ons/?status=failed": page(
            client, lambda: f"{API}/try-ons/?status=failed"
        ),
        "API of staff, hotspots/": page(client, lambda: f"{API}/hotspots/"),
    }
    return {f"admin {name}" if "API" not in name else name: one for name, one in found.items()}


def _day(rows: Rows) -> tuple[str, str]:
    from datetime import timedelta

    day = rows.result("created_at").date()
    return str(day), str(day + timedelta(days=1))


def worker(_rows: Rows) -> dict[str, Operation]:
    """Return what the worker reads to find out what is due."""
    from django.db import transaction

    from django_outfitanyone.conf import conf
    from django_outfitanyone.models import Account, TryOnResult
    from django_outfitanyone.worker.queue import next_due_at

    def claim() -> None:
        with transaction.atomic():
            queued = TryOnResult.objects.filter(account=Account.of()).queued()
            due = [pk for pk, _due_at in queued.unleased(5)]
            assert len(queued.claim(due, lease=conf.default_engine.lease())) == 5
            transaction.set_rollback(True)

    return {
        "claim of due rows": claim,
        "time of the next due row": lambda: next_due_at(Account.of()),
    }
