"""The board: all one needs to use a running instance, for people on the terminal and for scripts as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.images.links import write_signed_link
from images_platform.private_file import write_private

_LINK_SECONDS = 24 * 3600
_TEXT = """
  Everything answers. Ctrl-C stops it.

    dashboard   {dashboard}
    log-in      {email}   password  {password}
    API         {api}
    token       {token}
    account     {account_id}
    delivery    {delivery}/{account_hash}/<image id>/<variant>

  Upload a picture:

    curl -H "Authorization: Bearer {token}" -F file=@photo.jpg \\
         {api}/accounts/{account_id}/images/v1

"""
_SIGNED = """
  A signed link to a private picture, good for a day:

    {signed_link}
"""


@dataclass(frozen=True, slots=True)
class Board:
    """`facts` is what scripts get; `signed_link` opens a private picture, if there is one."""

    facts: Mapping[str, Any]
    signed_link: str | None

    def as_text(self) -> str:
        login = self.facts["login"]
        text = _TEXT.format(**self.facts, email=login["email"], password=login["password"])
        return text + (_SIGNED.format(signed_link=self.signed_link) if self.signed_link else "")


def make_board(variables: Mapping[str, str], demo: Mapping[str, Any]) -> Board:
    """Return the board of an instance, from its variables and what `create_demo` has kept of its secrets."""
    control, delivery = variables["CONTROL_URL"], variables["DELIVERY_URL"]
    copied = ("account_id", "account_hash", "token", "login", "signing_key", "images")
    facts = {"api": f"{control}/client/v4", "dashboard": f"{control}/", "delivery": delivery}
    return Board(
        facts=facts | {name: demo[name] for name in copied},
        signed_link=_sign_link(delivery, demo) if demo["private_image"] else None,
    )


def _sign_link(delivery: str, demo: Mapping[str, Any]) -> str:
    return delivery + write_signed_link(
        demo["account_hash"],
        demo["private_image"],
        "public",
        key=demo["signing_key"]["value"],
        expires_at=int(time.time()) + _LINK_SECONDS,
    )


def board_path(data_dir: Path) -> Path:
    return data_dir / "board.json"


def post_board(board: Board, data_dir: Path) -> None:
    """Put the board where scripts look for it; it holds secrets, so only its owner may read it."""
    write_private(board_path(data_dir), json.dumps(board.facts, indent=2) + "\n")


def take_down_board(data_dir: Path) -> None:
    board_path(data_dir).unlink(missing_ok=True)
