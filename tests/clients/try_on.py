"""Requests one try-on with the generated Python client: ``URL AUTHORIZATION PHOTO SHIRT``.

It runs where openapi-python-client is installed, with the generated package on the path.
"""

import json
import sys
import time
from pathlib import Path

from outfit_client import AuthenticatedClient
from outfit_client.api.garments import outfit_garments_upload
from outfit_client.api.model_images import outfit_model_images_upload
from outfit_client.api.products import outfit_products_list
from outfit_client.api.try_ons import outfit_try_ons_create, outfit_try_ons_get
from outfit_client.models import (
    OutfitGarmentKind,
    OutfitGarmentRequest,
    OutfitModelImageRequest,
    OutfitProblem,
    OutfitTryOnRequest,
)
from outfit_client.types import File


def main(url, authorization, photo_path, garment_path):
    prefix, _, token = authorization.partition(" ")
    client = AuthenticatedClient(url, token=token, prefix=prefix)
    product = outfit_products_list.sync(client=client, page_size=1).results[0]
    photo = outfit_model_images_upload.sync(
        client=client, body=OutfitModelImageRequest(name="Ada", image=file(photo_path))
    )
    garment = outfit_garments_upload.sync(
        client=client,
        body=OutfitGarmentRequest(
            product=product.id, kind=OutfitGarmentKind.TOP, image=file(garment_path)
        ),
    )
    look = outfit_try_ons_create.sync(
        client=client,
        body=OutfitTryOnRequest(model_image=photo.id, garments=[garment.id]),
        idempotency_key="python-1",
    )
    done = finished(client, look.id)
    unknown = outfit_try_ons_get.sync(client=client, id=0)
    assert isinstance(unknown, OutfitProblem)
    return {
        "status": done.status.value,
        "picture": done.picture.url,
        "products": [spot.product.title for spot in done.hotspots if spot.product],
        "unknown": unknown.code,
    }


def file(path):
    return File(Path(path).open("rb"), "picture.jpg", "image/jpeg")


def finished(client, pk):
    for _ in range(300):
        look = outfit_try_ons_get.sync(client=client, id=pk)
        if look.poll_after is None and (look.status != "succeeded" or look.hotspots):
            return look
        time.sleep(0.2)
    raise AssertionError("The try-on has not finished.")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
