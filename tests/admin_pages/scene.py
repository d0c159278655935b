"""A shop in the middle of a season: something in each list, and each kind of failure."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from django_outfitanyone import actions
from django_outfitanyone.choices import GarmentKind, Review, Status
from django_outfitanyone.intake import drafts
from django_outfitanyone.models import (
    Account,
    Batch,
    ClothesParse,
    Garment,
    Intake,
    ModelImage,
    OrderRule,
    TryOnResult,
)
from django_outfitanyone.models.intake import Subject
from outfitanyone_local import samples
from tests.factories import (
    make_charge,
    make_garment,
    make_hotspot,
    make_model_image,
    make_product,
    make_try_on,
)

SEASON, RUNNING, TROUBLED = (uuid.UUID(int=number) for number in (1, 2, 3))
PRICES = ("19.90", "24.90", "34.90", "39.90", "49.90", "59.90", "49.90", "29.90", "44.90", "79.90")
HALF_A_PERSON = {
    "error_code": "InvalidPerson",
    "error_message": "The photo shows half a person, or no person at all.",
}
FAULT = {
    "error_code": "InternalError.Algo",
    "error_message": "The model could not process the picture.",
}
BOXES = {"upper": (0.24, 0.17, 0.76, 0.5), "lower": (0.28, 0.47, 0.72, 0.93)}
"""Where the samples wear their clothes, as shares of the picture's size."""


@dataclass
class Scene:
    """The rows to which pages belong."""

    user: Any
    garments: list[Garment]
    photos: list[ModelImage]
    made: list[TryOnResult]
    failed: TryOnResult
    unclear: TryOnResult
    parse: ClothesParse
    running: Batch
    troubled: Batch
    rule: OrderRule
    intake: Intake
    people: Intake


def make_scene(picture_of: Any) -> Scene:
    """Make the rows. ``picture_of(photo, garments)`` returns the JPEG of a try-on."""
    user = _user("maria", is_superuser=True)
    paul = _user("paul")
    account = Account.of()
    account.runner_expires_at = timezone.now() + timedelta(hours=6)  # a worker was just here
    account.save()
    garments, photos = _garments(), _photos()
    shop = _Shop(garments, photos, picture_of)
    made = shop.season(user, paul)
    shop.running(user)
    shop.troubled(paul)
    make_try_on(
        status=Status.NEEDS_ATTENTION,
        garments=garments[3:4],
        model_image=photos[0],
        submitted_at=timezone.now() - timedelta(hours=2),
        remote_answer={
            "candidates": [{"task_id": "task-1", "state": "running", "submitted_at": ""}]
        },
        requested_by=user,
    )
    _charges(made, user, paul)
    rule = OrderRule.objects.create(name="New tops on Ines and Jonas", kinds=["top"])
    rule.photos.set(photos[:2])
    _new_garments()
    _parse(photos[2])
    _intake(user)
    _people(user)
    return find_scene()


def find_scene() -> Scene:
    """Return the rows of a shop that ``make_scene`` has made."""
    return Scene(
        user=get_user_model().objects.get(username="maria"),
        garments=list(Garment.objects.order_by("pk")[: len(samples.GARMENTS)]),
        photos=list(ModelImage.objects.order_by("pk")),
        made=list(TryOnResult.objects.filter(batch=SEASON).order_by("number")),
        failed=TryOnResult.objects.failed().earliest("pk"),
        unclear=TryOnResult.objects.needing_attention().get(),
        parse=ClothesParse.objects.get(),
        running=Batch.objects.get(pk=RUNNING),
        troubled=Batch.objects.get(pk=TROUBLED),
        rule=OrderRule.objects.get(),
        intake=Intake.objects.get(subject=Subject.GARMENT),
        people=Intake.objects.get(subject=Subject.MODEL_PHOTO),
    )


def _user(name: str, **columns: Any) -> Any:
    user = get_user_model().objects.create_user(name, password=name, is_staff=True, **columns)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="django_outfitanyone")
    )
    return user


def _garments() -> list[Garment]:
    made = []
    for number, sample in enumerate(samples.GARMENTS):
        slug = sample.file_name.removesuffix(".jpg")
        sku = f"{sample.kind[:2].upper()}-{1001 + number}"
        price = Decimal(PRICES[number % len(PRICES)])
        product = make_product(title=sample.title, slug=slug, sku=sku, price=price)
        kind = GarmentKind(sample.kind)
        made.append(make_garment(kind, data=sample.read(), product=product, name=sample.title))
    return made


def _new_garments() -> None:
    for number in (2, 4):
        sample = samples.GARMENTS[number]
        product = make_product(title=f"{sample.title}, recycled", slug=f"new-{number}")
        make_garment(data=sample.read(), product=product, name=product.title)


def _photos() -> list[ModelImage]:
    tags = ("studio, summer", "studio", "summer", "street", "street, winter")
    return [
        make_model_image(data=sample.read(), name=sample.title, tags=own)
        for sample, own in zip(samples.MODELS, tags, strict=True)
    ]


class _Shop:
    def __init__(self, garments: list[Garment], photos: list[ModelImage], picture_of: Any) -> None:
        self._garments, self._photos, self._picture_of = garments, photos, picture_of

    def season(self, user: Any, other: Any) -> list[TryOnResult]:
        """Finished pictures: published, approved, rejected, and many to review."""
        states = [
            {"review": Review.APPROVED, "published_at": timezone.now()},
            {"review": Review.APPROVED},
            {"review": Review.REJECTED, "rejection_reason": "limbs"},
        ]
        batch = Batch.objects.create(
            pk=SEASON, name="Summer tops on five models", size=9, requested_by=user,
            finished_at=timezone.now(),
        )  # fmt: skip
        made = []
        for number in range(9):
            columns = states[number] if number < len(states) else {}
            row = self._finished(
                number, batch=batch.pk, number=number, requested_by=other if number % 3 else user,
                **columns,
            )  # fmt: skip
            made.append(row)
        first = made[3]
        for candidate in (2, 3):
            self._finished(
                3, candidates=first.candidates, candidate=candidate, requested_by=user,
                batch=uuid.uuid4(),
            )  # fmt: skip
        return made

    def running(self, user: Any) -> None:
        """A batch with pictures in each state of progress."""
        statuses = [Status.SUCCEEDED] * 2 + [Status.RUNNING] * 2 + [Status.QUEUED] * 5
        self._batch(RUNNING, "Trousers and skirts", statuses, user)

    def troubled(self, user: Any) -> None:
        """A paused batch whose pictures failed for two causes."""
        statuses = [Status.SUCCEEDED, *[Status.FAILED] * 4, Status.QUEUED, Status.QUEUED]
        batch = self._batch(TROUBLED, "Dresses for the newsletter", statuses, user)
        failed = list(TryOnResult.objects.failed().filter(batch=batch.pk).order_by("pk"))
        for row in failed:
            cause = FAULT if row is failed[-1] else HALF_A_PERSON
            photo = self._photos[4]
            TryOnResult.objects.filter(pk=row.pk).update(**cause, model_image=photo)
        actions.pause_batch(batch, paused_by=user)

    def _batch(self, key: uuid.UUID, name: str, statuses: list[str], user: Any) -> Batch:
        batch = Batch.objects.create(pk=key, name=name, size=len(statuses), requested_by=user)
        for number, status in enumerate(statuses):
            columns = {"batch": batch.pk, "number": number, "requested_by": user}
            at = (key.int * 3 + number) % len(self._garments)
            if status == Status.SUCCEEDED:
                self._finished(at, **columns)
            else:
                if status == Status.RUNNING:
                    columns["submitted_at"] = timezone.now() - timedelta(seconds=20)
                    columns["remote_task_id"] = f"task-{key.int}-{number}"
                make_try_on(
                    status=status, garments=[self._garments[at]], model_image=self._photo(at),
                    **columns,
                )  # fmt: skip
        return batch

    def _photo(self, number: int) -> ModelImage:
        return self._photos[number % len(self._photos)]

    def _finished(self, at: int, **columns: Any) -> TryOnResult:
        garment, photo = self._garments[at], self._photo(at)
        row = make_try_on(garments=[garment], model_image=photo, **columns)
        data = self._picture_of(photo, [garment])
        row.image.save("result.jpg", ContentFile(data), save=False)
        row.thumbnail.save("result.jpg", ContentFile(data), save=False)
        row.width, row.height = photo.width, photo.height
        row.save()
        clothes = "lower" if garment.kind == GarmentKind.BOTTOM else "upper"
        x1, y1, x2, y2 = BOXES[clothes]
        box = (
            round(x1 * row.width), round(y1 * row.height),
            round(x2 * row.width), round(y2 * row.height),
        )  # fmt: skip
        make_hotspot(row, clothes, box=box, product=garment.product)
        return row


def _charges(made: list[TryOnResult], *people: Any) -> None:
    """Charges of the last three weeks, more on some days than on others."""
    now = timezone.now()
    for day in range(21):
        for number in range((day * 7) % 5):
            try_on = made[(day + number) % len(made)]
            make_charge(
                try_on=try_on, charged_at=now - timedelta(days=day, minutes=number),
                remote_model="aitryon-plus" if number % 2 else "aitryon",
                amount=Decimal("0.50") if number % 2 else Decimal("0.20"),
            )  # fmt: skip


def _parse(photo: ModelImage) -> None:
    ClothesParse.objects.create(
        account=Account.of(), model_image=photo, picture_sha256=photo.sha256,
        clothes_types="upper lower", status=Status.NEEDS_ATTENTION, submitted_at=timezone.now(),
    )  # fmt: skip


def _intake(user: Any) -> None:
    """Nine garment pictures: a known one, one that is damaged, and one that shows a person."""
    intake = Intake.objects.create(subject=Subject.GARMENT, created_by=user)
    for number, sample in enumerate(samples.GARMENTS[:6]):
        name = f"{'TO' if number else 'XX'}-{1001 + number}_front.jpg"
        _add(intake, name, tinted(sample, number), user)
    _add(intake, "TO-1002_again.jpg", samples.GARMENTS[1].read(), user)
    _add(intake, "lookbook/group-shot.jpg", samples.MODELS[0].read(), user)
    _add(intake, "scan-0042.jpg", b"no picture" * 600, user)


def _people(user: Any) -> None:
    intake = Intake.objects.create(subject=Subject.MODEL_PHOTO, created_by=user)
    for number, sample in enumerate(samples.MODELS[1:4]):
        _add(intake, f"{sample.title.lower()}-studio.jpg", tinted(sample, number), user)


def _add(intake: Intake, name: str, data: bytes, user: Any) -> None:
    drafts.add_file(intake, SimpleUploadedFile(name.rpartition("/")[2], data), path=name, user=user)


def tinted(sample: samples.Sample, number: int) -> bytes:
    """Return a sample in other colours, a picture that the shop does not have yet."""
    with Image.open(sample.path) as opened:
        picture = opened.convert("RGB")
    shade = Image.new("RGB", picture.size, (200, 40 * number, 120))
    file = io.BytesIO()
    Image.blend(picture, shade, 0.06).save(file, "JPEG", quality=92)
    return file.getvalue()


def unchanged(photo: ModelImage, _garments: list[Garment]) -> bytes:
    """Return the model photo itself, for tests that need no try-on."""
    with photo.image.open() as file:
        return file.read()
