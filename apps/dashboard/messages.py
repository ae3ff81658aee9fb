"""The one table from what goes wrong to what a person reads: a sentence, and the page's status.

Domain rooms know no status; what they raise on purpose ends here, and a test fails when a leaf of their
trees has no row. Anything else is our fault and becomes the 500 page.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from apps.accounts import errors as accounts
from apps.images import errors as images
from apps.imaging import errors as imaging
from apps.signing import errors as signing
from apps.variants import errors as variants

logger = logging.getLogger(__name__)

# What services called from here refuse on purpose.
DOMAIN_ERRORS = (
    accounts.AccountsError,
    images.ImagesError,
    imaging.ImagingError,
    signing.SigningError,
    variants.VariantsError,
)


@dataclass(frozen=True, slots=True)
class Row:
    """`sentence` may quote the error; `is_final` says that trying the next file is of no use."""

    status: int
    sentence: str = "{error}"
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as a person meets it."""

    status: int
    sentence: str
    is_final: bool


_SEND = "Send a JPEG, PNG, GIF, WebP, AVIF, HEIC, TIFF, BMP or SVG file."
_NOT_A_PICTURE = f"This is not a picture we can read. {_SEND}"
_OPTIONS = "These options do not work: {error}."
_DAMAGED = "The file cannot be read to its end. {error}."
_BUSY = "The picture could not be checked just now, because the renderer is busy. Try again in a moment."
_QUOTA = "{error}. Delete some, or have the limit raised."

TABLE: dict[type[Exception], Row] = {
    accounts.QuotaExceeded: Row(403, _QUOTA, is_final=True),
    accounts.InvalidToken: Row(401),
    images.ImageNotFound: Row(404, "This image is not there any more."),
    images.ImageExists: Row(409, "The account already has an image with this id."),
    images.BadImageId: Row(400, "This id cannot be used: {error}."),
    images.PrivateCustomId: Row(409),
    images.BadMetadata: Row(400),
    images.BadCreator: Row(400),
    images.BadAltText: Row(400),
    images.BadTags: Row(400),
    images.VersionNotFound: Row(404),
    images.BadGrantExpiry: Row(400),
    images.GrantNotFound: Row(404),
    images.GrantInUse: Row(409),
    images.GrantSpent: Row(410),
    images.EmptyUpload: Row(400, "The file is empty."),
    images.UploadTooLarge: Row(413, "The file is too large: {error}."),
    images.FallbackNotPublic: Row(400, "This cannot be: {error}."),
    images.OverlayNotFound: Row(400, _OPTIONS),
    images.BadHostName: Row(400),
    images.HostTaken: Row(409),
    images.HostNotFound: Row(404),
    images.OriginalMissing: Row(
        500, "The original is missing from the store. Tell the operator of this server."
    ),
    imaging.OptionsError: Row(400, _OPTIONS),
    imaging.EmptyImage: Row(400, "These options leave nothing of the picture."),
    imaging.NotAnImage: Row(415, _NOT_A_PICTURE),
    imaging.UnsupportedFormat: Row(415, f"{{error}}. {_SEND}"),
    imaging.SvgConversion: Row(415, "A drawing (SVG) stays one: leave the format to auto."),
    imaging.OverlayMissing: Row(400, _OPTIONS),
    imaging.OverlayIsSvg: Row(400, _OPTIONS),
    imaging.BadOverlay: Row(400, _OPTIONS),
    imaging.DamagedImage: Row(422, _DAMAGED),
    imaging.TruncatedImage: Row(422, _DAMAGED),
    imaging.LimitExceeded: Row(413, "{error}."),
    imaging.TooLargeToProcess: Row(413, "The picture needs more memory or time than one picture may take."),
    imaging.RendererUnavailable: Row(503, _BUSY),
    imaging.RendererBusy: Row(503, _BUSY),
    imaging.RendererTimeout: Row(503, _BUSY),
    imaging.RendererCrashed: Row(503, _BUSY),
    imaging.BadReply: Row(503, _BUSY),
    signing.SigningKeyNotFound: Row(404),
    signing.SigningKeyExists: Row(409),
    signing.TooManySigningKeys: Row(409),
    signing.BadKeyName: Row(400),
    variants.VariantNotFound: Row(404, "This variant is not there any more."),
    variants.VariantExists: Row(409, "The account already has a variant with this name."),
    variants.BadVariantName: Row(400, "This name cannot be used: {error}."),
    variants.BadBrowserTtl: Row(400, "This cannot be: {error}."),
    variants.BadOrigin: Row(400, "This cannot be: {error}."),
    variants.TooManyOrigins: Row(409, "No room for one more: {error}."),
    variants.BadAvifDeadline: Row(400, "This cannot be: {error}."),
    variants.TooManyVariants: Row(409, "No room for one more: {error}."),
    variants.VariantProtected: Row(409, "This cannot be done: {error}."),
}


def find_row(kind: type[Exception]) -> Row | None:
    """Return the row of an error's class, or of the nearest class above it."""
    return next((TABLE[parent] for parent in kind.__mro__ if parent in TABLE), None)


def explain(error: Exception) -> Refusal:
    """Return what to tell a person about one of DOMAIN_ERRORS; others are raised again."""
    row = find_row(type(error))
    if row is None:
        raise error
    if row.status >= 500:
        logger.warning("A dashboard request was answered with %s", row.status, exc_info=error)
    return Refusal(row.status, row.sentence.format(error=str(error).rstrip(".")), row.is_final)
