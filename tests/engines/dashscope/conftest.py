from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address

import pytest

from django_outfitanyone.engines.dashscope import OutfitAnyone
from outfitanyone_local.sandbox.http_server import SandboxServer
from outfitanyone_local.sandbox.options import Options
from outfitanyone_local.sandbox.rectangle_engine import RectangleEngine
from tests.drawing import picture
from tests.engines.dashscope.listener import Behaviour, Listener
from tests.orders import outfit_anyone, try_on_order

TRY_ON = "aitryon-plus"
PARSING = "aitryon-parsing-v1"
REFINER = "aitryon-refiner"
KEY = "sk-0123456789abcdef0123456789abcdef"
ORDER = try_on_order(
    model=TRY_ON,
    person="https://shop.example/p.jpg",
    top="https://shop.example/t.jpg",
)
TASK = {"request_id": "r-1", "output": {"task_id": "t-1", "task_status": "PENDING"}}


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch, tmp_path):
    """Ignore the proxies, CA bundle and .netrc of the machine that runs the tests."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)


@pytest.fixture
def listen() -> Iterator[Callable[[Behaviour], Listener]]:
    with ExitStack() as stack:
        yield lambda behaviour: stack.enter_context(Listener(behaviour))


@pytest.fixture
def client_of() -> Iterator[Callable[..., OutfitAnyone]]:
    """Return a function that makes clients, which are closed after the test."""
    with ExitStack() as stack:

        def make(base_url: str, *, key: str = KEY, **options: object) -> OutfitAnyone:
            defaults = {
                "connect_timeout": 5.0,
                "read_timeout": 5.0,
                "allow_private_addresses": True,  # as with a local sandbox
            }
            client = outfit_anyone(key, base_url=base_url, **{**defaults, **options})
            return stack.enter_context(client)

        yield make


@pytest.fixture(scope="package")
def server():
    with SandboxServer(options=Options(), engine=RectangleEngine()) as running:
        yield running


@pytest.fixture
def sandbox(server):
    """Return a sandbox in its initial state, whose clock stands still until a test moves it."""
    server.reset()
    server.clock.freeze()
    return server


@pytest.fixture
def client(sandbox, client_of):
    return client_of(sandbox.base_url, read_timeout=10)


@pytest.fixture
def upload(client):
    """Return a function that uploads a picture for a model and returns its address."""

    def upload_picture(model=TRY_ON, *, seed=1, data=None):
        data = data or picture(seed, size=(300, 400))
        return client.upload(data, filename="a.jpg", model=model).url

    return upload_picture


@pytest.fixture
def order(upload):
    return try_on_order(model=TRY_ON, person=upload(seed=1), top=upload(seed=2))


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A PEM file with the key and certificate of 127.0.0.1, self-signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + signed.public_bytes(pem)
    )
    return path
