"""b, counted apart: uploads and searches of a batch of 12 garments on 5 model photos.

    python -m benchmarks.deliveries

Each picture should be uploaded once for each remote model that reads it, and each model
photo searched once.
"""

from __future__ import annotations

from benchmarks.report import say
from benchmarks.stage import Stage, kill_group, wait_until
from benchmarks.wardrobe import make_garments, make_photos

GARMENTS, PHOTOS = 12, 5


def main() -> None:
    with Stage(sandbox={"speed": 20}) as stage:
        from django_outfitanyone.actions import request_try_ons
        from django_outfitanyone.jobs.try_on import combine
        from django_outfitanyone.models import TryOnResult

        wishes = combine(make_garments(GARMENTS), make_photos(PHOTOS))
        cluster = stage.start_cluster()
        batch = request_try_ons(wishes)[0].batch
        rows = TryOnResult.objects.filter(batch=batch)
        wait_until(lambda: not rows.open().exists(), 300, "the batch")
        kill_group(cluster)
        stats, count = stage.sandbox.stats, rows.succeeded().count()
        assert count == GARMENTS * PHOTOS, list(rows.values_list("status", "error_message"))

        trying, parsing = (stats["models"][m] for m in ("aitryon-plus", "aitryon-parsing-v1"))
        # a model photo keeps its lower half, so that half's crop is a picture to hand over too
        say(
            "uploads for the try-on model", trying["policies"], "uploads", bar=GARMENTS + 2 * PHOTOS
        )
        say(
            "uploads for the search of photos and results",
            parsing["policies"],
            "uploads",
            bar=PHOTOS + count,
        )
        say("searches for clothes", stats["parses"], "calls", bar=PHOTOS + count)
        say("submits", stats["submits"], "calls", bar=count)


if __name__ == "__main__":
    main()
