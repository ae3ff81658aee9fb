"""The edge's log: each hit is counted once, however often and under whatever name a file is read."""

from __future__ import annotations

import gzip
import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account
from apps.images.edge_log import FORMAT, read_hit
from apps.images.services import add_host
from apps.usage.models import DailyUsage
from apps.usage.services import EdgeServed, find_edge_log, take_edge_lines

pytestmark = pytest.mark.django_db
NOON = 1_800_000_000  # 2027-01-15
ROOT = Path(__file__).resolve().parents[2]


def line(
    path: str,
    *,
    seconds: int = NOON,
    handling: str = "hit",
    status: int = 200,
    size: str = "100",
    number: int = 1,
) -> str:
    return f"{seconds} {number} {handling} {status} {size} img.example.com {path}\n"


def ingest(*files: Path) -> str:
    out = io.StringIO()
    call_command("ingest_edge_log", *map(str, files), stdout=out)
    return out.getvalue()


def counted(account: Account) -> list[tuple[date, int, int]]:
    return list(DailyUsage.objects.in_account(account).values_list("day", "edge_hits", "edge_bytes"))


@pytest.fixture
def log(tmp_path: Path, orchard: Account) -> Path:
    path = tmp_path / "varnish.log"
    picture = f"/{orchard.hash}/a/pear/public"
    path.write_text(
        line(picture)
        + line(picture, status=304, size="-")
        + line(picture, seconds=NOON - 86_400)
        + line(picture, handling="miss")
        + line(picture, handling="pass")
        + line(picture, status=404)
        + line("/nobody/a/public")
        + line("/healthz")
    )
    return path


def test_it_works(log: Path, orchard: Account) -> None:
    assert ingest(log) == f"{log}: 3 hits added\n"
    assert counted(orchard) == [(date(2027, 1, 15), 2, 100), (date(2027, 1, 14), 1, 100)]
    usage = DailyUsage.objects.in_account(orchard).first()
    assert usage is not None
    assert usage.requests == 0, "those are what reached us"


def test_a_file_twice_counts_once_whatever_it_is_called(log: Path, orchard: Account) -> None:
    ingest(log)
    before = counted(orchard)
    rotated = log.rename(log.with_suffix(".log.1"))
    packed = log.with_suffix(".log.2.gz")
    packed.write_bytes(gzip.compress(rotated.read_bytes()))
    assert "0 hits added" in ingest(rotated)
    assert "0 hits added" in ingest(packed)
    assert counted(orchard) == before


def test_what_is_appended_is_counted_once_its_line_is_whole(log: Path, orchard: Account) -> None:
    ingest(log)
    more = line(f"/{orchard.hash}/a/public")
    with log.open("a") as file:
        file.write(more + more[:-9])
    assert "1 hits added" in ingest(log)
    with log.open("a") as file:
        file.write(more[-9:])
    assert "1 hits added" in ingest(log)
    assert counted(orchard)[0] == (date(2027, 1, 15), 4, 300)


def test_of_two_readers_at_once_one_counts(orchard: Account) -> None:
    find_edge_log(name="a file")
    day = date(2027, 1, 15)
    taken = [
        take_edge_lines(name="a file", start=0, end=90, counts={(orchard.pk, day): EdgeServed(2, 7)})
        for _ in range(2)
    ]
    assert taken == [True, False]
    assert counted(orchard) == [(day, 2, 7)]


def test_another_file_is_another(log: Path, orchard: Account) -> None:
    ingest(log)
    fresh = log.with_name("fresh.log")
    fresh.write_text(line(f"/{orchard.hash}/a/pear/public", number=2))
    assert "1 hits added" in ingest(fresh)


def test_a_host_is_its_accounts(tmp_path: Path, orchard: Account) -> None:
    add_host(account=orchard, name="img.example.com", actor=SYSTEM)
    log = tmp_path / "log"
    log.write_text(line("/cdn-cgi/image/w=9/https://a.example/pear.jpg"))
    ingest(log)
    assert counted(orchard) == [(date(2027, 1, 15), 1, 100)]


def test_what_is_no_line_is_told_and_passed_over(tmp_path: Path, orchard: Account) -> None:
    log = tmp_path / "log"
    log.write_bytes(
        b"\xff nonsense\n\n" + line(f"/{orchard.hash}/a/b").encode() + b"9" * 40 + b" 1 hit 200 1 h /\n"
    )
    assert ingest(log) == f"{log}: 1 hits added, 3 lines not understood\n"


def test_a_file_without_a_whole_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("18000")
    assert "0 hits" in ingest(log)
    log.write_text("")
    assert "0 hits" in ingest(log)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        ingest(tmp_path / "none")


def test_the_edge_says_how_to_write_it() -> None:
    assert FORMAT in (ROOT / "deploy" / "varnish" / "images.vcl").read_text(encoding="utf-8")
    assert len(FORMAT.split(" ")) == len(line("/a/b/c").split(" "))
    assert read_hit(line("/hash/b/c").rstrip()) is not None
