"""Which class serves which kind of sink; imported only where one is configured."""

from tasks.core.errors import UnknownSetting
from tasks.edge.delivery.contract import EventSink, StateSink
from tasks.edge.delivery.declaration import Alertmanager, AnySink, JsonLines, Kafka
from tasks.edge.delivery.jsonl import JsonLinesSink
from tasks.edge.settings import Settings


def make(settings: Settings, declared: AnySink, relay_id: str) -> EventSink | StateSink:
    """Return a sink as the settings declare it; connects to nothing yet.

    Args:
        settings: All of them.
        declared: Those of the sink.
        relay_id: The sink knows this warehouse by it, for ever.
    """
    if isinstance(declared, JsonLines):
        return JsonLinesSink(declared)
    if isinstance(declared, Alertmanager):
        from tasks.edge.delivery.alertmanager import AlertmanagerSink  # noqa: PLC0415

        return AlertmanagerSink(declared)
    if isinstance(declared, Kafka):
        return _kafka(declared, relay_id)
    from tasks.edge.delivery.victoriametrics import VictoriaMetricsSink  # noqa: PLC0415

    return VictoriaMetricsSink(settings, declared)


def _kafka(declared: Kafka, relay_id: str) -> EventSink:
    try:
        from tasks.edge.delivery.kafka import KafkaSink  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnknownSetting(
            f"Sink {declared.name} needs Kafka's client: install costwarden[kafka]."
        ) from error
    return KafkaSink(declared, relay_id)
