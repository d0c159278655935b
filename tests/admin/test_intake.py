from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from django_outfitanyone.models import Garment, Intake, IntakePicture, ModelImage
from tests.admin.pages import address, text_of
from tests.drawing import picture
from tests.factories import make_product
from tests.local_engine import LARGE

pytestmark = pytest.mark.django_db


def test_smoke(site, local_engine):
    make_product(sku="TS-1001", title="Striped")
    files = [SimpleUploadedFile(f"TS-100{n}_front.jpg", picture(n, size=LARGE)) for n in (1, 2)]
    r = site.post("garment_intake", pictures=[*files, SimpleUploadedFile("x.jpg", b"no")])
    assert r.status_code == 302, text_of(r)
    page = site.client.get(r["Location"])
    print(text_of(page)[text_of(page).index("<form") :])
    r = site.client.get(address("garment_intake"))
    assert "Continue with" in text_of(r)
    drafts = IntakePicture.objects.all()
    data = {}
    for d in drafts:
        data |= {
            f"picture-{d.pk}-is_chosen": "on",
            f"picture-{d.pk}-kind": "top",
            f"picture-{d.pk}-name": "A",
        }
    r = site.client.post(page.wsgi_request.path, {**data, "_save": "1"})
    assert r.status_code == 302, text_of(r)
    assert Garment.objects.count() == 2
    assert not Intake.objects.exists()
