"""The pieces of a path, as the OpenAPI document tells them: each that a route names is described here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PATH_PARAMETERS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "account_id": (
        "The account's id, from its dashboard.",
        {"type": "string", "pattern": "^[0-9a-f]{32}$", "examples": ["0f9e8d7c6b5a49382716050f4e3d2c1b"]},
    ),
    "account_hash": ("What stands for the account in its links.", {"type": "string", "minLength": 1}),
    "image_id": (
        "The image's id: a UUID, or the one chosen at the upload; slashes are best sent as %2F.",
        {
            "type": "string",
            "minLength": 1,
            "maxLength": 1024,
            "examples": ["083eb7b2-5392-4565-b69e-aff66acddd00"],
        },
    ),
    "job_id": (
        "The number the job was answered with.",
        {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
    ),
    "key_name": ("The signing key's name.", {"type": "string", "pattern": "^[A-Za-z0-9]{1,20}$"}),
    "secret": ("The one-time secret; it comes in the upload URL.", {"type": "string", "minLength": 1}),
    "version": ("The version's number.", {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}),
    "variant_id": (
        "The variant's name: letters and digits; hyphens and underscores too, if the account allows.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,99}$", "examples": ["thumbnail"]},
    ),
}
