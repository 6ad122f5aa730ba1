"""The bridge: takes what Alertmanager tells a webhook, and produces it to Kafka."""
