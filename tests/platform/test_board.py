"""The board: what scripts read, what people read, and who may."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path
from urllib.parse import urlsplit

from apps.images.links import parse_link
from apps.signing.signature import verify
from images_platform.board import Board, board_path, make_board, post_board, take_down_board

DEMO = {
    "account_id": "a" * 32,
    "account_hash": "h" * 22,
    "token": "the-token",
    "login": {"email": "demo@example.com", "password": "the-password"},
    "signing_key": {"name": "default", "value": "the-key"},
    "images": ["first", "second"],
    "private_image": "second",
}
VARIABLES = {"CONTROL_URL": "http://127.0.0.1:9000", "DELIVERY_URL": "http://127.0.0.1:9001"}


def make() -> Board:
    return make_board(VARIABLES, DEMO)


def test_it_works(tmp_path: Path) -> None:
    post_board(make(), tmp_path)
    assert json.loads((tmp_path / "board.json").read_text()) == {
        "api": "http://127.0.0.1:9000/client/v4",
        "dashboard": "http://127.0.0.1:9000/",
        "delivery": "http://127.0.0.1:9001",
        "account_id": "a" * 32,
        "account_hash": "h" * 22,
        "token": "the-token",
        "login": {"email": "demo@example.com", "password": "the-password"},
        "signing_key": {"name": "default", "value": "the-key"},
        "images": ["first", "second"],
    }


def test_people_get_a_line_to_paste_and_a_link_that_opens() -> None:
    board = make()
    text = board.as_text()
    assert 'curl -H "Authorization: Bearer the-token" -F file=@photo.jpg' in text
    assert f"http://127.0.0.1:9000/client/v4/accounts/{'a' * 32}/images/v1" in text
    assert board.signed_link in text
    url = urlsplit(board.signed_link)
    link = parse_link(f"{url.path}?{url.query}".encode())
    assert (link.account_hash, link.image_id, link.segment) == ("h" * 22, "second", "public")
    assert link.signature.sig is not None
    assert verify(link.signature.signed_text, link.signature.sig, ["the-key"])
    assert link.signature.expires_at is not None
    assert 23 * 3600 < link.signature.expires_at - time.time() <= 24 * 3600


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    post_board(make(), tmp_path)
    assert stat.S_IMODE(board_path(tmp_path).stat().st_mode) == 0o600


def test_it_is_taken_down_at_the_end(tmp_path: Path) -> None:
    post_board(make(), tmp_path)
    take_down_board(tmp_path)
    take_down_board(tmp_path)  # also when there is none
    assert list(tmp_path.iterdir()) == []
