"""j. CPU seconds and peak memory of preparing uploads: ``python -m benchmarks.uploads``.

Each file is generated, then prepared and given a thumbnail in a process of its own, as in
the request of an upload. Memory counts from before the file is read.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from PIL import Image

from benchmarks.report import print_measure

MOST_MB = 200
MOST_SECONDS = 3
SEED_SIZE = 16
"""A photo is imitated by noise that is enlarged this often, with finer noise on top."""

FAST = {"enc_params": {"preset": "ultrafast"}}


def photo(width: int, height: int, *, noise: float = 12) -> Image.Image:
    """Return a picture that compresses about as well as a photo."""
    coarse = Image.effect_noise((width // SEED_SIZE, height // SEED_SIZE), 90)
    smooth = coarse.resize((width, height), Image.Resampling.BICUBIC)
    fine = Image.effect_noise((width, height), noise)
    return Image.merge("RGB", (smooth, Image.blend(smooth, fine, 0.3), fine))


def saved(image: Image.Image, image_format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def jpeg_of_scans(count: int) -> bytes:
    """Return a progressive JPEG whose last scan is repeated."""
    data = saved(photo(1600, 1200), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * (count - 9) + data[-2:]


FILES: dict[str, Callable[[], bytes]] = {
    "JPEG 3 MP": lambda: saved(photo(1500, 2000), "JPEG", quality=90),
    "JPEG 12 MP": lambda: saved(photo(4000, 3000), "JPEG", quality=90),
    "JPEG 24 MP": lambda: saved(photo(6000, 4000), "JPEG", quality=90),
    "JPEG 24 MP, progressive": lambda: saved(
        photo(6000, 4000), "JPEG", quality=90, progressive=True
    ),
    "JPEG 49 MP, noisy": lambda: saved(photo(7000, 7000, noise=60), "JPEG", quality=75),
    "JPEG 64 MP": lambda: saved(photo(8000, 8000, noise=2), "JPEG", quality=40),
    "JPEG of 100 scans": lambda: jpeg_of_scans(100),
    "PNG 16 MP": lambda: saved(photo(4095, 4095, noise=1), "PNG", compress_level=1),
    "PNG 24 MP": lambda: saved(Image.effect_noise((6000, 4000), 3).convert("RGB"), "PNG"),
    "PNG 27 MP": lambda: saved(Image.effect_noise((4500, 6000), 1).convert("RGB"), "PNG"),
    "PNG 24 MP, transparent": lambda: saved(
        Image.effect_noise((6000, 4000), 3).convert("RGBA"), "PNG", compress_level=1
    ),
    "WEBP 12 MP": lambda: saved(photo(4000, 3000), "WEBP", method=0),
    "AVIF 12 MP": lambda: saved(photo(4000, 3000), "AVIF", speed=10),
    "HEIC 12 MP": lambda: saved(photo(4000, 3000, noise=2), "HEIF", quality=40, **FAST),
    "HEIC 24 MP": lambda: saved(photo(6000, 4000, noise=2), "HEIF", quality=40, **FAST),
    "TIFF 8 MP": lambda: saved(photo(3500, 2300), "TIFF"),
}


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def prepare(pipe: Connection) -> None:
    """Prepare the file that the pipe names, and send seconds, megabytes and the outcome."""
    import django
    from django.conf import settings

    settings.configure(USE_I18N=False)
    django.setup()
    from django_outfitanyone.exceptions import PictureRefused
    from django_outfitanyone.pictures import decoding, images
    from django_outfitanyone.pictures.renditions import thumbnail

    decoding.register_heif()
    images.prepare(saved(Image.effect_noise((200, 200), 90), "JPEG"))  # loads the libraries
    pipe.send("ready")
    path = pipe.recv()
    before, started = peak_mb(), time.process_time()
    data = Path(path).read_bytes()
    try:
        picture = images.prepare(data)
        thumbnail(picture.data)
        outcome = f"{picture.width} x {picture.height}, {len(picture.data) / 1e6:.1f} MB"
    except PictureRefused as error:
        outcome = f"refused: {error.message}"
    pipe.send((time.process_time() - started, peak_mb() - before, outcome))


def measure(name: str, path: str) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=prepare, args=(theirs,))
    process.start()
    ours.recv()
    ours.send(path)
    seconds, megabytes, outcome = ours.recv()
    process.join()
    print_measure(f"upload {name}: CPU", float(seconds), "s", bar=MOST_SECONDS, outcome=outcome)
    print_measure(f"upload {name}: peak memory", round(megabytes, 1), "MB", bar=MOST_MB)


def write(name: str, path: str) -> None:
    from PIL import features
    from pillow_heif import register_heif_opener

    assert features.check("avif")
    register_heif_opener()
    Path(path).write_bytes(FILES[name]())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", metavar="file", help=", ".join(FILES))
    chosen = parser.parse_args().files or FILES
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        for name in chosen:
            path = str(Path(folder) / "file")
            writer = context.Process(target=write, args=(name, path))
            writer.start()
            writer.join()
            measure(name, path)


if __name__ == "__main__":
    main()
