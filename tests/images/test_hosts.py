"""Hosts: one name in one form, whoever writes it, and one account's."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, AuditEvent
from apps.cdn.keys import account_key
from apps.cdn.services import PURGE
from apps.images.errors import BadHostName, HostNotFound, HostTaken
from apps.images.hosts import find_host_name, read_host_name
from apps.images.models import DeliveryHost
from apps.images.services import add_host, remove_host
from apps.outbox.models import Job

pytestmark = pytest.mark.django_db


def test_it_works(orchard: Account, elsewhere: Account) -> None:
    host = add_host(account=orchard, name="IMG.Example.com.", actor=SYSTEM)
    assert (host.name, host.account) == ("img.example.com", orchard)
    assert AuditEvent.objects.get(action="host.added").object_id == "img.example.com"
    with pytest.raises(HostTaken, match="this account"):
        add_host(account=orchard, name="img.example.com", actor=SYSTEM)
    with pytest.raises(HostTaken, match="another account"):
        add_host(account=elsewhere, name="img.example.com", actor=SYSTEM)
    assert remove_host(name="Img.example.com", actor=SYSTEM) == "done"
    assert Job.objects.get(kind=PURGE).payload["keys"] == [account_key(orchard.pk)]
    assert not DeliveryHost.objects.exists()
    assert AuditEvent.objects.get(action="host.removed").account == orchard
    with pytest.raises(HostNotFound):
        remove_host(name="img.example.com", actor=SYSTEM)
    add_host(account=elsewhere, name="img.example.com", actor=SYSTEM)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("img.example.com", "img.example.com"),
        ("IMG.example.COM:8443", "img.example.com"),
        ("img.example.com.", "img.example.com"),
        ("img.example.com.:80", "img.example.com"),
        ("xn--birnbume-4za.example", "xn--birnbume-4za.example"),
        ("XN--Birnbume-4za.example:1", "xn--birnbume-4za.example"),
        ("127.0.0.1:8001", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[2001:DB8:0::1]:8001", "2001:db8::1"),
    ],
)
def test_a_host_header_is_read(header: str, name: str) -> None:
    assert find_host_name(header) == name


@pytest.mark.parametrize(
    "header",
    [
        "",
        ":80",
        "img.example.com:",
        "img.example.com:80:80",
        "img.example.com:port",
        "img.example.com:123456",
        "img.example.com, img.example.com",
        "img.example.com/",
        "img.example.com@evil.example",
        "user@img.example.com",
        " img.example.com",
        "img.example.com..",
        ".img.example.com",
        "img..example.com",
        "birnbäume.example",
        "birnb\xc3\xa4ume.example",
        "img.example.com\x00",
        "0x7f.0.0.1",
        "127.1",
        "::1",
        "[::1",
        "[::1%eth0]",
        "a" * 300,
        "img%2eexample.com",
    ],
)
def test_a_host_header_that_names_none(header: str) -> None:
    assert find_host_name(header) == ""


def test_people_may_write_signs_that_requests_may_not() -> None:
    assert read_host_name(" Birnbäume.example ") == "xn--birnbume-4za.example"


@pytest.mark.parametrize(
    "text",
    ["", "img.example.com:80", "[::1]:80", "https://img.example.com", "*.example.com", "straße.example"],
)
def test_people_are_told_what_is_no_name(orchard: Account, text: str) -> None:
    with pytest.raises(BadHostName):
        add_host(account=orchard, name=text, actor=SYSTEM)


def test_the_commands(orchard: Account) -> None:
    out = StringIO()
    call_command("add_host", orchard.public_id, "img.example.com", stdout=out)
    call_command("list_hosts", stdout=out)
    assert out.getvalue().splitlines()[1] == f"img.example.com  {orchard.public_id}  Orchard"
    with pytest.raises(CommandError, match="this account already"):
        call_command("add_host", orchard.public_id, "img.example.com")
    with pytest.raises(CommandError, match="No account"):
        call_command("add_host", "f" * 32, "img.example.com")
    call_command("remove_host", "img.example.com", stdout=out)
    with pytest.raises(CommandError, match="No account has the host"):
        call_command("remove_host", "img.example.com")
