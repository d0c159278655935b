"""Signatures with the shop's certificate; the chain is made in the test."""

from __future__ import annotations

import http.server
import logging
import sys
import threading

import pytest

from django_outfitanyone.conf import ConfigurationError
from django_outfitanyone.exceptions import SigningFailed
from django_outfitanyone.pictures import content_credentials
from django_outfitanyone.pictures.content_credentials import load_identity, sign
from tests.drawing import drawn, encoded
from tests.pictures.files import with_segment

pytest.importorskip("c2pa", reason="needs the extra [c2pa]")
from tests.pictures.credentials import make_chain, manifest_of, signed_by_engine

TRAINED = "trainedAlgorithmicMedia"


@pytest.fixture
def chain(configure, tmp_path):
    configure(**make_chain(tmp_path))


def actions_of(manifest):
    (found,) = (
        one["data"]["actions"] for one in manifest["assertions"] if "actions" in one["label"]
    )
    return found


@pytest.fixture
def listener():
    """Return a local server's address and the paths that were requested from it."""
    paths = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("source_type", [TRAINED, "compositeSynthetic"])
def test_sign__new_picture_says_how_it_was_made(chain, image_format, source_type):
    data = encoded(drawn(), image_format)
    signed = sign(data, source_type)
    manifest, is_valid = manifest_of(signed)

    assert is_valid
    (action,) = actions_of(manifest)
    assert action["action"] == "c2pa.created"
    assert action["digitalSourceType"].endswith(f"/{source_type}")
    assert len(signed) - len(data) < 4000


def test_sign__another_byte_breaks_the_signature(chain):
    signed = bytearray(sign(encoded(drawn(), "PNG"), TRAINED))
    signed[signed.rindex(b"IDAT") + 100] ^= 1

    assert not manifest_of(bytes(signed))[1]


def test_sign__copy_names_its_parent_and_how_it_was_made(chain):
    master = sign(encoded(drawn(), "PNG"), TRAINED)
    copy = sign(
        encoded(drawn(), "WEBP"), TRAINED, parent=master, actions=["c2pa.resized", "c2pa.converted"]
    )
    manifest, is_valid = manifest_of(copy)

    assert is_valid
    assert [one["relationship"] for one in manifest["ingredients"]] == ["parentOf"]
    assert [one["action"] for one in actions_of(manifest)] == [
        "c2pa.opened",
        "c2pa.resized",
        "c2pa.converted",
    ]


def test_sign__address_named_in_a_picture_is_not_requested(chain, listener):
    """An engine's file is untrusted: it may name an address inside the shop's network."""
    address, paths = listener
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
        'syntax-ns#"><rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'dcterms:provenance="{address}/manifest.c2pa"/></rdf:RDF></x:xmpmeta>'
    )
    master = with_segment(encoded(drawn()), 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode())
    signed = sign(encoded(drawn(1)), TRAINED, parent=master)

    assert manifest_of(signed)[1]
    assert paths == []


def test_sign__without_time_stamp_while_the_authority_is_down(chain, configure, listener, caplog):
    address, paths = listener
    configure(C2PA_TIME_STAMP_URL=f"{address}/stamp")

    for _time in range(2):
        assert manifest_of(sign(encoded(drawn()), TRAINED))[1]
    assert paths == ["/stamp"]  # once, because a dead authority may hold each call for long
    assert [record.event for record in caplog.records] == ["time_stamp_failed"]


def test_sign__damaged_parent_is_a_typed_error(chain):
    with pytest.raises(SigningFailed, match="could not be parsed"):
        sign(encoded(drawn()), TRAINED, parent=sign(encoded(drawn(1)), TRAINED)[:3000])


def test_sign__key_that_does_not_fit_is_a_typed_error_without_the_key(chain, configure, tmp_path):
    (tmp_path / "other").mkdir()
    key = make_chain(tmp_path / "other")["C2PA_KEY"]
    configure(C2PA_KEY=key)
    with pytest.raises(SigningFailed, match="does not belong") as raised:
        sign(encoded(drawn()), TRAINED)

    assert raised.value.__cause__ is None
    assert "BEGIN" not in str(raised.value)


def test_sign__not_installed(chain, monkeypatch):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(SigningFailed, match=r"pip install .django-outfitanyone\[c2pa\]"):
        sign(encoded(drawn()), TRAINED)


def test_identity__does_not_show_its_key(chain):
    assert "PRIVATE KEY" not in repr(load_identity())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"C2PA_KEY": ""}, "C2PA_KEY is not set"),
        ({"C2PA_CERTIFICATE": "/nowhere/chain.pem"}, "No such file"),
        ({"C2PA_CERTIFICATE": __file__}, "no certificate in PEM"),
        ({"C2PA_KEY": __file__}, "no private key in PEM"),
    ],
)
def test_identity__unusable_files_are_explained(chain, configure, change, reason):
    configure(**change)
    with pytest.raises(ConfigurationError, match=reason):
        load_identity()


def test_identity__certificate_that_has_expired_is_explained(configure, tmp_path):
    configure(**make_chain(tmp_path, days=-1))
    with pytest.raises(ConfigurationError, match=r"expired on \d{4}-\d\d-\d\d"):
        load_identity()


def test_identity__no_local_variable_shows_the_key_when_signing_fails(chain, monkeypatch):
    """Error reporters print the local variables of the frames of an error."""
    shown = []

    def fail(*_args, **_kwargs):
        frame = sys._getframe(1)
        while frame:
            shown.append(repr(frame.f_locals))
            frame = frame.f_back
        raise RuntimeError("as if by a bug")

    monkeypatch.setattr("c2pa.Builder", fail)
    with pytest.raises(SigningFailed):
        sign(encoded(drawn()), TRAINED)

    assert len(shown) > 2
    assert "PRIVATE KEY" not in "".join(shown)


def test_identity__key_with_a_password_is_explained(configure, tmp_path):
    configure(**make_chain(tmp_path, password=b"secret"))
    with pytest.raises(ConfigurationError, match="it has a password"):
        load_identity()


def test_engine_signature__is_valid_in_these_tests(tmp_path):
    manifest, is_valid = manifest_of(signed_by_engine(encoded(drawn()), tmp_path))

    assert (manifest["claim_generator_info"][0]["name"], is_valid) == ("engine", True)


def test_signing__logs_no_key(chain, caplog):
    caplog.set_level(logging.DEBUG)
    sign(encoded(drawn()), TRAINED)

    assert "PRIVATE" not in caplog.text
    assert content_credentials.is_installed()
