"""One image: a large look, what is known of it, its links, and what can be done with it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from apps.accounts.models import Account
from apps.dashboard.doors import MemberRequest, editor_view, member_view
from apps.dashboard.forms import LifetimeForm
from apps.dashboard.links import DEFAULT_LIFETIME, LinkWriter
from apps.dashboard.messages import DOMAIN_ERRORS, explain
from apps.dashboard.pages import render_page, wants_fragment
from apps.images.ids import is_generated
from apps.images.models import Image
from apps.images.services import delete_image, set_access
from apps.variants.models import Variant

_PENDING = " Caches downstream are still being told; that takes a moment."


@member_view("GET", "HEAD")
def show_image(request: MemberRequest, image_id: str) -> HttpResponse:
    image = _find(request.account, image_id)
    asked = request.GET if "lifetime" in request.GET else {"lifetime": str(DEFAULT_LIFETIME)}
    lifetime = LifetimeForm(asked)
    writer = LinkWriter(request.account)
    context = {
        "image": image,
        "links": writer.links(image, lifetime_seconds=lifetime.seconds),
        "lifetime": lifetime,
        "preview": writer.preview(image),
        "is_generated": is_generated(image.public_id),
        "warning": _warn(image),
    }
    template = "_links" if wants_fragment(request) else "image"
    return render_page(request, f"dashboard/{template}.html", context)


@editor_view("GET", "HEAD", "POST")
def remove_image(request: MemberRequest, image_id: str) -> HttpResponse:
    """Ask on a page of its own (without JavaScript there is no dialog), and delete when told so."""
    image = _find(request.account, image_id)
    if request.method != "POST":
        return render_page(request, "dashboard/delete_image.html", {"image": image, "warning": _warn(image)})
    try:
        purge = delete_image(image=image, actor=request.actor)
    except DOMAIN_ERRORS as error:
        messages.error(request, explain(error).sentence)
    else:
        name = image.filename or image.public_id
        messages.success(request, f"{name} is deleted.{_PENDING if purge == 'pending' else ''}")
    return redirect("dashboard:images", account_id=request.account.public_id)


@editor_view("GET", "HEAD", "POST")
def change_access(request: MemberRequest, image_id: str) -> HttpResponse:
    """Make the image private or public, as the form says; its id and so its address change with it."""
    image = _find(request.account, image_id)
    if request.method != "POST":
        return render_page(request, "dashboard/change_access.html", {"image": image})
    is_private = request.POST.get("is_private") == "true"
    try:
        image, purge = set_access(image=image, is_private=is_private, actor=request.actor)
    except DOMAIN_ERRORS as error:
        messages.error(request, explain(error).sentence)
    else:
        state = "private: it needs signed links" if image.is_private else "public"
        messages.success(request, f"The image is now {state}.{_PENDING if purge == 'pending' else ''}")
    return redirect("dashboard:image", account_id=request.account.public_id, image_id=image.public_id)


def _warn(image: Image) -> str:
    """Return what else stops working when an image is deleted; empty if nothing does."""
    names = Variant.objects.in_account(image.account).drawing(image.public_id).values_list("name", flat=True)
    if not names:
        return ""
    return f"Drawn by {', '.join(names)}: links to these variants fail until an image has this id again."


def _find(account: Account, image_id: str) -> Image:
    image = Image.objects.in_account(account).live().filter(public_id=image_id).first()
    if image is None:
        raise Http404
    return image
