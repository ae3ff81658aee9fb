"""Variants: the named recipes of an account, and a form for one more."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from apps.dashboard.doors import MemberRequest, editor_view, member_view
from apps.dashboard.forms import VariantForm
from apps.dashboard.links import LinkWriter
from apps.dashboard.messages import DOMAIN_ERRORS, explain
from apps.dashboard.pages import render_page
from apps.images.models import Image
from apps.variants.models import Variant
from apps.variants.services import create_variant, delete_variant

_PENDING = " Caches downstream are still being told; that takes a moment."


@member_view("GET", "HEAD")
def list_variants(request: MemberRequest) -> HttpResponse:
    return _show(request, VariantForm())


@editor_view("POST")
def add_variant(request: MemberRequest) -> HttpResponse:
    """Create a variant, or show the form again with what is wrong."""
    form = VariantForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        variant = create_variant(
            account=request.account,
            name=form.cleaned_data["name"],
            options=form.options,
            is_public=form.cleaned_data["is_public"],
            is_rendered_ahead=form.cleaned_data["is_rendered_ahead"],
            avif_deadline_ms=form.cleaned_data["avif_deadline_ms"],
            actor=request.actor,
        )
    except DOMAIN_ERRORS as error:
        refusal = explain(error)
        form.add_error(None, refusal.sentence)
        return _show(request, form, status=refusal.status)
    messages.success(request, f"Variant {variant.name} is ready: every image has a link for it.")
    return redirect("dashboard:variants", account_id=request.account.public_id)


@editor_view("GET", "HEAD", "POST")
def remove_variant(request: MemberRequest, name: str) -> HttpResponse:
    """Ask on a page of its own (without JavaScript there is no dialog), and delete when told so."""
    variant = Variant.objects.in_account(request.account).filter(name=name).first()
    if variant is None:
        raise Http404
    if request.method != "POST":
        return render_page(request, "dashboard/delete_variant.html", {"variant": variant})
    try:
        purge = delete_variant(variant=variant, actor=request.actor)
    except DOMAIN_ERRORS as error:
        messages.error(request, explain(error).sentence)
    else:
        messages.success(request, f"Variant {name} is deleted.{_PENDING if purge == 'pending' else ''}")
    return redirect("dashboard:variants", account_id=request.account.public_id)


def _show(request: MemberRequest, form: VariantForm, *, status: int = 200) -> HttpResponse:
    newest = Image.objects.in_account(request.account).live().newest().first()
    samples = LinkWriter(request.account).samples(newest)
    return render_page(request, "dashboard/variants.html", {"samples": samples, "form": form}, status=status)
