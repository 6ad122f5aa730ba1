"""How our Kafka clients, those that produce and those that consume, reach brokers."""

from typing import Any

from tasks.core.errors import ConfigError
from tasks.edge.delivery.declaration import Kafka
from tasks.edge.secrets import resolve

Options = dict[str, Any]


def client(sink: Kafka) -> Options:
    """Return what librdkafka is told to reach and convince the brokers of a sink.

    Raises:
        ConfigError: A username without a password, or the other way round.
        NothingThere: The password is not where the settings say.
    """
    told: Options = {
        "bootstrap.servers": sink.bootstrap_servers,
        "security.protocol": sink.security_protocol,
        # Errors come by callback; the client would write each try to standard error.
        "log_level": 0,
        "enable.ssl.certificate.verification": True,
    }
    if sink.ca_file:
        told["ssl.ca.location"] = sink.ca_file
    if sink.security_protocol.startswith("SASL"):
        if not sink.username or not sink.password:
            raise ConfigError(
                f"Sink {sink.name} uses {sink.security_protocol}: set username and"
                " password."
            )
        told["sasl.mechanism"] = sink.sasl_mechanism
        told["sasl.username"] = sink.username
        told["sasl.password"] = resolve(sink.password)
    return told
