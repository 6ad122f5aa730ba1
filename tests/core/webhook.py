"""What Alertmanager sends to a webhook."""

import json

ZERO = "0001-01-01T00:00:00Z"


def alert(status="firing", **given):
    return {
        "status": status,
        "labels": {"alertname": "High", "provider": "AWS", "severity": "warning"},
        "annotations": {"summary": "high"},
        "startsAt": "2026-03-20T06:00:00.123456789Z",
        "endsAt": ZERO if status == "firing" else "2026-03-20T08:00:00Z",
        "generatorURL": "http://vmalert/1",
        "fingerprint": "0123456789abcdef",
    } | given


def body(*alerts, **given):
    told = {
        "version": "4",
        "groupKey": "{}:{}",
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "bridge",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
        "alerts": list(alerts),
    }
    return json.dumps(told | given).encode()
