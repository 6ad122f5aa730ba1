"""A server that answers what BigQuery's SDK asks about one billing table."""

import json
import re
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

PROJECT, DATASET, TABLE = "acme-billing", "costs", "gcp_billing_export_v1_01"
URL = f"bigquery://{PROJECT}/{DATASET}/{TABLE}"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# What BigQuery bills at least for each table that a query reads.
PARTITION_BYTES = 10 * 1024**2
PAGE = 2


def field(name, kind="STRING", mode="NULLABLE", *inner):
    """A column as the API describes it."""
    described = {"name": name, "type": kind, "mode": mode}
    return described | ({"fields": list(inner)} if inner else {})


STANDARD = [
    field("billing_account_id"),
    field("service", "RECORD", "NULLABLE", field("id"), field("description")),
    field("usage_start_time", "TIMESTAMP"),
    field("usage_end_time", "TIMESTAMP"),
    field("export_time", "TIMESTAMP"),
    field("cost", "FLOAT"),
    field("currency"),
    field("invoice", "RECORD", "NULLABLE", field("month")),
    field("cost_type"),
    field(
        "credits", "RECORD", "REPEATED", field("name"), field("amount", "FLOAT"),
        field("type"),
    ),
]  # fmt: skip


def micros(moment):
    """A moment as the API writes it when it is asked for whole numbers."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return str((at - EPOCH) // timedelta(microseconds=1))


class Server(ThreadingHTTPServer):
    """The table, and a note of what was asked."""

    daemon_threads = True

    def __init__(self):
        """Listen on a port that is free."""
        super().__init__(("127.0.0.1", 0), Answers)
        self.schema = STANDARD
        self.partitioning = {"type": "DAY"}
        self.rows = []
        self.jobs = {}
        self.queries = []
        self.billed = 0
        self.busy = []
        self.refusal = None
        self.at_page = lambda _page: None
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, added, *rows, is_streamed=False):
        """Append rows at a moment; each is a dict by column."""
        day = datetime.fromisoformat(added).replace(hour=0, minute=0, second=0)
        partition = None if is_streamed else int(micros(day.isoformat()))
        stamp = "x_ExportTime" if "x_ExportTime" in rows[0] else "export_time"
        for row in rows:
            one = row | {stamp: micros(added)}
            self.rows.append((int(micros(added)), partition, one))

    def run(self, query, values):
        """Return schema and rows of a query, and which partitions it reads."""
        if "INFORMATION_SCHEMA" in query:
            days = [day for at, day, _ in self.rows if at >= values["since"] and day]
            first = str(min(days)) if days else None
            return [field("first", "TIMESTAMP")], [{"first": first}], 1
        first = values.get("first", 0)
        assert ("_PARTITIONTIME >= @first" in query) == ("first" in values)
        seen = [one for one in self.rows if one[1] is None or one[1] >= first]
        size = len({day for _, day, _ in seen})
        if "MAX(" in query:
            later = [at for at, _, _ in seen if at > values["known"]]
            newest = str(max(later)) if later else None
            return [field("newest", "TIMESTAMP")], [{"newest": newest}], size
        found = [r for at, _, r in seen if values["since"] <= at <= values["until"]]
        return self.schema, found, size


def cells(schema, row):
    """A row as the API writes it."""
    return {"f": [{"v": cell(column, row.get(column["name"]))} for column in schema]}


def cell(column, value):
    if column["mode"] == "REPEATED":
        return [{"v": cells(column["fields"], one)} for one in value or ()]
    if column["type"] == "RECORD" and value is not None:
        return cells(column["fields"], value)
    return value


class Answers(BaseHTTPRequestHandler):
    """The REST API, as far as the SDK uses it here."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def answer(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, reason, message):
        error = {"reason": reason, "message": message}
        self.answer(
            {"error": {"code": status, "message": message, "errors": [error]}}, status
        )

    def do_GET(self):
        """Answer about the table, a job, or its rows."""
        address = urlsplit(self.path)
        path = address.path.removeprefix(f"/bigquery/v2/projects/{PROJECT}/")
        asked = dict(
            part.split("=") for part in address.query.split("&") if "=" in part
        )
        server = self.server
        if server.refusal:
            self.refuse(*server.refusal)
        elif path == f"datasets/{DATASET}/tables/{TABLE}":
            table = {"projectId": PROJECT, "datasetId": DATASET, "tableId": TABLE}
            described = {"tableReference": table, "schema": {"fields": server.schema}}
            if server.partitioning:
                described["timePartitioning"] = server.partitioning
            self.answer(described)
        elif path.startswith("jobs/"):
            self.answer(server.jobs[path.removeprefix("jobs/")]["resource"])
        elif path.startswith("queries/"):
            self.page(path.removeprefix("queries/"), asked)
        else:
            self.refuse(404, "notFound", f"Not found: Table {path}")

    def page(self, job_id, asked):
        server, job = self.server, self.server.jobs[job_id]
        start = int(asked.get("pageToken", 0))
        if server.busy:
            self.refuse(*server.busy.pop())
            return
        server.at_page(start // PAGE)
        assert asked["formatOptions.useInt64Timestamp"] == "True"
        rows = [cells(job["schema"], row) for row in job["rows"]]
        answer = {
            "jobReference": job["resource"]["jobReference"],
            "jobComplete": True,
            "schema": {"fields": job["schema"]},
            "totalRows": str(len(rows)),
            "rows": rows[start : start + PAGE],
        }
        if asked.get("maxResults") == "0":
            answer.pop("rows")
        elif start + PAGE < len(rows):
            answer["pageToken"] = str(start + PAGE)
        self.answer(answer)

    def do_POST(self):
        """Begin a query."""
        length = int(self.headers["Content-Length"])
        job = json.loads(self.rfile.read(length))
        asked = job["configuration"]["query"]
        values = {
            one["name"]: self.value(one["parameterValue"]["value"], one)
            for one in asked["queryParameters"]
        }
        schema, rows, partitions = self.server.run(asked["query"], values)
        self.server.queries.append(re.sub(r"\s+", " ", asked["query"]))
        size = partitions * PARTITION_BYTES
        if size > int(asked["maximumBytesBilled"]):
            self.refuse(
                400, "bytesBilledLimitExceeded",
                f"Query exceeded limit for bytes billed: {asked['maximumBytesBilled']}."
                f" {size} or higher required.",
            )  # fmt: skip
            return
        self.server.billed += size
        reference = job["jobReference"] | {"location": "EU"}
        resource = {
            "jobReference": reference,
            "configuration": job["configuration"],
            "status": {"state": "DONE"},
            "statistics": {"query": {"statementType": "SELECT"}},
        }
        self.server.jobs[reference["jobId"]] = {
            "resource": resource,
            "schema": schema,
            "rows": rows,
        }
        self.answer(resource)

    def value(self, value, parameter):
        if parameter["parameterType"]["type"] == "STRING":
            return value
        return int(micros(value.replace(" ", "T")[:26]))
