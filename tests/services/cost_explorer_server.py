"""A server that answers what boto3 asks of AWS Cost Explorer and of STS."""

import json
from collections import defaultdict
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

ACCOUNT = "111111111111"
PAGE = 2
IDENTITY = f"""<GetCallerIdentityResponse
 xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{ACCOUNT}:user/costs</Arn><UserId>A</UserId>
<Account>{ACCOUNT}</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>"""
DENIED = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>InvalidClientTokenId</Code>
<Message>The security token included in the request is invalid.</Message></Error>
<RequestId>1</RequestId></ErrorResponse>"""


class Server(ThreadingHTTPServer):
    """Costs of an account, and a note of each answer that AWS would charge for."""

    daemon_threads = True

    def __init__(self):
        """Listen on a port that is free."""
        super().__init__(("127.0.0.1", 0), Answers)
        self.costs = []
        self.asked = []
        self.busy = 0
        self.is_denied = False
        self.is_unknown = False
        self.before = lambda _asked: None
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def add(
        self, day, kind, billed, effective=None, service="Amazon S3", *, account="2"
    ):
        """Note a cost; its amortised one is the same unless it is given."""
        account = account * 12
        effective = billed if effective is None else effective
        self.costs.append((day, account, service, kind, billed, effective))

    def groups(self, asked):
        """Return sums by first day and keys."""
        span, often = asked["TimePeriod"], asked["Granularity"]
        only = asked.get("Filter", {}).get("Dimensions", {}).get("Values")
        names = [by["Key"] for by in asked["GroupBy"]]
        assert len(names) <= 2
        sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for day, account, service, kind, billed, effective in self.costs:
            if not span["Start"] <= day < span["End"] or (only and kind not in only):
                continue
            known = {"LINKED_ACCOUNT": account, "SERVICE": service, "RECORD_TYPE": kind}
            start = day if often == "DAILY" else f"{day[:7]}-01"
            total = sums[start, tuple(known[name] for name in names)]
            total[0] += Decimal(billed)
            total[1] += Decimal(effective)
        return sorted(sums.items())


class Answers(BaseHTTPRequestHandler):
    """The JSON protocol of Cost Explorer, and one answer of STS."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing."""

    def answer(self, body, status=200, kind="application/x-amz-json-1.1"):
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, code, message):
        self.answer(json.dumps({"__type": code, "message": message}), 400)

    def do_POST(self):
        """Answer one question."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        server = self.server
        if "Action=GetCallerIdentity" in body:
            wrong = server.is_unknown
            self.answer(
                DENIED if wrong else IDENTITY, 403 if wrong else 200, "text/xml"
            )
            return
        assert self.headers["X-Amz-Target"] == "AWSInsightsIndexService.GetCostAndUsage"
        asked = json.loads(body)
        if server.is_denied:
            self.refuse("AccessDeniedException", "not authorized: ce:GetCostAndUsage")
        elif server.busy:
            server.busy -= 1
            self.refuse("LimitExceededException", "Rate limit exceeded")
        else:
            server.before(asked)
            server.asked.append(asked)
            self.answer(json.dumps(self.page(asked)))

    def page(self, asked):
        groups = self.server.groups(asked)
        start = int(asked.get("NextPageToken", 0))
        spans = {}
        for (day, keys), amounts in groups[start : start + PAGE]:
            billed, effective = ({"Amount": f"{a:f}", "Unit": "USD"} for a in amounts)
            metrics = {
                "UnblendedCost": {"Amount": "999", "Unit": "USD"},
                "NetUnblendedCost": billed,
                "AmortizedCost": {"Amount": "999", "Unit": "USD"},
                "NetAmortizedCost": effective,
            }
            span = spans.setdefault(
                day,
                {
                    "TimePeriod": {"Start": day, "End": day},
                    "Estimated": True,
                    "Groups": [],
                },
            )
            span["Groups"].append({"Keys": list(keys), "Metrics": metrics})
        answer = {"ResultsByTime": list(spans.values())}
        if start + PAGE < len(groups):
            answer["NextPageToken"] = str(start + PAGE)
        return answer
