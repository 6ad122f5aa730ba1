"""Bills in Google's and Azure's stores: their SDKs against answers of a local server.

No emulator is at hand, so the servers here answer what the services document: a listing
in pages, what is known of an object, and its content.
"""

import base64
import json
from contextlib import suppress
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from tasks.core.errors import ConfigError, NothingThere, NotPermitted, SourceUnavailable
from tasks.edge.intake.arriving import remote
from tasks.edge.settings import Source
from tests.edge.export_world import FOCUS, World, rows_of, write_csv

pytest.importorskip("gcsfs")
pytest.importorskip("adlfs")

pytestmark = [
    pytest.mark.service,
    pytest.mark.timeout(200),
    # The SDKs leave their connections to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

ACCOUNT = "devstore"
CONTAINER = "bills"
PAGE = 2
NOW = "Wed, 03 Jun 2026 04:05:06 GMT"


class Store(ThreadingHTTPServer):
    """A server with objects, and a note of which were fetched."""

    daemon_threads = True

    def __init__(self, handler):
        """Listen on a port that is free."""
        super().__init__(("127.0.0.1", 0), handler)
        self.objects = {}
        self.fetched = []
        self.refusal = 0
        self.broken = 0
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, key, content):
        """Store an object; the generation counts the times."""
        _, generation = self.objects.get(key, (b"", 0))
        self.objects[key] = (content, generation + 1)

    def page(self, prefix, marker):
        """Some keys below a prefix, and where the next page begins."""
        keys = [key for key in sorted(self.objects) if key.startswith(prefix)]
        keys = [key for key in keys if key > marker]
        return keys[:PAGE], keys[PAGE - 1] if len(keys) > PAGE else ""


class Answers(BaseHTTPRequestHandler):
    """What both stores have in common."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def answer(self, content, status=200, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if kind == "text/csv" and self.command != "HEAD" and self.server.broken:
            self.server.broken -= 1
            self.close_connection = True
            content = content[: len(content) // 2]
        if self.command != "HEAD":
            self.wfile.write(content)


class Google(Answers):
    """The JSON API of Google Cloud Storage."""

    def meta(self, key):
        content, generation = self.server.objects[key]
        return {
            "kind": "storage#object",
            "bucket": CONTAINER,
            "name": key,
            "size": str(len(content)),
            "generation": str(generation),
            "etag": f"CJ{generation}",
            "updated": "2026-06-03T04:05:06.789Z",
            "timeCreated": "2026-06-03T04:05:06.789Z",
        }

    def do_GET(self):
        """Answer one request."""
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        _, _, rest = address.path.partition(f"/b/{CONTAINER}/o")
        key = unquote(rest.lstrip("/"))
        if self.server.refusal:
            error = {"code": self.server.refusal, "message": "no storage.objects.list"}
            self.answer(json.dumps({"error": error}).encode(), self.server.refusal)
        elif f"/b/{CONTAINER}/o" not in address.path or (
            key and key not in self.server.objects
        ):
            error = {"code": 404, "message": "Not Found"}
            self.answer(json.dumps({"error": error}).encode(), 404)
        elif not key:
            keys, more = self.server.page(
                asked.get("prefix", ""), asked.get("pageToken", "")
            )
            page = {"kind": "storage#objects", "items": [*map(self.meta, keys)]}
            page |= {"nextPageToken": more} if more else {}
            self.answer(json.dumps(page).encode())
        elif asked.get("alt") == "media":
            self.server.fetched.append(key)
            self.answer(self.server.objects[key][0], kind="text/csv")
        else:
            self.answer(json.dumps(self.meta(key)).encode())


class Azure(Answers):
    """The REST API of Azure Blob Storage."""

    def headers_of(self, key):
        content, generation = self.server.objects[key]
        return {
            "ETag": f'"0x{generation}"',
            "Last_Modified": NOW,
            "x_ms_blob_type": "BlockBlob",
            "x_ms_version": "2026-02-06",
            "Accept_Ranges": "bytes",
        } | {"size": len(content)}

    def listing(self, asked):
        keys, more = self.server.page(asked.get("prefix", ""), asked.get("marker", ""))
        blobs = "".join(
            f"<Blob><Name>{escape(key)}</Name><Properties>"
            f"<Last-Modified>{NOW}</Last-Modified>"
            f"<Etag>0x{self.server.objects[key][1]}</Etag>"
            f"<Content-Length>{len(self.server.objects[key][0])}</Content-Length>"
            "<Content-Type>text/csv</Content-Type><BlobType>BlockBlob</BlobType>"
            "</Properties></Blob>"
            for key in keys
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><EnumerationResults'
            f' ServiceEndpoint="{self.server.url}/{ACCOUNT}"'
            f' ContainerName="{CONTAINER}">'
            f"<Prefix>{escape(asked.get('prefix', ''))}</Prefix><Blobs>{blobs}</Blobs>"
            f"<NextMarker>{escape(more)}</NextMarker></EnumerationResults>"
        ).encode()

    def refuse(self, status, code):
        body = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
        self.answer(body, status, "application/xml", x_ms_error_code=code)

    def do_GET(self):
        """Answer one request."""
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        _, _, rest = unquote(address.path).partition(f"/{ACCOUNT}/")
        container, _, key = rest.partition("/")
        if self.server.refusal:
            self.refuse(self.server.refusal, "AuthorizationPermissionMismatch")
        elif container != CONTAINER:
            self.refuse(404, "ContainerNotFound")
        elif not key and asked.get("comp") == "list":
            self.answer(self.listing(asked), kind="application/xml")
        elif not key:
            self.answer(b"", ETag='"0x1"', Last_Modified=NOW)
        elif key not in self.server.objects:
            self.refuse(404, "BlobNotFound")
        else:
            self.blob(key)

    do_HEAD = do_GET  # noqa: N815 - the name that the server looks for

    def blob(self, key):
        headers = self.headers_of(key)
        size = headers.pop("size")
        content = self.server.objects[key][0]
        asked = self.headers.get("x-ms-range") or self.headers.get("Range")
        if self.command == "HEAD":
            self.answer(content, kind="text/csv", **headers)
            return
        self.server.fetched.append(key)
        if not asked:
            self.answer(content, kind="text/csv", **headers)
            return
        first, _, last = asked.removeprefix("bytes=").partition("-")
        part = content[int(first) : int(last or size) + 1]
        span = f"bytes {first}-{int(first) + len(part) - 1}/{size}"
        self.answer(part, 206, "text/csv", Content_Range=span, **headers)


@pytest.fixture(params=["gs", "az"])
def place(request, monkeypatch, tmp_path):
    """A store, the URL of its bills and a world whose settings name it."""
    store = Store(Google if request.param == "gs" else Azure)
    url = f"{request.param}://{CONTAINER}/focus"
    options = {"anon": True, "endpoint_url": store.url}
    if request.param == "az":
        key = base64.b64encode(b"nothing").decode()
        monkeypatch.setenv(
            "AZURE_STORAGE_CONNECTION_STRING",
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key};"
            f"BlobEndpoint={store.url}/{ACCOUNT};",
        )
        options = {}
    world = World(tmp_path)
    sources = tuple(
        Source(name=path, path=path, options=options)
        for path in (url, url.replace(CONTAINER, "absent"))
    )
    world.settings = world.settings.model_copy(update={"sources": sources})
    yield store, url, world
    store.shutdown()
    store.server_close()


def bill(tmp_path, period, cost="1.5"):
    """The bytes of one month's bill."""
    changes = {
        "BillingPeriodStart": f"{period}-01T00:00:00Z",
        "ChargePeriodStart": f"{period}-02T00:00:00Z",
        "BilledCost": cost,
    }
    return write_csv(tmp_path / "x.csv", rows_of(FOCUS, changes)).read_bytes()


def test_only_what_is_new_is_fetched(place, tmp_path):
    """A listing in pages, three files, then one that changed."""
    store, url, world = place
    for number in (3, 4, 5):
        store.put(f"focus/2026-0{number}/bill.csv", bill(tmp_path, f"2026-0{number}"))
    store.put("other/bill.csv", b"not ours")
    assert world.ingest(url).loaded == 3
    assert sorted(set(store.fetched)) == [
        f"focus/2026-0{number}/bill.csv" for number in (3, 4, 5)
    ]
    store.fetched.clear()
    assert world.ingest(url).known == 3
    assert store.fetched == []
    store.put("focus/2026-05/bill.csv", bill(tmp_path, "2026-05", "2.5"))
    result = world.ingest(url)
    assert (result.loaded, result.known) == (1, 2)
    assert set(store.fetched) == {"focus/2026-05/bill.csv"}
    assert world.versions("DISTINCT known_at::DATE::VARCHAR, origin[1]")[0] == (
        "2026-06-03",
        f"{url}/2026-03/bill.csv",
    )


def test_what_may_not_be_read_is_told(place):
    """The message names the URL and the right that is missing."""
    store, url, world = place
    store.put("focus/bill.csv", b"x")
    store.refusal = 403
    with pytest.raises(NotPermitted, match=rf"{url} may not be read .*granted"):
        world.ingest(url)


def test_a_place_that_is_not_there(place):
    """Nothing below the prefix, and no such container."""
    _, url, world = place
    with pytest.raises(NothingThere, match=f"There is nothing at {url}"):
        world.ingest(url)
    other = url.replace(CONTAINER, "absent")
    with pytest.raises(NothingThere, match=f"There is nothing at {other}"):
        world.ingest(other)


def test_nobody_is_told_how_to_say_who(monkeypatch):
    """Without an account Azure's driver cannot even ask."""
    for name in ("AZURE_STORAGE_CONNECTION_STRING", "AZURE_STORAGE_ACCOUNT_NAME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match="AZURE_STORAGE_ACCOUNT_NAME"):
        remote.listed("az://bills/focus", {})


# Azure's driver asks for minutes before it gives up.
@pytest.mark.parametrize("place", ["gs"], indirect=True)
def test_a_stopped_store_is_told(place):
    """The error says who does not answer."""
    store, url, world = place
    store.shutdown()
    store.server_close()
    with pytest.raises(SourceUnavailable, match=f"{url} does not answer"):
        world.ingest(url)


# One is asked for again by the drivers; without end, Google's asks for minutes.
@pytest.mark.parametrize(
    ("place", "times"), [("gs", 1), ("az", 1), ("az", 1000)], indirect=["place"]
)
def test_what_breaks_off_on_the_way_is_never_half(place, tmp_path, times):
    """An object whose content ends too early is fetched again, or nothing counts."""
    store, url, world = place
    store.put("focus/2026-05/bill.csv", bill(tmp_path, "2026-05", "2.5"))
    store.broken = times
    with suppress(SourceUnavailable):
        world.ingest(url)
    assert world.versions("billed_cost") in ([], [(Decimal("2.5"),)])
    store.broken = 0
    world.ingest(url)
    assert world.versions("status, billed_cost") == [("current", Decimal("2.5"))]
