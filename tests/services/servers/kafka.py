"""Apache Kafka: one node that is broker and controller (KRaft)."""

import os
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path
from typing import Self
from xml.etree import ElementTree as ET

from tests.services.servers.server import (
    LOOPBACK,
    NotInstalled,
    NotStarted,
    Server,
    free_port,
    program,
)

POM = Path(__file__).parents[3] / "deployments" / "kafka" / "pom.xml"
# The same for every node, since each is a cluster of its own.
CLUSTER_ID = "Y29zdHdhcmRlbi10ZXN0cw"
USER, PASSWORD = "costwarden", "let-me-in"
GUEST = "guest"
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-512")

PROPERTIES = """\
process.roles=broker,controller
node.id={number}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAIN
listeners={listeners}
listener.security.protocol.map=PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT,\
SASL:SASL_PLAINTEXT,TLS:SSL,SASLTLS:SASL_SSL
log.dirs={folder}/storage
auto.create.topics.enable=false
offsets.topic.replication.factor={copies}
offsets.topic.num.partitions=1
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={least}
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={least}
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
# A node that was killed is let in again as soon as its old self is forgotten.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
"""
SECURITY = """\
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
# Everybody may do everything, but a guest what a test allows him.
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:costwarden
"""
LOGIN = (
    "listener.name.{listener}.{mechanism}.sasl.jaas.config="
    "org.apache.kafka.common.security.{module} required{users};\n"
)


def version() -> str:
    """Return the version of Kafka that the project is tested with."""
    names = {"pom": "http://maven.apache.org/POM/4.0.0"}
    tree = ET.parse(POM)  # noqa: S314 - our own file
    return tree.findtext("pom:properties/pom:kafka.version", namespaces=names)


def jars() -> Path:
    """Return the folder in the user's cache that holds this version's jars."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "costwarden" / f"kafka-{version()}"


def fetch() -> Path:
    """Copy Kafka's jars from Maven Central into the cache, unless they are there."""
    found = jars()
    if found.is_dir():
        return found
    maven = program("mvn", package="maven")
    found.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=found.parent) as whole:
        copied = Path(whole) / "jars"
        copy = [
            *(
                maven,
                "--batch-mode",
                "--quiet",
                "-Dstyle.color=never",
                "--file",
                str(POM),
            ),
            *("dependency:copy-dependencies", f"-DoutputDirectory={copied}"),
        ]
        subprocess.run(copy, check=True, stdin=subprocess.DEVNULL)
        copied.rename(found)
    return found


def runtime() -> list[str]:
    """Return the words that start Java with Kafka's jars."""
    java = program("java", package="default-jre-headless")
    if not jars().is_dir():
        raise NotInstalled(
            f"Kafka {version()} is not in {jars()}; `make kafka` gets it"
        )
    return [java, "-cp", f"{jars()}/*", "-Dlog4j2.level=INFO"]


def logins() -> str:
    """Return who may log in, and where: one user, by each mechanism, and a guest.

    PLAIN compares with what stands here; SCRAM with what the storage was made with.
    """
    user = "".join(f' user_{name}="{PASSWORD}"' for name in (USER, GUEST))
    ways = [("PLAIN", "plain.PlainLoginModule", user)]
    ways += [(mechanism, "scram.ScramLoginModule", "") for mechanism in SCRAM]
    return "".join(
        LOGIN.format(
            listener=listener, mechanism=mechanism.lower(), module=module, users=users
        )
        for listener in ("sasl", "sasltls")
        for mechanism, module, users in ways
    )


class Kafka(Server):
    """A broker with four listeners: plain, SASL, TLS, and SASL within TLS.

    ``client``, ``sasl``, ``tls`` and ``sasl_tls`` are the settings that confluent-kafka
    takes for each. The certificate is signed by itself, for 127.0.0.1 and localhost.
    One that is not ``secure`` has the plain listener alone.
    """

    name = "kafka"
    patience = 120.0
    number = 1
    # Of one node nothing can be kept twice.
    copies = least = 1

    def __init__(self, folder, port=None, controller=None, *, secure=True):
        super().__init__(folder, port)
        self.controller = controller or free_port()
        self.secure = (
            {name: free_port() for name in ("SASL", "TLS", "SASLTLS")} if secure else {}
        )

    def ports(self):
        return {"PLAIN": self.port, "CONTROLLER": self.controller, **self.secure}

    def voters(self) -> list[tuple[int, int]]:
        """Return number and controller port of each node of the cluster."""
        return [(self.number, self.controller)]

    @property
    def certificate(self) -> Path:
        return self.folder / "certificate.pem"

    @property
    def client(self) -> dict[str, str]:
        return {"bootstrap.servers": self.address}

    @property
    def tls(self) -> dict[str, str]:
        return {
            "bootstrap.servers": f"{LOOPBACK}:{self.secure['TLS']}",
            "security.protocol": "SSL",
            "ssl.ca.location": str(self.certificate),
        }

    def sasl(
        self, mechanism: str = "PLAIN", password: str = PASSWORD
    ) -> dict[str, str]:
        """Return what a client needs that says who it is."""
        return {
            "bootstrap.servers": f"{LOOPBACK}:{self.secure['SASL']}",
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": mechanism,
            "sasl.username": USER,
            "sasl.password": password,
        }

    def sasl_tls(self, *who: str) -> dict[str, str]:
        """Return the same for a client that speaks TLS."""
        return (
            self.tls
            | self.sasl(*who)
            | {
                "bootstrap.servers": f"{LOOPBACK}:{self.secure['SASLTLS']}",
                "security.protocol": "SASL_SSL",
            }
        )

    def command(self):
        return [
            *runtime(),
            # The first compiler alone: a broker is up in half the time.
            *("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *("kafka.Kafka", str(self.folder / "server.properties")),
        ]

    def prepare(self):
        if self.secure and not self.certificate.exists():
            self.make_certificate()
        (self.folder / "server.properties").write_text(self.properties())
        if not (self.folder / "storage").exists():
            self.format_storage()

    def properties(self) -> str:
        """Return the broker's settings."""
        folder = self.folder.resolve()
        text = PROPERTIES.format(
            number=self.number,
            voters=",".join(f"{n}@{LOOPBACK}:{port}" for n, port in self.voters()),
            copies=self.copies,
            least=self.least,
            listeners=",".join(
                f"{k}://{LOOPBACK}:{v}" for k, v in self.ports().items()
            ),
            folder=folder,
        )
        return text + SECURITY.format(folder=folder) + logins() if self.secure else text

    def make_certificate(self) -> None:
        """Write a key and a certificate that the key itself has signed."""
        key = self.folder / "key.pem"
        words = [
            *(program("openssl", package="openssl"), "req", "-x509", "-nodes"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", "/CN=localhost", "-days", "3650"),
            *("-addext", f"subjectAltName=DNS:localhost,IP:{LOOPBACK}"),
            *("-keyout", str(key), "-out", str(self.certificate)),
        ]
        subprocess.run(words, check=True, capture_output=True)
        both = key.read_text() + self.certificate.read_text()
        (self.folder / "server.pem").write_text(both)

    def format_storage(self) -> None:
        """Make the empty storage of a new cluster, with its user."""
        words = [
            *(*runtime(), "kafka.tools.StorageTool", "format"),
            *("--cluster-id", CLUSTER_ID),
            *("--config", str(self.folder / "server.properties")),
        ]
        for mechanism in SCRAM:
            user = f"{mechanism}=[name={USER},password={PASSWORD}]"
            words += ["--add-scram", user]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(self.folder / "storage", ignore_errors=True)
            raise NotStarted(f"kafka: no storage:\n{done.stdout}{done.stderr}")

    def admin(self):
        """Return a client for topics and groups."""
        from confluent_kafka.admin import AdminClient

        # It tells of each refused connection while the broker starts; so do we.
        return AdminClient(self.client | {"log_level": 0})

    def answers(self):
        from confluent_kafka import KafkaException

        try:
            return len(self.admin().list_topics(timeout=2).brokers) == 1
        except KafkaException:
            return False

    def new_topic(self, partitions: int = 1, **config: str) -> str:
        """Make a topic that nobody else uses, and return its name."""
        from confluent_kafka.admin import NewTopic

        name = f"topic-{uuid.uuid4().hex[:12]}"
        settings = {key.replace("_", "."): value for key, value in config.items()}
        topic = NewTopic(name, partitions, replication_factor=1, config=settings)
        admin = self.admin()  # without a name it would be gone before the answer
        admin.create_topics([topic])[name].result(30)
        return name

    def delete_topic(self, name: str) -> None:
        """Delete a topic, and wait until it is gone."""
        admin = self.admin()
        admin.delete_topics([name], operation_timeout=30)[name].result(30)
        while name in admin.list_topics(timeout=10).topics:
            time.sleep(0.1)


class Node(Kafka):
    """One of several brokers that keep everything three times."""

    copies, least = 3, 2

    def __init__(self, folder, number: int):
        super().__init__(folder / str(number), secure=False)
        self.number = number
        self.others = [self]

    def voters(self):
        return [(one.number, one.controller) for one in self.others]

    def answers(self):
        from confluent_kafka import KafkaException

        try:
            known = self.admin().list_topics(timeout=2).brokers
        except KafkaException:
            return False
        return self.number in known


class Cluster:
    """Three brokers, used as a context; ``nodes`` can be killed one by one."""

    def __init__(self, folder: Path):
        self.nodes = [Node(folder, number) for number in (1, 2, 3)]
        for node in self.nodes:
            node.others = self.nodes

    @property
    def address(self) -> str:
        return ",".join(node.address for node in self.nodes)

    @property
    def client(self) -> dict[str, str]:
        return {"bootstrap.servers": self.address}

    def admin(self):
        """Return a client for topics and groups."""
        from confluent_kafka.admin import AdminClient

        return AdminClient(self.client | {"log_level": 0})

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                node.launch()
            for node in self.nodes:
                node.wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_raised) -> None:
        """End them at once: what they hold is thrown away."""
        for node in self.nodes:
            node.kill()
