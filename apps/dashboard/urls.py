"""The addresses of the screens; an account's begin with its id.

Image ids may contain slashes, so they come last and the verb comes first.
"""

from __future__ import annotations

from django.urls import include, path, register_converter

from apps.dashboard.converters import AccountId
from apps.dashboard.views import explain, home, image, images, upload, variants

register_converter(AccountId, "account_id")

app_name = "dashboard"
_account = [
    path("images", images.list_images, name="images"),
    path("upload", upload.upload, name="upload"),
    path("images/<path:image_id>", image.show_image, name="image"),
    path("delete-image/<path:image_id>", image.remove_image, name="delete_image"),
    path("image-access/<path:image_id>", image.change_access, name="image_access"),
    path("explain", explain.show_explanation, name="explain"),
    path("variants", variants.list_variants, name="variants"),
    path("variants/new", variants.add_variant, name="add_variant"),
    path("delete-variant/<path:name>", variants.remove_variant, name="delete_variant"),
]
urlpatterns = [
    path("", home.choose_account, name="home"),
    path("<account_id:account_id>/", include(_account)),
]
