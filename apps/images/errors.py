"""What can go wrong with images and with links to them.

ImagesError
├── ImageNotFound
├── VersionNotFound          the image never had it, or it is kept no longer
├── ImageExists              the id is taken
├── BadImageId               the id breaks a rule, which the reason names
├── PrivateCustomId          an image with a custom id cannot be made private
├── BadMetadata              not a JSON object, or too large
├── BadCreator
├── BadAltText
├── BadTags
├── BadGrantExpiry           an upload is granted for minutes or hours
├── GrantNotFound            unknown, used or expired: who holds the secret is not told which
├── GrantInUse               another upload is using it right now
├── GrantSpent               too many uploads to it failed
├── EmptyUpload
├── UploadTooLarge           more bytes than the account allows
├── FallbackNotPublic        a fallback must be an image that everyone may see
├── OverlayNotFound          a variant would draw an image that is not there
├── BadHostName
├── HostTaken                an account has it already
├── HostNotFound
└── OriginalMissing          the row is there, its file is not
LinkError                    the request target is not a link at all
├── NotALink                 too few parts
├── LinkTooLong
├── BadLinkText              broken percent-encoding, control characters
└── BadSource                a remote source whose URL cannot be read
DecisionError                a well-formed link that leads to no picture
├── UnknownAccount
├── NoSuchImage
├── NoSuchVariant
├── UnknownHost              no account has the host of a link to a remote source
├── OriginNotAllowed         the account does not take sources from there
├── AlreadyResized           the source is a picture of ours
├── NoSuchOverlay            an image to be drawn is not there, or not for everyone's eyes; `image_id`
├── FlexibleNotAllowed
└── AccessDenied             a private image; the reason says what is wrong with the signature
    ├── SignatureMissing
    ├── SignatureMalformed
    ├── SignatureWrong
    ├── LinkExpired
    └── OptionsOnPrivateImage
"""

from __future__ import annotations


class ImagesError(Exception):
    """Base of what services of this room refuse; the message can be shown to the caller."""


class ImageNotFound(ImagesError):
    def __init__(self) -> None:
        super().__init__("Image not found")


class VersionNotFound(ImagesError):
    def __init__(self, version: int) -> None:
        super().__init__(f"Version {version} of the image is not kept")


class ImageExists(ImagesError):
    def __init__(self, image_id: str) -> None:
        super().__init__("Resource already exists")
        self.image_id = image_id


class BadImageId(ImagesError):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PrivateCustomId(ImagesError):
    def __init__(self) -> None:
        super().__init__(
            "The image contains a custom ID and cannot be set to private. To make the image private, "
            "delete and upload the image again using a regular ID."
        )


class BadMetadata(ImagesError):
    pass


class BadCreator(ImagesError):
    pass


class BadAltText(ImagesError):
    pass


class BadTags(ImagesError):
    pass


class BadGrantExpiry(ImagesError):
    def __init__(self, minimum: int, maximum: int) -> None:
        super().__init__(
            f"an upload can be granted for {minimum // 60} minutes to {maximum // 3600} hours from now"
        )


class GrantNotFound(ImagesError):
    def __init__(self) -> None:
        super().__init__("This upload URL is not valid: it has expired or was used, or never was")


class GrantInUse(ImagesError):
    def __init__(self) -> None:
        super().__init__("Another upload to this URL is under way")


class GrantSpent(ImagesError):
    def __init__(self, tries: int) -> None:
        super().__init__(f"This upload URL is spent: {tries} uploads to it failed; ask for another one")


class EmptyUpload(ImagesError):
    def __init__(self) -> None:
        super().__init__("The uploaded file is empty.")


class UploadTooLarge(ImagesError):
    """`allowed` bytes is the account's limit."""

    def __init__(self, allowed: int) -> None:
        super().__init__(f"Maximum image size of {allowed / 1024**2:g} Mb is reached")
        self.allowed = allowed


class FallbackNotPublic(ImagesError):
    def __init__(self, image_id: str) -> None:
        super().__init__(f"there is no public image with the id {image_id!r} to fall back on")


class OverlayNotFound(ImagesError):
    def __init__(self, image_id: str) -> None:
        super().__init__(f"there is no image with the id {image_id!r} to draw")
        self.image_id = image_id


class BadHostName(ImagesError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"this is no host's name: {reason}")


class HostTaken(ImagesError):
    def __init__(self, name: str, *, is_own: bool) -> None:
        whose = "this account" if is_own else "another account"
        super().__init__(f"the host {name} belongs to {whose} already")


class HostNotFound(ImagesError):
    def __init__(self, name: str) -> None:
        super().__init__(f"no account has the host {name}")


class OriginalMissing(ImagesError):
    def __init__(self) -> None:
        super().__init__("The original is not in the store.")


class LinkError(Exception):
    """The request target cannot be a link."""


class NotALink(LinkError):
    """`position` is the byte of the request target where a part is missing."""

    def __init__(self, position: int) -> None:
        super().__init__("a link has the form /<account hash>/<image id>/<variant or options>")
        self.position = position


class LinkTooLong(LinkError):
    """`position` is the first byte too many."""

    def __init__(self, allowed: int) -> None:
        super().__init__(f"a link may have at most {allowed} bytes")
        self.position = allowed


class BadLinkText(LinkError):
    """`position` is the offset of the offending byte in the request target."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(reason)
        self.position = position


class BadSource(LinkError):
    pass


class DecisionError(Exception):
    """The link is well formed, and the answer is no."""


class UnknownAccount(DecisionError):
    def __init__(self) -> None:
        super().__init__("no account has this hash")


class NoSuchImage(DecisionError):
    def __init__(self) -> None:
        super().__init__("this account has no image with this id")


class NoSuchVariant(DecisionError):
    def __init__(self) -> None:
        super().__init__("This account doesn't have variant with this name")


class UnknownHost(DecisionError):
    def __init__(self) -> None:
        super().__init__("no account has this host")


class OriginNotAllowed(DecisionError):
    def __init__(self) -> None:
        super().__init__("Transformation origin is not in allowed origins list")


class AlreadyResized(DecisionError):
    def __init__(self) -> None:
        super().__init__("Requested resized version of an already-resized image")


class NoSuchOverlay(DecisionError):
    """Options in a link are told the same of a private image as of none."""

    def __init__(self, image_id: str, *, is_flexible: bool) -> None:
        kind = "public image" if is_flexible else "image"
        super().__init__(f"this account has no {kind} with the id {image_id!r} to draw")
        self.image_id = image_id


class FlexibleNotAllowed(DecisionError):
    def __init__(self) -> None:
        super().__init__("Flexible variants are not enabled for the account")


class AccessDenied(DecisionError):
    """The image is private and this link does not open it."""


class SignatureMissing(AccessDenied):
    def __init__(self) -> None:
        super().__init__("this image needs a signed link")


class SignatureMalformed(AccessDenied):
    pass


class SignatureWrong(AccessDenied):
    def __init__(self) -> None:
        super().__init__("the signature is not valid for this link")


class LinkExpired(AccessDenied):
    def __init__(self) -> None:
        super().__init__("the link has expired")


class OptionsOnPrivateImage(AccessDenied):
    def __init__(self) -> None:
        super().__init__("options cannot be used on images that need a signed link: use a variant")
