"""What is explained about a link, as values, and the port through which every face asks for it.

The delivery room does the explaining: it answers links, and narrates how it would answer this one. API,
dashboard and command line only show what comes of it, and know no other face for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from apps.accounts.models import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`headers` are those of the viewer's request, by lower-case name.

    `account`: links of others are not looked up; None is the operator, who may ask about all.
    `tells_signatures` says whether the asker may sign links, and so may see what a right signature were.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    account: Account | None
    tells_signatures: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a link goes wrong: `length` characters of the explained URL, from `position`; 0 is a gap."""

    sentence: str
    position: int
    length: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What a viewer would get. `code` is that of an error, `text` its body; empty for a picture.

    A fallback is a picture with an error's status and code.
    """

    status: int
    code: int | None
    text: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LinkParts:
    """A link taken apart; either `variant` or `options` is None, and `expires_at` is in unix seconds.

    `source_url` is what a link to a remote source shows; it has neither account hash nor image id.
    """

    account_hash: str | None
    image_id: str | None
    source_url: str | None
    variant: str | None
    options: str | None
    expires_at: int | None
    signature: str | None


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature that a key makes of what is signed."""

    key: str
    signature: str


@dataclass(frozen=True, slots=True)
class AccessVerdict:
    """`signed_text` is what a signature of this link is made over. `signed_by` is the key that made its own.

    `right_signatures` are for those who may sign: what each key would have made of `signed_text`.
    """

    is_granted: bool
    reason: str
    signed_text: str
    signed_by: str | None = None
    right_signatures: tuple[Signed, ...] = ()


@dataclass(frozen=True, slots=True)
class Original:
    """What was uploaded, upright."""

    format: str
    width: int
    height: int
    frames: int
    has_alpha: bool
    size_bytes: int
    version: int


@dataclass(frozen=True, slots=True)
class Step:
    """`what` of the plan's steps, and `how`: `resize`, `to 400 × 300`."""

    what: str
    how: str


@dataclass(frozen=True, slots=True)
class Key:
    """What a rendition is; two requests with equal keys get the same bytes. `overlays` is empty for none."""

    image_version: int
    fingerprint: str
    format: str
    generation: str
    overlays: str


@dataclass(frozen=True, slots=True)
class Making:
    """What making the rendition takes, predicted from what was kept of the original's header.

    `lane` is the renderer's, cheap or heavy; it has the last word.
    """

    work: str
    lane: str
    cpu_ms: int
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a link comes to. `options` is its recipe in canonical text; `ignored` what was passed over in it.

    `hinted_by` are the request's headers it depends on. `plan` is empty where no pixels are moved, and `size`
    then None. `tier` is who answers: `stored`, or `render`; `making` is None of what is stored.
    """

    options: str
    ignored: tuple[str, ...]
    hinted_by: tuple[str, ...]
    original: Original
    format: str
    format_reason: str
    plan: tuple[Step, ...]
    open_questions: tuple[str, ...]
    key: Key
    tier: str
    tier_reason: str
    size_bytes: int | None
    making: Making | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """`url` is the link as browsers send it; positions count its characters.

    `reply` is None when the link is not the asker's account's or names no host that could be asked (`fault`
    says so, and nothing more is told), and for a remote source that is still to be fetched. `link` is None
    when it cannot be read. `outcome` is what it comes to, None of an original that is sent as it is; of a
    link whose signature is at fault, what a well signed one would. `timings_ms` are this explanation's own:
    reading, look-up, decision, file.
    """

    url: str
    notes: tuple[str, ...] = ()
    fault: Fault | None = None
    reply: Reply | None = None
    link: LinkParts | None = None
    access: AccessVerdict | None = None
    outcome: Outcome | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)


Explainer = Callable[[Question], Explanation]
_explainers: list[Explainer] = []


def register(explainer: Explainer) -> None:
    """Name who explains; called once, by the room that answers links."""
    _explainers[:] = [explainer]


def explain_link(question: Question) -> Explanation:
    """Return what would happen if the link were asked for now. Nothing is rendered, stored or counted."""
    (explainer,) = _explainers
    return explainer(question)
