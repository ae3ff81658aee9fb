"""The grid of an account's images: newest first, searched, a page at a time."""

from __future__ import annotations

from django.http import HttpResponse

from apps.dashboard.doors import MemberRequest, member_view
from apps.dashboard.links import LinkWriter
from apps.dashboard.pages import render_page, wants_fragment
from apps.dashboard.paging import cut_page
from apps.dashboard.uploads import describe_limits
from apps.images.models import Image

MAX_SEARCH_CHARACTERS = 200


@member_view("GET", "HEAD")
def list_images(request: MemberRequest) -> HttpResponse:
    """Show the grid; htmx asks for the results alone, or for the tiles that follow a key."""
    search = request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH_CHARACTERS]
    after = request.GET.get("after", "")
    images = Image.objects.in_account(request.account).live()
    if search:
        images = images.matching(search)
    page = cut_page(images, after)
    context = {
        "tiles": LinkWriter(request.account).tiles(page.images),
        "next_key": page.next_key,
        "search": search,
        "after": after,
        "limits": describe_limits(request.account),
        "is_fragment": wants_fragment(request),
    }
    if context["is_fragment"]:
        fragment = "_tiles" if request.htmx.target == "more" else "_results"
        return render_page(request, f"dashboard/{fragment}.html", context)
    return render_page(request, "dashboard/images.html", context)
