"""j. CPU seconds and peak memory of preparing uploads: ``python -m benchmarks.uploads``.

Each file is generated, then prepared and given a thumbnail in a process of its own, as in
the request of an upload. Memory counts from before the file is read.

Two files are uploaded in the admin too, as a model photo: with the check by the local engine and
all copies for the storefront, up to the redirect.
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
from typing import Any

from PIL import Image

from benchmarks.report import print_measure

SPAWN = multiprocessing.get_context("spawn")
MOST_MB = 200
MOST_SECONDS = 3
SEED_SIZE = 16
"""A photo is imitated by noise that is enlarged this often, with finer noise on top."""

REQUESTS = {"PNG": 3.0, "JPEG": 1.0}
"""Most CPU seconds of the admin's request with a picture of 4096 x 4096 pixels, by format."""
SAMPLE = "local/outfitanyone_local/samples/pictures/models"
UPLOAD_URL = "/admin/django_outfitanyone/modelimage/add/"

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
        thumbnail(picture.data, scaled=picture.scaled)  # as the app does
        outcome = f"{picture.width} x {picture.height}, {len(picture.data) / 1e6:.1f} MB"
    except PictureRefused as error:
        outcome = f"refused: {error.message}"
    pipe.send((time.process_time() - started, peak_mb() - before, outcome))


def in_new_process(target: Callable[[Connection], None], path: str) -> tuple[float, float, Any]:
    """Return what the target sends about the file: seconds, megabytes and the outcome.

    In a process of its own, because the peak of memory is inherited.
    """
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=target, args=(theirs,))
    process.start()
    ours.recv()
    ours.send(path)
    measured: tuple[float, float, Any] = ours.recv()
    process.join()
    return measured


def measure(name: str, path: str) -> None:
    seconds, megabytes, outcome = in_new_process(prepare, path)
    print_measure(f"upload {name}: CPU", float(seconds), "s", bar=MOST_SECONDS, outcome=outcome)
    print_measure(f"upload {name}: peak memory", round(megabytes, 1), "MB", bar=MOST_MB)


def write(name: str, path: str) -> None:
    from PIL import features
    from pillow_heif import register_heif_opener

    assert features.check("avif")
    register_heif_opener()
    Path(path).write_bytes(FILES[name]())


def large_photo(noise: float) -> Image.Image:
    """Return a sample photo as a square of 4096 pixels, on plain ground, with fine noise."""
    path = min((Path(__file__).parents[1] / SAMPLE).glob("*.jpg"))
    with Image.open(path) as opened:
        person = opened.convert("RGB")
    square = Image.new("RGB", (person.height, person.height), person.getpixel((2, 2)))
    square.paste(person, ((person.height - person.width) // 2, 0))
    large = square.resize((4096, 4096), Image.Resampling.LANCZOS)
    grain = Image.merge("RGB", [Image.effect_noise(large.size, 6)] * 3)
    return Image.blend(large, grain, noise)


def upload(pipe: Connection) -> None:
    """Upload the file that the pipe sends in the admin, and send what it took."""
    from benchmarks.environment import Environment

    with Environment(database_url="sqlite://"):
        from django.contrib.auth import get_user_model
        from django.core.files.uploadedfile import SimpleUploadedFile
        from django.test import Client

        client = Client()
        client.force_login(get_user_model()._default_manager.create_superuser("a", "", "a"))

        def post(data: bytes) -> int:
            form = {"name": "Anna", "is_active": "on", "hotspots-TOTAL_FORMS": 0}
            form |= {"hotspots-INITIAL_FORMS": 0, "image": SimpleUploadedFile("a", data)}
            return int(client.post(UPLOAD_URL, form).status_code)

        post(saved(photo(800, 1200), "JPEG"))  # loads the libraries and networks
        pipe.send("ready")
        data = Path(pipe.recv()).read_bytes()
        before, started = peak_mb(), time.process_time()
        status = post(data)
        pipe.send((time.process_time() - started, peak_mb() - before, status))


def write_large(image_format: str, path: str) -> None:
    # a PNG with noise would become a JPEG, which takes less
    is_jpeg = image_format == "JPEG"
    options = {"quality": 92} if is_jpeg else {}
    Path(path).write_bytes(saved(large_photo(0.15 * is_jpeg), image_format, **options))


def measure_request(image_format: str, bar: float, path: str) -> None:
    # in a process of its own: the peak of memory is inherited
    writer = SPAWN.Process(target=write_large, args=(image_format, path))
    writer.start()
    writer.join()
    seconds, megabytes, status = in_new_process(upload, path)
    assert status == 302, status
    name, size = f"admin upload {image_format} 4096 x 4096", Path(path).stat().st_size
    print_measure(f"{name}: CPU", float(seconds), "s", bar=bar, file=f"{size / 1e6:.1f} MB")
    print_measure(f"{name}: peak memory", round(megabytes, 1), "MB", bar=MOST_MB)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", metavar="file", help=", ".join(FILES))
    parser.add_argument("--requests", action="store_true", help="only the requests of the admin")
    options = parser.parse_args()
    requests = {} if options.files else REQUESTS
    chosen = [] if options.requests else options.files or FILES
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "file")
        for image_format, bar in requests.items():
            measure_request(image_format, bar, path)
        for name in chosen:
            writer = context.Process(target=write, args=(name, path))
            writer.start()
            writer.join()
            measure(name, path)


if __name__ == "__main__":
    main()
