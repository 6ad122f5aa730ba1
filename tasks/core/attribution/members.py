"""How people call what a driver names: a resource, a SKU, a tag."""

# How the dimension of a tag begins, and its member for lines without the tag.
TAG, UNTAGGED = "tag:", "untagged"


def called(dimension: str, member: str | None) -> str:
    """Return what a member of a dimension is called.

    Examples:
        >>> called("sub_account", "222"), called("tag:cost_center", "x_1")
        ('sub account 222', 'tag cost_center=x_1')
        >>> called("tag:team", UNTAGGED)
        'what has no tag team'
    """
    if dimension.startswith(TAG):
        key = dimension.removeprefix(TAG)
        return f"what has no tag {key}" if member == UNTAGGED else f"tag {key}={member}"
    return f"{dimension.replace('_', ' ')} {member or ''}".strip()
