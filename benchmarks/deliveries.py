"""b, counted separately: uploads and parses of a batch of 12 garments on 5 model photos.

    python -m benchmarks.deliveries

Each picture should be uploaded once for each remote model that reads it, and each model
photo parsed once.
"""

from __future__ import annotations

from benchmarks.environment import Environment, kill_group, wait_until
from benchmarks.report import print_measure
from benchmarks.sample_rows import make_garments, make_photos

GARMENTS, PHOTOS = 12, 5


def main() -> None:
    with Environment(sandbox={"speed": 20}) as environment:
        from django_outfitanyone.actions import request_try_ons
        from django_outfitanyone.jobs.try_on import combine
        from django_outfitanyone.models import TryOnResult

        requests = combine(make_garments(GARMENTS), make_photos(PHOTOS))
        cluster = environment.start_cluster()
        batch = request_try_ons(requests)[0].batch
        rows = TryOnResult.objects.filter(batch=batch)
        wait_until(lambda: not rows.open().exists(), 300, "the batch")
        kill_group(cluster)
        stats, count = environment.sandbox.stats, rows.succeeded().count()
        assert count == GARMENTS * PHOTOS, list(rows.values_list("status", "error_message"))

        try_on, parsing = (stats["models"][m] for m in ("aitryon-plus", "aitryon-parsing-v1"))
        # each model photo keeps its lower half, and the crop of that half is uploaded too
        print_measure(
            "uploads for the try-on model", try_on["policies"], "uploads", bar=GARMENTS + 2 * PHOTOS
        )
        print_measure(
            "uploads for parses of model photos and results",
            parsing["policies"],
            "uploads",
            bar=PHOTOS + count,
        )
        print_measure("clothes parses", stats["parses"], "calls", bar=PHOTOS + count)
        print_measure("submits", stats["submits"], "calls", bar=count)


if __name__ == "__main__":
    main()
