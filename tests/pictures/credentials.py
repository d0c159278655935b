"""A certificate chain and key for tests, and what a signed picture says."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from django_outfitanyone.pictures.containers import mime_type


def make_chain(folder, *, password=None, days=30):
    """Write an ES256 chain, valid for so many days, and its key; return the settings for them."""
    authority, owner = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Test authority", authority, issuer="Test authority", signed_by=authority)
    leaf = _certificate("Test shop", owner, issuer="Test authority", signed_by=authority, days=days)
    pem = serialization.Encoding.PEM
    protection = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    key = owner.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, protection)
    chain, key_file = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    key_file.write_bytes(key)
    return {"C2PA_CERTIFICATE": chain, "C2PA_KEY": str(key_file)}


def manifest_of(data):
    """Return the active manifest of a picture, and whether its signature fits its bytes."""
    import c2pa

    with c2pa.Reader(mime_type(data), io.BytesIO(data)) as reader:
        return reader.get_active_manifest(), reader.get_validation_state() == "Valid"


def all_titles(data):
    """Return the claim generators of all manifests in the file: the shop's and its parents'."""
    import c2pa

    with c2pa.Reader(mime_type(data), io.BytesIO(data)) as reader:
        manifests = json.loads(reader.json())["manifests"].values()
    return sorted(found["claim_generator_info"][0]["name"] for found in manifests)


def signed_by_engine(data, folder):
    """Return the picture with Content Credentials of another signer, as engines make them."""
    import c2pa

    files = make_chain(folder)
    info = c2pa.C2paSignerInfo(
        "es256", files["C2PA_CERTIFICATE"].read_bytes(), _pkcs8(files["C2PA_KEY"]), None
    )
    settings = c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    signed = io.BytesIO()
    with (
        c2pa.Context(settings=settings, signer=c2pa.Signer.from_info(info)) as context,
        c2pa.Builder({"claim_generator_info": [{"name": "engine"}]}, context=context) as builder,
    ):
        source = c2pa.C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA
        builder.set_intent(c2pa.C2paBuilderIntent.CREATE, source)
        builder.sign(mime_type(data), io.BytesIO(data), signed)
    return signed.getvalue()


def _pkcs8(path):
    key = serialization.load_pem_private_key(Path(path).read_bytes(), password=None)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _certificate(name, key, *, issuer, signed_by, days=30):
    is_authority = key is signed_by
    now = datetime.now(timezone.utc)
    public = key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(_usage(is_authority=is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if not is_authority:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key())
        builder = builder.add_extension(purpose, critical=False)
        builder = builder.add_extension(above, critical=False)
    return builder.sign(signed_by, hashes.SHA256())


def _named(name):
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tests"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(*, is_authority):
    return x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
