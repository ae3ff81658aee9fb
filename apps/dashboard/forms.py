"""What people fill in; bounds of options are the grammar's business, and it says so in its own words."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.dashboard.links import DEFAULT_LIFETIME, LIFETIMES
from apps.imaging.errors import OptionsError
from apps.imaging.options.grammar import MAX_TEXT_LENGTH, find_ignored, parse, to_mapping
from apps.imaging.recipe import Fit

FIT_WORDS: dict[Fit, str] = {
    Fit.SCALE_DOWN: "Scale down: fit inside, never enlarge",
    Fit.CONTAIN: "Contain: fit inside, enlarge if needed",
    Fit.COVER: "Cover: fill the box, crop the rest",
    Fit.CROP: "Crop: fill the box, never enlarge",
    Fit.PAD: "Pad: fit inside, fill up with background",
    Fit.SQUEEZE: "Squeeze: exactly this size, distorted if need be",
    Fit.SCALE_UP: "Scale up: fit inside, only ever enlarge",
    Fit.ASPECT_CROP: "Aspect crop: cut to the box's shape, then scale down",
}
_OPTIONS = ("width", "height", "fit", "quality")


class VariantForm(forms.Form):
    name = forms.CharField(max_length=99, help_text="The last part of every link. Letters and digits.")
    width = forms.IntegerField(required=False, help_text="Pixels. Empty: by the height.")
    height = forms.IntegerField(required=False, help_text="Pixels. Empty: by the width.")
    fit = forms.ChoiceField(choices=[(fit.value, words) for fit, words in FIT_WORDS.items()])
    quality = forms.IntegerField(required=False, help_text="1 to 100. Empty: chosen for the format.")
    more = forms.CharField(
        required=False,
        max_length=MAX_TEXT_LENGTH,
        label="More options",
        help_text="As in a link: blur=5, or for a watermark draw.image=logo,draw.width=0.2",
    )
    avif_deadline_ms = forms.IntegerField(
        required=False,
        label="AVIF's deadline",
        help_text="Milliseconds; if AVIF takes longer, another format stands in. Empty: the platform's.",
    )
    is_public = forms.BooleanField(
        required=False,
        label="Always public",
        help_text="Private images can be seen with this variant without a signature.",
    )
    is_rendered_ahead = forms.BooleanField(
        required=False,
        label="Render ahead",
        help_text="Made right after an upload, so that nobody waits for the first view.",
    )

    def clean_more(self) -> dict[str, Any]:
        """Return the options in the words of the wire; what a link would pass over is refused."""
        text = self.cleaned_data["more"]
        try:
            recipe = parse(text)
        except OptionsError as error:
            raise forms.ValidationError(f"{error}.") from error
        if ignored := find_ignored(text):
            raise forms.ValidationError(f"{ignored[0]} is not an option.")
        return to_mapping(recipe)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and values["width"] is values["height"] is None and not values["more"]:
            self.add_error("width", "Give a width, a height, or both.")
        return values

    @property
    def options(self) -> dict[str, Any]:
        """What was chosen, in the words of the wire."""
        values = self.cleaned_data
        fields = {name: values[name] for name in _OPTIONS if values[name] is not None}
        return {**values["more"], **fields}


class LifetimeForm(forms.Form):
    """How long the signed links on an image's page should work."""

    lifetime = forms.TypedChoiceField(choices=list(LIFETIMES.items()), coerce=int, label="Links work for")

    @property
    def seconds(self) -> int:
        return int(self.cleaned_data["lifetime"]) if self.is_valid() else DEFAULT_LIFETIME


class ExplainForm(forms.Form):
    """A link to explain, and the browser that would ask for it."""

    BROWSERS = {
        "image/avif,image/webp,*/*": "A browser of today: AVIF and WebP",
        "image/webp,*/*": "An older one: WebP, no AVIF",
        "*/*": "curl and other programs: neither",
    }

    url = forms.CharField(label="Link", max_length=9_000, widget=forms.TextInput({"spellcheck": "false"}))
    accept = forms.ChoiceField(label="Asked for by", choices=list(BROWSERS.items()), required=False)

    def clean_accept(self) -> str:
        return self.cleaned_data["accept"] or next(iter(self.BROWSERS))
