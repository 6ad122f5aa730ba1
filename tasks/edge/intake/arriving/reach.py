"""Say what is wrong with a remote place: one sentence with its URL and what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tasks.core.errors import (
    ConfigError,
    CostwardenError,
    NothingThere,
    NotPermitted,
    SourceUnavailable,
)

# What each kind of URL is read with: the extra that brings it, where it looks for who
# we are, and what that identity must be allowed.
DRIVERS = {
    "s3": "aws",
    "ce": "aws",
    "gs": "google",
    "gcs": "google",
    "bigquery": "google",
    "az": "azure",
    "abfs": "azure",
}
IDENTITIES = {
    "aws": "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run"
    " where a role is attached",
    "google": "set GOOGLE_APPLICATION_CREDENTIALS to a key file, or run gcloud auth"
    " application-default login",
    "azure": "set AZURE_STORAGE_ACCOUNT_NAME, and run az login or set"
    " AZURE_STORAGE_CLIENT_ID, AZURE_STORAGE_CLIENT_SECRET and AZURE_STORAGE_TENANT_ID",
}
PERMISSIONS = {
    "ce": "ce:GetCostAndUsage",
    "bigquery": "bigquery.tables.get, bigquery.tables.getData and bigquery.jobs.create",
    "aws": "s3:ListBucket on the bucket and s3:GetObject on its objects",
    "google": "storage.objects.list and storage.objects.get",
    "azure": "the role Storage Blob Data Reader",
}

NOBODY = re.compile(
    r"NoCredentials|PartialCredentials|CredentialRetrieval|ProfileNotFound"
    r"|DefaultCredentialsError|CredentialUnavailable|Must provide either a connection"
    r"|Anonymous caller|unable to find account_name"
)
DENIED = re.compile(
    r"PermissionError|ClientAuthenticationError|AccessDenied|Forbidden"
    r"|InvalidAccessKeyId|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|ExpiredToken|RefreshError"
    r"|AuthenticationFailed|AuthorizationFailure|AuthorizationPermissionMismatch"
    r"|Invalid Credentials|Unauthorized|\b40[13]\b"
)
ABSENT = re.compile(
    r"FileNotFound|NotFoundError|NoSuchBucket|ContainerNotFound|\b404\b"
)
# Where errors come from that belong to none of Python's own kinds.
SDKS = ("aiobotocore", "aiohttp", "azure", "botocore", "gcsfs", "google", "requests")


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Turn whatever an SDK raises about a URL into an error of ours.

    Raises:
        ConfigError: There is no driver, or nobody said who we are.
        NotPermitted: We may not read it.
        NothingThere: There is no such bucket or file.
        SourceUnavailable: It does not answer, or not in time.
    """
    try:
        yield
    except CostwardenError:
        raise
    except Exception as error:
        meant = explain(url, error)
        if meant is None:
            raise
        raise meant from error


def explain(url: str, error: BaseException) -> CostwardenError | None:
    """Return what an error of an SDK means; None if it is no answer of a place."""
    wrong = _what_is_wrong(url, error)
    if wrong is not None:
        return wrong
    if isinstance(error, OSError) or type(error).__module__.startswith(SDKS):
        return SourceUnavailable(
            f"{url} does not answer ({_short(error)}): see whether its service is up"
            " and can be reached from here, then run again."
        )
    return None


def _what_is_wrong(url: str, error: BaseException) -> ConfigError | None:
    """Return what somebody has to set right, if that is what it needs."""
    scheme = url.partition("://")[0]
    extra = DRIVERS.get(scheme, "")
    told = _told(error)
    if isinstance(error, ImportError):
        return ConfigError(f"{url} cannot be read here: install costwarden[{extra}].")
    if NOBODY.search(told):
        identity = IDENTITIES.get(extra, "set them as its driver wants them")
        return ConfigError(f"There are no credentials for {url}: {identity}.")
    if DENIED.search(told):
        needed = PERMISSIONS.get(scheme) or PERMISSIONS.get(extra, "to read and list")
        return NotPermitted(
            f"{url} may not be read ({_short(error)}): check the credentials, and that"
            f" they are granted {needed}."
        )
    if ABSENT.search(told):
        return NothingThere(
            f"There is nothing at {url} ({_short(error)}): check the name."
        )
    if isinstance(error, TypeError | ValueError):
        return ConfigError(f"{url} cannot be read here: {_short(error)}.")
    return None


def _told(error: BaseException | None) -> str:
    """Return the kinds and words of an error and of those behind it."""
    words = []
    while error is not None:
        words.append(f"{type(error).__name__} {error}")
        error = error.__cause__ or error.__context__
    return "\n".join(words)


def _short(error: BaseException) -> str:
    words = " ".join(str(error).split()).rstrip(".")
    return words[:200] or type(error).__name__
