"""The topic that events go to: made if need be, and what is wrong with it."""

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from tasks.core.errors import CostwardenError, NotPermitted, SinkUnavailable
from tasks.edge.delivery import brokers
from tasks.edge.delivery.brokers import Options
from tasks.edge.delivery.declaration import Kafka

# Subjects are spread over so many; one subject's events stay in order in one of them.
PARTITIONS = 6
REPLICAS = 3
# Every event for ever: they are few, and whoever starts at the earliest offset finds
# the whole life of each anomaly. docs/events.md says what compaction would take away.
SETTINGS = {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}

# What librdkafka itself allows where the topic's own bound cannot be read.
LONGEST = 1_000_000
REACH_SECONDS = 10.0
SECONDS = 30.0

# How the client names its own codes.
NO_LOGIN = KafkaError._AUTHENTICATION  # noqa: SLF001
UNKNOWN_HOST = KafkaError._RESOLVE  # noqa: SLF001
NO_TLS = KafkaError._SSL  # noqa: SLF001

DENIED = {
    NO_LOGIN: "the user or the password is wrong",
    KafkaError.SASL_AUTHENTICATION_FAILED: "the user or the password is wrong",
    KafkaError.UNSUPPORTED_SASL_MECHANISM: "it knows no such sasl_mechanism",
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "we may not do this with the topic",
    KafkaError.GROUP_AUTHORIZATION_FAILED: "we may not commit as our group",
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "we may not do this in the cluster",
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: "we may not use our"
    " transactional id",
    KafkaError.POLICY_VIOLATION: "a policy of the cluster forbids it",
}
TELLING = (*DENIED, UNKNOWN_HOST, NO_TLS)


class Trouble:
    """Errors that the client only tells in passing, for the sentence that explains."""

    def __init__(self, sink: Kafka) -> None:
        """Explain troubles of this sink."""
        self.sink = sink
        self.seen: dict[int, KafkaError] = {}

    def note(self, error: KafkaError) -> None:
        """Keep an error; the client calls this."""
        self.seen[error.code()] = error

    def explain(self, error: KafkaError) -> CostwardenError:
        """Return what to raise: the cause that was told in passing, if any, counts."""
        causes = [self.seen[code] for code in TELLING if code in self.seen]
        cause = error if error.code() in TELLING else next(iter(causes), error)
        where = f"Kafka at {self.sink.bootstrap_servers}, topic {self.sink.topic}"
        if cause.code() in DENIED:
            return NotPermitted(
                f"{where}: {DENIED[cause.code()]} ({cause.str()}). See the sink"
                f" {self.sink.name} of the settings."
            )
        if cause.code() == UNKNOWN_HOST:
            return SinkUnavailable(f"{where}: no such host ({cause.str()}).")
        return SinkUnavailable(f"{where}: {cause.str()}.")


def look(sink: Kafka) -> str:
    """Say in words what is there; nothing is made.

    Raises:
        NotPermitted: The cluster does not let us in.
        SinkUnavailable: No broker answers.
    """
    trouble = Trouble(sink)
    quiet = {"error_cb": trouble.note, "log_level": 0}
    admin = AdminClient(brokers.client(sink) | quiet)
    try:
        known = admin.list_topics(timeout=REACH_SECONDS)
    except KafkaException as error:
        admin.poll(0)
        raise trouble.explain(error.args[0]) from error
    is_there = sink.topic in known.topics
    how = f"is there{_forgets(admin, sink.topic)}" if is_there else "will be made"
    return f"{len(known.brokers)} brokers, topic {sink.topic} {how}"


def _forgets(admin: AdminClient, name: str) -> str:
    """Say which settings of the topic let events go; where we may not ask, nothing."""
    resource = ConfigResource(ResourceType.TOPIC, name)
    try:
        found = admin.describe_configs([resource])[resource].result(SECONDS)
    except KafkaException:
        return ""
    wrong = [
        f"{key}={found[key].value}"
        for key, wanted in SETTINGS.items()
        if found[key].value != wanted
    ]
    return f"; it forgets events by {', '.join(wrong)}" if wrong else ""


def find(sink: Kafka, options: Options, trouble: Trouble) -> int:
    """Return how long a batch of records may be; make the topic where it is missing.

    Raises:
        NotPermitted: The cluster does not let us in, or not make the topic.
        SinkUnavailable: No broker answers.
    """
    admin = AdminClient(options)
    try:
        known = admin.list_topics(timeout=REACH_SECONDS)
        if sink.topic not in known.topics:
            _make(admin, sink.topic, len(known.brokers))
        return _longest(admin, sink.topic)
    except KafkaException as error:
        admin.poll(0)  # lets it tell what it has noticed
        raise trouble.explain(error.args[0]) from error


def _make(admin: AdminClient, name: str, count: int) -> None:
    """Make the topic as safe as there are brokers for."""
    replicas = min(REPLICAS, count)
    settings = SETTINGS | {"min.insync.replicas": str(max(1, replicas - 1))}
    topic = NewTopic(name, PARTITIONS, replicas, config=settings)
    try:
        admin.create_topics([topic], operation_timeout=SECONDS)[name].result(SECONDS)
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def _longest(admin: AdminClient, name: str) -> int:
    """Return the topic's own bound; what we may not read, or not yet, is as usual."""
    resource = ConfigResource(ResourceType.TOPIC, name)
    try:
        found = admin.describe_configs([resource])[resource].result(SECONDS)
    except KafkaException:
        return LONGEST
    return int(found["max.message.bytes"].value)
