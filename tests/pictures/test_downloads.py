from __future__ import annotations

import gzip
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from django_outfitanyone.engines import guarded_session
from django_outfitanyone.exceptions import (
    AddressRefused,
    DownloadFailed,
    DownloadRefused,
    RequestNotSent,
)
from django_outfitanyone.pictures import downloads
from django_outfitanyone.pictures.downloads import download, kept_connections


class Files(BaseHTTPRequestHandler):
    """Answers each path with the method that has its name, for example /slow with send_slow."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path.startswith("http"):  # a request to a proxy
            self.send_error(501)
            return
        getattr(self, f"send_{self.path.strip('/')}")()

    def send_ok(self):
        self._start(200, 5)
        self.wfile.write(b"12345")

    def send_port(self):
        """Send the client's port, which tells connections apart."""
        self._start(200, 5)
        self.wfile.write(f"{self.client_address[1]:05}".encode())

    def send_cookie(self):
        """Set a cookie, and send those that came."""
        body = self.headers.get("Cookie", "none").encode()
        self.send_response(200)
        self.send_header("Set-Cookie", "visitor=1; Path=/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_missing(self):
        self._start(404, 0)

    def send_moved(self):
        self.send_response(302)
        self.send_header("Location", "/ok")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def send_short(self):
        self._start(200, 500)
        self.wfile.write(b"12345")
        self.close_connection = True

    def send_endless(self):
        self.send_response(200)
        self.end_headers()
        self._pour()

    def send_slow(self):
        self._start(200, 10_000)
        for _ in range(100):
            try:
                self.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.05)

    def send_headers(self):
        self.send_response(200)
        self.flush_headers()
        for _ in range(200):
            try:
                self.wfile.write(b"X-More: and more\r\n")
            except OSError:
                return
            time.sleep(0.05)

    def send_moved_endless(self):
        self.send_response(302)
        self.send_header("Location", "/ok")
        self.end_headers()
        self._pour()

    def send_zipped(self):
        body = gzip.compress(bytes(50_000_000))
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_until_closed(self):
        """Send no length, so that the body ends with the connection."""
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        for _ in range(100):
            try:
                self.wfile.write(b"x")
            except OSError:
                return
            time.sleep(0.05)

    def send_whoami(self):
        self._start(200, len(self.headers.get("Authorization", "")))
        self.wfile.write(self.headers.get("Authorization", "").encode())

    def _pour(self):
        self.close_connection = True
        try:
            while True:
                self.wfile.write(bytes(10_000))
        except OSError:
            pass

    def _start(self, status, length):
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_args):
        """Quiet."""


@pytest.fixture
def files(configure):
    configure(ALLOW_PRIVATE_ADDRESSES=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_download__returns_the_bytes(files):
    assert download(f"{files}/ok") == b"12345"


class TestKeptConnections:
    def test_downloads_share_a_connection(self, files):
        with kept_connections():
            ports = {download(f"{files}/port") for _ in range(3)}

        assert len(ports) == 1
        assert download(f"{files}/port") not in ports

    def test_other_threads_have_connections_of_their_own(self, files):
        ports = []

        def note():
            ports.append(download(f"{files}/port"))

        with kept_connections():
            note()
            other = threading.Thread(target=note)
            other.start()
            other.join()

        assert len(set(ports)) == 2

    def test_address_is_checked_each_time(self, files, configure):
        with kept_connections():
            download(f"{files}/ok")
            configure(ALLOW_PRIVATE_ADDRESSES=False)
            with pytest.raises(AddressRefused):
                download(f"{files}/ok")

    def test_no_cookie_is_kept(self, files):
        with kept_connections():
            answers = [download(f"{files}/cookie") for _ in range(2)]

        assert answers == [b"none", b"none"]

    def test_download_that_was_given_up_leaves_nothing_behind(self, files, configure):
        configure(MAX_DOWNLOAD_BYTES=100_000)
        with kept_connections():
            with pytest.raises(DownloadRefused):
                download(f"{files}/endless")
            assert download(f"{files}/ok") == b"12345"


def test_download__missing_file_can_be_retried(files):
    with pytest.raises(DownloadFailed, match="404"):
        download(f"{files}/missing")


def test_download__follows_no_redirect(files):
    with pytest.raises(DownloadRefused, match="redirect"):
        download(f"{files}/moved")


def test_download__file_that_is_cut_short_is_an_error(files):
    with pytest.raises(DownloadFailed):
        download(f"{files}/short")


def test_download__stops_reading_at_the_limit(files, configure):
    configure(MAX_DOWNLOAD_BYTES=100_000)
    with pytest.raises(DownloadRefused, match=r"97\.7 KB"):
        download(f"{files}/endless")


def test_download__slow_server_does_not_block_the_worker(files, monkeypatch):
    monkeypatch.setattr(downloads, "TOTAL_SECONDS", 0.1)
    monkeypatch.setattr(downloads, "CHUNK_BYTES", 1)
    with pytest.raises(DownloadFailed, match="within"):
        download(f"{files}/slow")


@pytest.mark.parametrize("path", ["headers", "until_closed"])
def test_download__time_limit_covers_the_whole_answer(files, monkeypatch, path):
    """Each byte restarts the time limit of the socket, so the whole needs its own limit."""
    monkeypatch.setattr(downloads, "TOTAL_SECONDS", 0.2)
    with pytest.raises(DownloadFailed, match="within"):
        download(f"{files}/{path}")


def test_download__body_of_a_redirect_is_not_read(files):
    with pytest.raises(DownloadRefused, match="redirect"):
        download(f"{files}/moved_endless")


def test_download__compressed_answer_is_refused(files):
    with pytest.raises(DownloadRefused, match="compressed"):
        download(f"{files}/zipped")


def test_download__sends_no_credentials_of_this_machine(files, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login shop password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))

    assert download(f"{files}/whoami") == b""


class TestProxy:
    """A proxy of the environment makes the connection, so the name is checked before."""

    @pytest.fixture(autouse=True)
    def _proxy(self, files, monkeypatch):
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", files)

    @pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "[::1]", "localhost"])
    def test_private_target_is_refused(self, configure, host):
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        with pytest.raises(DownloadRefused, match="private network"):
            download(f"http://{host}/ok")

    def test_proxy_itself_may_be_private(self, configure):
        configure(ALLOW_PRIVATE_ADDRESSES=False)
        with pytest.raises(DownloadFailed, match="501"):  # reached, but it is no proxy
            download("http://8.8.8.8/ok")


def test_download__refused_connection_can_be_retried(configure):
    configure(ALLOW_PRIVATE_ADDRESSES=True, CONNECT_TIMEOUT=0.5)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(DownloadFailed):
            download(f"http://127.0.0.1:{port}/ok")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.test/x", "oss://key", "http://", ""]
)
def test_download__refuses_other_schemes_than_http(url):
    with pytest.raises(DownloadRefused, match="http"):
        download(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_download__refuses_private_addresses(files, configure, host):
    configure(ALLOW_PRIVATE_ADDRESSES=False)
    with pytest.raises(DownloadRefused, match="private network"):
        download(f"{files.replace('127.0.0.1', host)}/ok")


PRIVATE_HOSTS = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0", "10.0.0.1", "172.16.0.1"]


@pytest.mark.parametrize("host", [*PRIVATE_HOSTS, "[::1]", "[::ffff:127.0.0.1]"])
def test_download__connects_to_no_private_address(configure, monkeypatch, host):
    """What connects could tell open ports from closed ones."""

    def connect(*_args, **_kwargs):
        raise AssertionError("connected")

    configure(ALLOW_PRIVATE_ADDRESSES=False)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with pytest.raises(DownloadRefused, match="private network"):
        download(f"http://{host}:9/ok")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "2130706433", "0"])
def test_download__open_and_closed_ports_look_the_same(files, configure, host):
    configure(ALLOW_PRIVATE_ADDRESSES=False, CONNECT_TIMEOUT=0.5)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        ports = [files.rpartition(":")[2], unused.getsockname()[1]]
        refusals = set()
        for port in ports:
            with pytest.raises(DownloadRefused) as refused:
                download(f"http://{host}:{port}/ok")
            refusals.add(str(refused.value))
    assert len(refusals) == 1


def test_download__name_that_leads_elsewhere_meanwhile_is_refused(files, configure, monkeypatch):
    """DNS can name a public address for the check, and a private one for the connection."""
    configure(ALLOW_PRIVATE_ADDRESSES=False)
    monkeypatch.setattr(guarded_session, "addresses_of", lambda _host: ["8.8.8.8"])
    with pytest.raises(DownloadRefused, match="private network"):
        download(f"{files}/ok")


def test_download__refuses_a_name_that_resolves_to_a_private_address(files, configure, monkeypatch):
    configure(ALLOW_PRIVATE_ADDRESSES=False)
    port = int(files.rpartition(":")[2])
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: [entry])
    with pytest.raises(DownloadRefused, match="private network"):
        download(f"http://pictures.example.com:{port}/ok")


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support."),
        requests.exceptions.InvalidProxyURL("Please check proxy URL."),
    ],
)
def test_download__unusable_proxy_of_this_machine_loses_no_file(monkeypatch, error):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("requests.adapters.HTTPAdapter.get_connection_with_tls_context", fail)
    with pytest.raises(RequestNotSent, match=r"proxy of this machine.*(SOCKS|proxy URL)"):
        download("https://pictures.example.com/1.jpg")


LONG_LABEL = "a" * 64


@pytest.mark.parametrize(
    "url",
    ["http://[", "https://", "http:///x", "http://a..b/x.jpg", f"http://{LONG_LABEL}.test/x.jpg"],
)
def test_download__refuses_a_malformed_address(url):
    with pytest.raises(DownloadRefused, match="http"):
        download(url)
