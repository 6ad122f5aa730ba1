"""Fetch Kafka's jars: ``python -m tests.services.servers fetch``."""

from tests.services.servers.kafka import fetch

if __name__ == "__main__":
    print(f"Kafka's jars are in {fetch()}")
