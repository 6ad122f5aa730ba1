"""The example configuration, and what people read of it: a real Alertmanager."""

import html
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from tasks.edge.delivery import relay
from tasks.edge.delivery.declaration import Alertmanager as Declared
from tasks.edge.settings import DEPLOYMENTS
from tests.edge.alert_world import World, anomaly
from tests.services.conftest import started
from tests.services.listening import Chat, Post, parts
from tests.services.servers.alertmanager import Alertmanager
from tests.services.servers.server import NotInstalled, program
from tests.services.test_alertmanager import wait

pytestmark = [pytest.mark.service, pytest.mark.timeout(120)]

CONFIG = DEPLOYMENTS / "alertmanager" / "alertmanager.yml"


def amtool(*words):
    try:
        tool = program("amtool", package="prometheus-alertmanager")
    except NotInstalled as error:
        pytest.skip(str(error))
    return subprocess.run([tool, *words], capture_output=True, text=True, check=False)


def test_amtool_accepts_the_example():
    """Configuration and templates are well-formed to Alertmanager's own tool."""
    checked = amtool("check-config", str(CONFIG))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "1 templates" in checked.stdout


@pytest.mark.parametrize(
    ("receivers", "labels"),
    [
        ("costs", ["severity=low", "provider=AWS"]),
        ("costs-now", ["severity=critical", "provider=AWS"]),
        ("costs-now", ["severity=high", "alertname=CostBudget"]),
        ("digest", ["severity=info", "alertname=CostDigest"]),
        ("team-shop,costs", ["severity=low", "sub_account_id=210987654321"]),
        ("team-shop,costs-now", ["severity=high", "sub_account_id=210987654321"]),
        ("azure-costs,costs", ["severity=medium", "provider=Microsoft"]),
        ("costs", ["severity=low", "provider=Microsoft"]),
        ("bridge,costs", ["severity=warning", "generator=vmalert"]),
    ],
)
def test_alerts_reach_whom_they_concern(receivers, labels):
    """Severity, provider and account decide; the digest and the bridge are apart."""
    generator = [] if any("generator" in one for one in labels) else ["costwarden"]
    labels = [*labels, *(f"generator={one}" for one in generator)]
    config = f"--config.file={CONFIG}"
    routed = amtool("config", "routes", "test", config, *labels)
    assert routed.stdout.strip() == receivers


@pytest.fixture
def chat():
    made = Chat()
    yield made
    made.close()


@pytest.fixture
def post():
    made = Post()
    yield made
    made.close()


def told_here(folder, chat, post):
    """Return the example with addresses of this machine, and no patience."""
    folder.mkdir(exist_ok=True)
    (folder / "url").write_text(f"{chat.url}/slack", encoding="utf-8")
    (folder / "token").write_text("hunter2", encoding="utf-8")
    text = CONFIG.read_text(encoding="utf-8")
    for old, new in (
        (r"/etc/alertmanager/secrets/slack-url", str(folder / "url")),
        (r"/etc/alertmanager/secrets/bridge-token", str(folder / "token")),
        (r"smtp\.example\.com:587", f"{post.address}\n  smtp_require_tls: false"),
        (r"  smtp_auth_\w+: .*\n", ""),
        (r"http://127\.0\.0\.1:\d+/alertmanager", f"{chat.url}/alertmanager"),
        (r"templates/\*\.tmpl", str(CONFIG.parent / "templates" / "*.tmpl")),
        (r"group_wait: \w+", "group_wait: 1s"),
        (r"group_interval: \w+", "group_interval: 2s"),
    ):
        text, count = re.subn(old, new, text)
        assert count, f"the example has no {old}"
    return text


@pytest.fixture
def server(tmp_path, chat, post):
    """An Alertmanager with the example's routes and texts."""
    config = told_here(tmp_path / "here", chat, post)
    with started(Alertmanager(tmp_path / "alertmanager", config)) as made:
        yield made


@pytest.fixture
def world(tmp_path, server):
    return World(
        tmp_path,
        Declared(
            kind="alertmanager",
            name="am",
            url=server.url,
            digest=False,
            report_url="https://costs.example.com/report.html",
        ),
    )


def bring(world, **more):
    declared = world.settings.sinks[0].model_copy(update=more)
    assert relay.bring(world.settings, declared, is_patient=False).problems == []


def test_one_cause_is_one_readable_message(world, chat):
    """Three regions of a service are one message, which says what a person needs."""
    regions = ("eu-west-1", "us-east-1", "us-west-2")
    world.find(*(anomaly(180, region_id=name) for name in regions))
    bring(world)
    wait(lambda: chat.messages("#cloud-costs"))
    linger(3)
    [(title, text)] = chat.messages("#cloud-costs")
    assert title == "3 cost alerts about Amazon EC2"
    for name in regions:
        assert f"*USD +80.00 · Amazon EC2 · 111122223333 · {name} · AWS (low)*" in text
    assert "USD 180.00, expected USD 100.00" in text
    assert "Account: 111122223333" in text


def linger(seconds):
    """Give Alertmanager time to say more than it should."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    wait(lambda: datetime.now(UTC) > until)


def test_a_graver_anomaly_is_told_to_others_and_its_end_once(world, chat, post):
    """A rising severity is a new message, not the end of the old; the end is one."""
    world.find(anomaly(180))
    bring(world)
    wait(lambda: chat.messages("#cloud-costs"))
    world.find(anomaly(5_000))
    bring(world)
    wait(lambda: chat.messages("#cloud-costs-now") and post.mails)
    linger(3)
    assert len(chat.messages("#cloud-costs")) == 1
    world.find(anomaly(5_000, status="resolved"))
    bring(world)
    wait(lambda: len(chat.messages("#cloud-costs-now")) == 2 and len(post.mails) == 2)
    linger(3)
    assert len(chat.messages("#cloud-costs")) == 1
    (begin, _), (end, text) = chat.messages("#cloud-costs-now")
    where = "Amazon EC2 · 111122223333 · eu-west-1 · AWS"
    assert begin == f"USD +4,900.00 · {where} (high)"
    assert end == f"Over: USD +4,900.00 · {where} (high)"
    assert text.startswith("It is over.\n")
    mail = post.mails[0]
    assert mail["To"] == "finops@example.com"
    assert mail["Subject"] == begin
    for body in parts(mail):
        assert "USD 5,000.00" in body
        assert "https://costs.example.com/report.html" in body


def test_the_total_is_told_instead_of_its_parts(world, chat):
    """Regions are silent while their total is told; another service is not."""
    total = anomaly(260, region_id=None, rolled_up=("region_id",))
    world.find(total, anomaly(180), anomaly(170, service="Amazon S3"))
    bring(world)
    wait(lambda: len(chat.messages("#cloud-costs")) == 2)
    linger(3)
    assert sorted(title for title, _ in chat.messages("#cloud-costs")) == [
        "USD +160.00 · Amazon EC2 · 111122223333 · AWS (medium)",
        "USD +70.00 · Amazon S3 · 111122223333 · eu-west-1 · AWS (low)",
    ]


def test_no_name_rings_a_channel(world, chat):
    """Slack's own marks in a service's name are shown, not obeyed."""
    world.find(anomaly(180, service="<!channel> & <https://evil.example|here>"))
    bring(world)
    wait(lambda: chat.messages("#cloud-costs"))
    [(_, _, body)] = chat.heard
    [shown] = body["attachments"]
    for part in ("title", "text", "fallback"):
        assert "<!channel>" not in shown[part]
        assert "&lt;!channel&gt; &amp; &lt;https" in shown[part]


def test_the_digest_arrives_once(world, chat, post):
    """One message and one mail a day, however often the relay runs."""
    hour = (datetime.now(UTC) - timedelta(hours=1)).hour
    at = datetime.now(UTC) - timedelta(hours=3)
    world.find(anomaly(180, service="<b>bold</b> & ```co"), at=at)
    world.budget("at_risk", name="<i>shop")
    for _ in range(3):
        bring(world, digest=True, digest_hour=hour)
        wait(lambda: post.mails)
        linger(2)
    digests = [text for _, text in chat.messages("#cloud-costs") if "```" in text]
    assert len(digests) == 1
    assert digests[0].count("```") == 2
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; '''co" in digests[0]
    [mail] = [one for one in post.mails if one["Subject"].startswith("Cloud costs")]
    plain, page = parts(mail)
    assert re.search(r"USD \+80\.00 low +1 day  <b>bold</b> & '''co", plain)
    assert "<b>" not in page
    assert "<b>bold</b> & '''co" in html.unescape(page)


def test_a_quiet_day_is_quiet(world, chat, post):
    """Without news nobody hears anything, whatever still goes on."""
    world.find(anomaly(180), at=datetime.now(UTC) - timedelta(days=4))
    bring(world)
    wait(lambda: chat.messages("#cloud-costs"))
    bring(world, digest=True, digest_hour=datetime.now(UTC).hour)
    linger(3)
    assert len(chat.heard) == 1
    assert post.mails == []


def test_alerts_of_others_reach_the_bridge(server, chat):
    """A plain threshold of vmalert goes to the bridge, with the bridge's token."""
    alert = {
        "labels": {"alertname": "DailyCostHigh", "severity": "warning"},
        "annotations": {"summary": "AWS cost more than 1000 USD"},
    }
    server.post("/api/v2/alerts", json=[alert])
    wait(lambda: {path for path, *_ in chat.heard} == {"/slack", "/alertmanager"})
    [(authorization, body)] = [
        (auth, body) for path, auth, body in chat.heard if path == "/alertmanager"
    ]
    assert authorization == "Bearer hunter2"
    assert body["alerts"][0]["labels"] == alert["labels"]
    [(title, _)] = chat.messages("#cloud-costs")
    assert title == "AWS cost more than 1000 USD (warning)"
