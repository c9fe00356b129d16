"""The server with a certificate: WebSocket and HTTP over TLS, under its https origin (REL-28)."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import sys
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kring.platform.cpython.network import CpythonNetwork, HttpLink, WebSocketLink
from tests.support.relay import Client, found


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kring test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert, secret


@pytest.mark.parametrize("websockets", [True, False], ids=["websocket", "http"])
async def test_REL_28_with_a_certificate_all_of_it_goes_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, websockets: bool
) -> None:
    cert, key = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sync_server", "--host", "127.0.0.1", "--port", "0",
        "--data", str(tmp_path / "data"), "--cert", str(cert), "--key", str(key),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        words = (await process.stdout.readline()).decode()
        port = words.strip().rpartition(":")[2]
        assert f"https://localhost:{port}" in words
        origin = f"https://127.0.0.1:{port}"
        link = await CpythonNetwork(websockets=websockets).connect(origin)
        assert isinstance(link, WebSocketLink if websockets else HttpLink)
        client = await Client.open(link, origin)
        world = await found()
        await client.create(world)
        await client.enter(world.owner, time=time.time_ns() // 1_000_000)
        await client.stored(await world.owner.write(world.documents["mensen"]))
        await client.close()
    finally:
        process.terminate()
        await process.communicate()
    assert process.returncode == 0
