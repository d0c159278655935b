"""Sign picture files with the shop's certificate: Content Credentials (C2PA).

The only module that imports c2pa, when it signs: it is the extra ``[c2pa]``. A manifest adds
about 3 KB, because it holds no thumbnail; one with a parent holds the parent's manifests too.

Sources: C2PA specification 2.1, 10 "Manifests" and 14.5 "Certificates"; c2pa-python 0.38.
"""

from __future__ import annotations

import importlib.util
import io
import re
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django_outfitanyone.circuit import Circuit
from django_outfitanyone.conf import ConfigurationError, conf
from django_outfitanyone.engines.secret_text import SecretText
from django_outfitanyone.exceptions import SigningFailed
from django_outfitanyone.pictures.containers import mime_type

if TYPE_CHECKING:
    from c2pa import Builder, Context
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_time_stamps = Circuit(
    "The time-stamp authority does not work; pictures are signed without time stamps.",
    event="time_stamp_failed",
)

EXTRA = "django-outfitanyone[c2pa]"

_SETTINGS = {
    "builder": {"thumbnail": {"enabled": False}},
    # a picture from outside must not make this process request an address that it names
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
}
_CLAIM = {"claim_generator_info": [{"name": "django-outfitanyone"}]}
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


class Identity(NamedTuple):
    """The shop's certificate chain as PEM, the algorithm of its key, and the key.

    The key is an object, which does not show itself: error reporters print local variables.
    """

    chain: str
    algorithm: str
    key: PrivateKeyTypes


def is_configured() -> bool:
    """Whether the settings name a certificate or a key."""
    return bool(conf.C2PA_CERTIFICATE or conf.C2PA_KEY)


def is_installed() -> bool:
    """Whether the extra ``[c2pa]`` is installed."""
    return importlib.util.find_spec("c2pa") is not None


def load_identity() -> Identity:
    """Return certificate and key of the settings; raise ``ConfigurationError`` if unusable."""
    from cryptography import x509

    chain = _read("C2PA_CERTIFICATE")
    try:
        own = x509.load_pem_x509_certificates(chain.encode())[0]
    except ValueError:
        own = None
    if own is None:
        raise ConfigurationError("The file of C2PA_CERTIFICATE is no certificate in PEM.")
    if own.not_valid_after_utc < datetime.now(timezone.utc):
        raise ConfigurationError(
            f"The certificate of C2PA_CERTIFICATE expired on {own.not_valid_after_utc:%Y-%m-%d}."
        )
    key = _load_key()
    if key.public_key() != own.public_key():
        raise ConfigurationError(
            "The key of C2PA_KEY does not belong to the first certificate of C2PA_CERTIFICATE."
        )
    return Identity(chain, _algorithm(key), key)


def sign(
    data: bytes, source_type: str, *, parent: bytes = b"", actions: Sequence[str] = ()
) -> bytes:
    """Return the file with a manifest of this shop in place of any other.

    ``parent`` is the file from which it was made, with the manifest that it may have, and
    ``actions`` say how: ``c2pa.resized`` and others. A file without a parent was made with
    this digital source type. Raises ``SigningFailed``.
    """
    if not is_installed():
        raise SigningFailed(f'c2pa is not installed: pip install "{EXTRA}"')
    try:
        identity = load_identity()
        return _stamped(identity, data, source_type, parent, actions) or _signed(
            _context(identity), data, source_type, parent, actions
        )
    except Exception as error:  # noqa: BLE001 - a paid picture is stored whatever c2pa raises
        reason = f"{type(error).__name__}: {error}"
    raise SigningFailed(reason)  # without its cause, whose frames hold the key


def _stamped(
    identity: Identity, data: bytes, source_type: str, parent: bytes, actions: Sequence[str]
) -> bytes:
    """Return the file signed with a time stamp, empty if none is configured or it fails.

    An authority that does not answer holds each call for 30 s, so it is left out for a while.
    """
    signed: list[bytes] = []

    def sign_with_stamp() -> None:
        context = _context(identity, conf.C2PA_TIME_STAMP_URL)
        signed.append(_signed(context, data, source_type, parent, actions))

    if conf.C2PA_TIME_STAMP_URL:
        _time_stamps.call_here(sign_with_stamp)
    return signed[0] if signed else b""


def _signed(
    context: Context, data: bytes, source_type: str, parent: bytes, actions: Sequence[str]
) -> bytes:
    import c2pa

    signed = io.BytesIO()
    with context, c2pa.Builder(_CLAIM, context=context) as builder:
        _describe(builder, source_type, parent)
        for action in actions:
            builder.add_action({"action": action})
        builder.sign(mime_type(data), io.BytesIO(data), signed)
    return signed.getvalue()


def _context(identity: Identity, time_stamp_url: str = "") -> Context:
    import c2pa

    info = c2pa.C2paSignerInfo(
        identity.algorithm,
        identity.chain.encode(),
        _pem(identity.key),
        time_stamp_url or None,
    )
    return c2pa.Context(
        settings=c2pa.Settings.from_dict(_SETTINGS), signer=c2pa.Signer.from_info(info)
    )


def _describe(builder: Builder, source_type: str, parent: bytes) -> None:
    """Say whether the picture was made anew or from its parent."""
    import c2pa

    if parent:
        builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
        builder.add_ingredient({"relationship": "parentOf"}, mime_type(parent), io.BytesIO(parent))
        return
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", source_type).upper()
    builder.set_intent(c2pa.C2paBuilderIntent.CREATE, c2pa.C2paDigitalSourceType[name])


def _read(setting: str) -> str:
    path = getattr(conf, setting)
    if not path:
        raise ConfigurationError(f"{setting} is not set.")
    try:
        return SecretText(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a text file"
    raise ConfigurationError(f"{setting} = {str(path)!r} cannot be read: {reason}.")


def _load_key() -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    pem = _read("C2PA_KEY")
    try:
        return serialization.load_pem_private_key(pem.encode(), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        del pem
    raise ConfigurationError("The file of C2PA_KEY is no private key in PEM, or it has a password.")


def _pem(key: PrivateKeyTypes) -> bytes:
    """Return the key as PKCS 8, the only form that c2pa takes."""
    from cryptography.hazmat.primitives import serialization as as_

    return key.private_bytes(as_.Encoding.PEM, as_.PrivateFormat.PKCS8, as_.NoEncryption())


def _algorithm(key: PrivateKeyTypes) -> str:
    """Return the signing algorithm for the key; raise ``ConfigurationError`` if there is none."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048:
        return "ps256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    raise ConfigurationError(
        "The key of C2PA_KEY must be EC P-256, P-384 or P-521, Ed25519, or RSA of 2048 bits."
    )
