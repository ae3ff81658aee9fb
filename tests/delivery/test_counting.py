"""What delivery counts: usage by account, in batches, and metrics, whose labels no client can make up."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from apps.accounts.models import Account
from apps.delivery.asgi import DeliveryApplication
from apps.delivery.ports import open_ports
from apps.images.models import Image
from apps.usage.models import DailyUsage
from apps.variants.models import Variant
from tests.delivery.asgi_client import DeliveryClient
from tests.delivery.conftest import link


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.usefixtures("thumbnail", "stores")
def test_it_works(orchard: Account, photo: Image) -> None:
    with DeliveryClient(DeliveryApplication(open_ports)) as client:
        made = client.get(link(photo))
        client.get(link(photo))
        client.get(link(photo), "HEAD")
        part = client.get(link(photo), range="bytes=0-9")
        client.get(link(photo), if_none_match=made.headers["etag"])
        client.get(link(photo, "none"))
        client.get("/healthz")
    assert (made.status, part.status) == (200, 206)
    usage = DailyUsage.objects.in_account(orchard).get()
    assert (usage.requests, usage.hits) == (5, 4)
    assert usage.sent_bytes == 2 * len(made.body) + 10
    assert usage.renders == 1


def test_an_answer_waits_for_no_count(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    delivery.get(link(photo))
    assert DailyUsage.objects.get().requests == 0


def test_metrics(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    def read() -> dict[str, float]:
        return {
            "stored": sample("images_delivery_requests_total", status="200", tier="stored"),
            "rendered": sample("images_delivery_requests_total", status="200", tier="rendered"),
            "refused": sample("images_delivery_requests_total", status="403", tier="none"),
            "seconds": sample("images_delivery_seconds_count", tier="stored"),
            "bytes": sample("images_delivery_bytes_total", tier="stored"),
            **{
                step: sample("images_render_seconds_count", step=step, format="jpeg")
                for step in ("open", "render", "store")
            },
        }

    before = read()
    body = delivery.get(link(photo)).body
    delivery.get(link(photo))
    delivery.get(link(photo, "none"))
    after = read()
    assert {name: after[name] - before[name] for name in after} == {
        "stored": 1,
        "rendered": 1,
        "refused": 1,
        "seconds": 1,
        "bytes": len(body),
        "open": 1,
        "render": 1,
        "store": 1,
    }


def test_who_joins_a_flight_is_counted(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    before = sample("images_flights_joined_total")
    delivery.get_all([link(photo)] * 5)
    assert sample("images_flights_joined_total") == before + 4


def test_no_label_is_a_clients(delivery: DeliveryClient, photo: Image, thumbnail: Variant) -> None:
    for word in ("zebra", "zebra.jpg"):
        delivery.get(f"/{word}/{word}/{word}", word.upper(), user_agent=word)
        delivery.get(link(photo, word))
    labels = {
        value
        for family in REGISTRY.collect()
        for each in family.samples
        if each.name.startswith("images_")
        for value in each.labels.values()
    }
    assert not any("zebra" in label.lower() for label in labels)
