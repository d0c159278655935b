"""A shop of version 0013: its rows, written with the models of that time."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from django_outfitanyone.choices import Status
from tests.drawing import SIZE, picture

APP = "django_outfitanyone"
OLD = "0013_picture_check"


def migrate(name):
    """Migrate to this state, or with ``None`` to the latest one, and return its models."""
    executor = MigrationExecutor(connection)
    goal = [(APP, name)] if name else executor.loader.graph.leaf_nodes(APP)
    return executor.migrate(goal).apps


def stored(seed, folder="old"):
    """Store a picture and return the columns of a row with it."""
    data = picture(seed)
    name = default_storage.save(f"{folder}/{seed}.jpg", ContentFile(data))
    sha256 = hashlib.sha256(data).hexdigest()
    width, height = SIZE
    return {"image": name, "thumbnail": name, "width": width, "height": height, "sha256": sha256}


def old_fingerprint(row):
    """Return the hash as version 0013 wrote it."""
    top, bottom = row.top_garment, row.bottom_garment
    request = {
        "model": row.remote_model,
        "person": row.model_image and row.model_image.sha256,
        "top": top and top.sha256,
        "bottom": bottom and bottom.sha256,
        "kind": top and top.kind,
        "keep": row.keep,
        "resolution": -1,
        "restore_face": True,
        "refines": row.refines and row.refines.sha256,
        "gender": row.gender,
    }
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()


class OldShop:
    """The rows of a shop at version 0013, written with its models."""

    def __init__(self, models):
        self._models = models
        self._account = self._model("Account").objects.create(name="default")
        products = self._model("Product").objects
        self.product = products.create(slug="shirt", title="Shirt", price=1).pk
        self.photo = self._model("ModelImage").objects.create(name="Ana", **stored(1))
        self.top = self._garment(2, "top")
        self.bottom = self._garment(3, "bottom")
        self.dress = self._garment(4, "one_piece")

    def _model(self, name):
        return self._models.get_model(APP, name)

    def _garment(self, seed, kind):
        return self._model("Garment").objects.create(
            kind=kind, product_id=self.product, name=kind, **stored(seed)
        )

    def try_on(self, status=Status.QUEUED, **columns):
        """Write one try-on, with the fingerprint of its time, and return its key."""
        columns = {"model_image": self.photo, "remote_model": "aitryon-plus", **columns}
        row = self._model("TryOnResult")(account=self._account, status=status, **columns)
        row.fingerprint = old_fingerprint(row)
        row.save()
        return row

    def finished(self, seed, **columns):
        """Write a finished and charged try-on with two hotspots, one corrected."""
        bill = {"image_count": 1, "cost": Decimal("0.5"), "currency": "CNY", "due_at": None}
        row = self.try_on(
            Status.SUCCEEDED, remote_task_id=f"old-{seed}", **bill, **stored(seed), **columns
        )
        for kind, is_corrected in (("upper", True), ("lower", False)):
            self._model("Hotspot").objects.create(
                try_on=row, picture_sha256=row.sha256, clothes_type=kind, x1=1, y1=2, x2=90, y2=80,
                machine_box=[1, 2, 90, 80], is_corrected=is_corrected, product_id=self.product,
            )  # fmt: skip
        self.charge(try_on=row, remote_model="aitryon-plus", amount="0.5", task_id=f"old-{seed}")
        return row

    def parsed_photo(self):
        """Write a finished and charged parse of the model photo, with its hotspots."""
        parse = self._model("ClothesParse").objects.create(
            account=self._account, model_image=self.photo, picture_sha256=self.photo.sha256,
            clothes_types="upper,lower", status=Status.SUCCEEDED, due_at=None, is_automatic=True,
        )  # fmt: skip
        for kind in ("upper", "lower"):
            crop = default_storage.save(f"old/{kind}.jpg", ContentFile(picture(20)))
            self._model("Hotspot").objects.create(
                model_image=self.photo, picture_sha256=self.photo.sha256, clothes_type=kind,
                x1=1, y1=2, x2=190, y2=280, machine_box=[1, 2, 190, 280], crop=crop,
            )  # fmt: skip
        self.charge(clothes_parse=parse, remote_model="aitryon-parsing-v1", amount="0.004")

    def charge(self, **columns):
        moment = datetime.now(timezone.utc) - timedelta(days=1)
        self._model("Charge").objects.create(
            account=self._account, images=1, currency="CNY", charged_at=moment,
            charged_on=moment.date(), **columns,
        )  # fmt: skip

    def delete_garment(self, row, slot):
        """Write what 0013 wrote when a garment of this try-on was deleted."""
        rows = self._model("TryOnResult").objects.filter(pk=row.pk)
        rows.update(lacks_inputs=True, **{slot: None})
