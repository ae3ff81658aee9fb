"""The decision about a link: may it be answered, with which recipe, in which format, under which key.

Pure: a link, the rows that decide (Facts), the Accept header, hints and the time go in; a Decision or a
DecisionError comes out. The order is the rule of the house: access first, so that nothing about a
private picture (not even that its options are malformed) is told to someone who may not see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from apps.images.errors import (
    FlexibleNotAllowed,
    LinkExpired,
    NoSuchImage,
    NoSuchVariant,
    OptionsOnPrivateImage,
    SignatureMalformed,
    SignatureMissing,
    SignatureWrong,
    UnknownAccount,
)
from apps.images.links import Link
from apps.images.overlays import ImageVersion, OverlayFacts, choose_overlays, write_versions
from apps.imaging.advice import warnings
from apps.imaging.limits import Limits
from apps.imaging.negotiate import Choice, boil_down, is_negotiated, negotiate
from apps.imaging.options.grammar import parse
from apps.imaging.pixels.encoders import Generation
from apps.imaging.recipe import OutputFormat, Recipe
from apps.imaging.recipe.faces import forget_faces
from apps.imaging.recipe.hints import NO_HINTS, Hints, Topic, find_topics, list_resolved, resolve
from apps.imaging.source import SourceInfo
from apps.signing.signature import verify


@dataclass(frozen=True, slots=True)
class ImageFacts:
    pk: int
    version: int
    is_private: bool
    storage_key: str
    source: SourceInfo
    focal_points: str = ""  # as text: only who renders has to read it


@dataclass(frozen=True, slots=True)
class VariantFacts:
    pk: int
    options: str
    is_public: bool
    browser_ttl_seconds: int | None
    avif_deadline_ms: int | None = None


@dataclass(frozen=True, slots=True)
class StoredRendition:
    """A rendition that was made; `digest` is the SHA-256 of its bytes in hexadecimal.

    `overlays` is the text of the image versions it shows.
    """

    output: OutputFormat
    generation: Generation
    storage_key: str
    digest: str
    size_bytes: int
    fingerprint: str
    overlays: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides about a link, from one SQL statement; keys are in clear text."""

    account_pk: int
    is_flexible: bool
    browser_ttl_seconds: int
    signing_keys: tuple[str, ...]
    image: ImageFacts | None
    variant: VariantFacts | None
    renditions: tuple[StoredRendition, ...]  # of every recipe it can be, at the image's current version
    overlays: tuple[OverlayFacts, ...] = ()  # those of the images the recipe draws that are there
    has_signed_options: bool = False
    allowed_origins: tuple[str, ...] = ()  # told of remote sources only
    is_fresh: bool = True  # what we have of a remote source is what its server has
    may_be_shared: bool = True  # unless a remote source's server wants to be asked each time
    original: tuple[str, str] | None = None  # digest and filename, if it may be had and is what is asked for
    fallback_image: str = ""  # the id of what the account shows instead of an image that is not there


@dataclass(frozen=True, slots=True)
class RenditionKey:
    """What a rendition is; two requests with equal keys get the same bytes."""

    image_pk: int
    image_version: int
    fingerprint: str
    output: OutputFormat
    generation: Generation
    overlays: tuple[ImageVersion, ...] = ()  # in the recipe's order


class Access(Enum):
    """By what a link is open; the value is a sentence for people."""

    PUBLIC_IMAGE = "the image is public"
    PUBLIC_VARIANT = "the image is private, and this variant is always public"
    SIGNATURE = "the image is private, and a live key signed the link"


@dataclass(frozen=True, slots=True)
class Decision:
    """`rendition` is None on a miss. `is_shared` says whether a shared cache may keep the answer.

    `asked` leaves nothing open to hints; `hinted_by` is what had to be told for that. `recipe` is what is
    rendered of it: another where it seeks faces and the platform finds none. `format_reason` is a clause for
    people, `advice` what is to be said to whoever wrote the options.
    """

    account_pk: int
    access: Access
    image: ImageFacts
    variant_pk: int | None
    asked: Recipe
    finds_faces: bool
    recipe: Recipe
    key: RenditionKey
    rendition: StoredRendition | None
    format_reason: str
    advice: tuple[str, ...]
    is_negotiated: bool
    hinted_by: tuple[Topic, ...]
    is_shared: bool
    max_age_seconds: int
    overlays: tuple[OverlayFacts, ...] = ()
    is_stand_in: bool = False  # for a format that is not there yet

    @property
    def output(self) -> OutputFormat:
        return self.key.output


def decide(
    link: Link,
    facts: Facts | None,
    *,
    accept: str,
    now: int,
    limits: Limits,
    finds_faces: bool,
    hints: Hints = NO_HINTS,
) -> Decision:
    """Return what answers the link, or raise DecisionError or OptionsError.

    `accept` is the Accept header, `now` unix seconds. `limits` and `finds_faces` are the renderer's.
    """
    if facts is None:
        raise UnknownAccount
    image = facts.image
    if image is None:
        raise NoSuchImage
    access = check_access(link, facts, image, now)
    # Anyone may see it, and still the answer to a signed link belongs to whom the link was given.
    is_shared = access is not Access.SIGNATURE and not link.signature.is_given
    options = _choose_options(link, facts, image)
    order = _place_order(options, image.source, hints, boil_down(accept), limits, finds_faces)
    overlays = choose_overlays(order.recipe, facts.overlays, is_flexible=link.is_flexible)
    versions = tuple(overlay.image_version for overlay in overlays)
    fingerprint, output = order.fingerprint, order.choice.output
    rendition = _best_rendition(facts.renditions, fingerprint, output, write_versions(versions))
    generation = rendition.generation if rendition else Generation.QUICK
    return Decision(
        account_pk=facts.account_pk,
        access=access,
        image=image,
        variant_pk=facts.variant.pk if facts.variant else None,
        asked=order.asked,
        finds_faces=finds_faces,
        recipe=order.recipe,
        key=RenditionKey(image.pk, image.version, fingerprint, output, generation, versions),
        rendition=rendition,
        format_reason=order.choice.reason,
        advice=order.advice,
        is_negotiated=is_negotiated(order.recipe),
        hinted_by=order.topics,
        # A cache that knew no better would keep one for each browser there is.
        is_shared=is_shared and not order.topics and facts.may_be_shared,
        max_age_seconds=find_max_age(link, facts, is_shared, now),
        overlays=overlays,
    )


def check_access(link: Link, facts: Facts, image: ImageFacts, now: int) -> Access:
    """Return by what the link is open, or raise AccessDenied (matrix: catalogue §5.4)."""
    if not image.is_private:
        return Access.PUBLIC_IMAGE
    if facts.variant is not None and facts.variant.is_public:
        return Access.PUBLIC_VARIANT
    check_signature(link, facts.signing_keys, now)
    if link.is_flexible and not facts.has_signed_options:
        raise OptionsOnPrivateImage
    return Access.SIGNATURE


def check_signature(link: Link, keys: tuple[str, ...], now: int) -> None:
    """Raise AccessDenied unless a live key signed this very target and it has not expired."""
    part = link.signature
    if part.problem:
        raise SignatureMalformed(part.problem)
    if part.sig is None:
        raise SignatureMissing
    if not any(verify(text, part.sig, keys) for text in part.signed_texts):
        raise SignatureWrong
    if part.expires_at is not None and part.expires_at < now:
        raise LinkExpired


@lru_cache(maxsize=4096)
def read_recipe(options: str) -> tuple[Recipe, str]:
    """Return the recipe an options text asks for and its fingerprint, or raise OptionsError.

    Remembered: an account's links ask for the same few recipes, and reading one is a fourth of a decision.
    """
    recipe = parse(options)
    return recipe, recipe.fingerprint


@lru_cache(maxsize=4096)
def list_fingerprints(options: str) -> tuple[str, ...]:
    """Return the fingerprints of every recipe an options text can come to, or raise OptionsError."""
    return tuple(recipe.fingerprint for recipe in list_resolved(parse(options)))


@dataclass(frozen=True, slots=True)
class _Order:
    """What options come to for one kind of picture and one kind of viewer; see Decision."""

    asked: Recipe
    recipe: Recipe
    fingerprint: str
    topics: tuple[Topic, ...]
    choice: Choice
    advice: tuple[str, ...]


# Half a decision, and the same for nearly all requests: pictures differ in rows more often than in kind.
@lru_cache(maxsize=4096)
def _place_order(
    options: str, info: SourceInfo, hints: Hints, accept: str, limits: Limits, finds_faces: bool
) -> _Order:
    """Return what options and kinds settle; raises OptionsError, SvgConversion or EmptyImage."""
    read, fingerprint = read_recipe(options)
    asked = resolve(read, hints)
    recipe = asked if finds_faces else forget_faces(asked)
    if recipe is not read:
        fingerprint = recipe.fingerprint
    choice = negotiate(recipe, info, accept, limits)
    advice = warnings(asked, info, choice.output, finds_faces=finds_faces)
    return _Order(asked, recipe, fingerprint, find_topics(read), choice, advice)


def _choose_options(link: Link, facts: Facts, image: ImageFacts) -> str:
    if link.is_flexible:
        # On a private image they have come this far only if the account signed them.
        if not (facts.is_flexible or image.is_private):
            raise FlexibleNotAllowed
        return link.segment
    if facts.variant is None:
        raise NoSuchVariant
    return facts.variant.options


def _best_rendition(
    renditions: tuple[StoredRendition, ...], fingerprint: str, output: OutputFormat, overlays: str
) -> StoredRendition | None:
    """Prefer what the background made with care (`small`) to what a viewer waited for (`quick`)."""
    for generation in (Generation.SMALL, Generation.QUICK):
        for rendition in renditions:
            made = rendition.fingerprint, rendition.output, rendition.generation, rendition.overlays
            if made == (fingerprint, output, generation, overlays):
                return rendition
    return None


def find_max_age(link: Link, facts: Facts, is_shared: bool, now: int) -> int:
    """Seconds a browser may keep the answer: the variant's, else the account's, never past `exp`."""
    seconds = facts.browser_ttl_seconds
    if facts.variant is not None and facts.variant.browser_ttl_seconds is not None:
        seconds = facts.variant.browser_ttl_seconds
    expires_at = link.signature.expires_at
    if not is_shared and expires_at is not None:
        return max(0, min(seconds, expires_at - now))
    return seconds
