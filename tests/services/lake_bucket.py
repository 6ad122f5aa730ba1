"""What lies in the bucket of a lake."""

NAME = "lake"


def keys(client):
    """Return the keys of all objects, in order."""
    found = client.list_objects_v2(Bucket=NAME).get("Contents", ())
    return sorted(item["Key"] for item in found)


def empty(client):
    """Delete all objects."""
    for key in keys(client):
        client.delete_object(Bucket=NAME, Key=key)
