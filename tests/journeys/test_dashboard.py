"""The dashboard in a real browser, on both planes as they run: sign in, upload, define, look, delete.

Any violation of the content security policy, any error in the console, and any page that scrolls sideways at
320 pixels fails the test.
"""

from __future__ import annotations

import io
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from PIL import Image as Picture
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

from apps.accounts.actor import SYSTEM
from apps.accounts.models import Account, User
from apps.accounts.services import create_account
from apps.images.models import Image
from apps.images.services import upload_image
from images_platform.parts import make_control, make_delivery
from images_platform.supervisor.process import Process
from tests.browsers import CHROMIUM
from tests.conftest import PASSWORD

LOUD = {"error", "warning"}
pytestmark = [
    pytest.mark.browser,
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
]


@dataclass(frozen=True, slots=True)
class Planes:
    """Where the two planes answer."""

    control: str
    delivery: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Not here: the planes' own processes know the real hash only."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("planes")


@pytest.fixture(scope="module")
def planes(folder: Path, django_db_setup: None) -> Iterator[Planes]:
    """Control under gunicorn and delivery under Granian, on the tests' own database and stores."""
    control, delivery = free_port(), free_port()
    addresses = Planes(f"http://127.0.0.1:{control}", f"http://127.0.0.1:{delivery}")
    (folder / "incoming").mkdir()
    environment = os.environ | {
        "DATABASE_URL": replace_database(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"])),
        "DATA_DIR": str(folder),
        "CONTROL_URL": addresses.control,
        "DELIVERY_URL": addresses.delivery,
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    with ExitStack() as stack:
        for part in (make_control(control, environment), make_delivery(delivery, environment)):
            log = stack.enter_context((folder / f"{part.name}.log").open("wb"))
            process = Process(part, log)
            stack.callback(process.stop)
            process.wait_until_ready()
        yield addresses


@pytest.fixture
def stores(folder: Path, settings: Any) -> Path:
    """Have this process, too, keep its files where the planes look for them."""
    settings.STORAGES = settings.STORAGES | {
        name: settings.STORAGES[name] | {"OPTIONS": {"location": folder / name}}
        for name in ("originals", "renditions")
    }
    return folder


def replace_database(url: str, name: str) -> str:
    address, mark, query = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{mark}{query}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for a sign of asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console complained of; a test that provokes something takes it out."""
    return []


@pytest.fixture
def quiet_planes(planes: Planes, transactional_db: None) -> Iterator[Planes]:
    """The planes, given time to finish what the browser has asked for before the tables are emptied.

    A picture nobody waits for any more is still rendered and stored; emptying tables meanwhile is a deadlock.
    """
    yield planes
    wait_until_quiet(seconds=1)


def wait_until_quiet(*, seconds: float, give_up_after_seconds: float = 20) -> None:
    """Return once nobody else has worked in the database for a while."""
    give_up_at = time.monotonic() + give_up_after_seconds
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < seconds and time.monotonic() < give_up_at:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid()"
                " AND (state <> 'idle' OR state_change > clock_timestamp() - interval '0.1 second')"
            )
            (busy,) = cursor.fetchone()
        if busy:
            quiet_since = time.monotonic()
        time.sleep(0.05)


@pytest.fixture
def page(browser: Browser, quiet_planes: Planes, complaints: list[str]) -> Iterator[Page]:
    """A page whose console has to be silent at the end."""
    context = browser.new_context(base_url=quiet_planes.control, viewport={"width": 1280, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=quiet_planes.control)
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.on("console", lambda line: complaints.append(line.text) if line.type in LOUD else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


@pytest.fixture
def signed_in(page: Page, orchard: Account) -> Page:
    page.goto("/")
    page.get_by_label("E-mail").fill("olive@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Images", exact=True)).to_be_visible()
    return page


def picture(name: str, colour: str, size: tuple[int, int] = (800, 600)) -> Any:
    """Return a file as a browser's file chooser takes it."""
    buffer = io.BytesIO()
    Picture.new("RGB", size, colour).save(buffer, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


def shown_width(page: Page, selector: str) -> int:
    """Return the natural width of a picture once it has arrived."""
    image = page.locator(selector).first
    expect(image).to_be_visible()
    page.wait_for_function(
        "selector => document.querySelector(selector).complete && "
        "document.querySelector(selector).naturalWidth > 0",
        arg=selector,
    )
    width: int = image.evaluate("image => image.naturalWidth")
    return width


def test_it_works(signed_in: Page, planes: Planes) -> None:
    """The story the platform is for: upload, define a variant, open its link, see the resized picture."""
    page = signed_in
    page.get_by_label("Upload images").set_input_files(
        [picture("one.jpg", "teal"), picture("two.jpg", "gold")]
    )
    expect(page.get_by_role("heading", name="2 uploaded")).to_be_visible(timeout=20_000)
    expect(page.locator(".tile")).to_have_count(2)  # the grid came anew by itself
    assert shown_width(page, ".tile img") == 800
    expect(page.locator("#usage")).to_contain_text("2 of 100,000 images")

    page.get_by_role("link", name="Variants").click()
    page.get_by_label("Name").fill("square")
    page.get_by_label("Width").fill("200")
    page.get_by_label("Height").fill("200")
    page.get_by_label("Fit").select_option("cover")
    page.get_by_role("button", name="Create variant").click()
    expect(page.get_by_role("status").first).to_contain_text("Variant square is ready")

    page.get_by_role("link", name="Images", exact=True).click()
    page.get_by_role("link", name="one.jpg").click()
    assert shown_width(page, ".preview img") == 800
    link = page.get_by_label("Link for square").input_value()
    assert link.startswith(planes.delivery)
    page.get_by_role("button", name="Copy link for square").click()
    assert page.evaluate("navigator.clipboard.readText()") == link
    assert picture_at(page, link) == (200, 200)


def picture_at(page: Page, link: str) -> tuple[int, int]:
    """Open a link as a person does, and return the size of what comes."""
    tab = page.context.new_page()
    answer = tab.goto(link)
    assert isinstance(answer, Response)
    assert answer.status == 200, answer.text()
    size = Picture.open(io.BytesIO(answer.body())).size
    tab.close()
    return size


def test_private_pictures_are_seen_by_signed_links(signed_in: Page) -> None:
    page = signed_in
    page.get_by_label("Private: needs signed links").check()
    page.get_by_label("Upload images").set_input_files(picture("secret.jpg", "navy"))
    expect(page.locator(".tile .badge")).to_have_text("Private", timeout=20_000)
    assert shown_width(page, ".tile img") == 800
    page.get_by_role("link", name="secret.jpg").first.click()
    assert shown_width(page, ".preview img") == 800
    before = page.get_by_label("Link for public").input_value()
    page.get_by_label("Links work for").select_option("no expiry")
    expect(page.get_by_label("Link for public")).not_to_have_value(before)
    link = page.get_by_label("Link for public").input_value()
    assert "sig=" in link
    assert "exp=" not in link
    assert picture_at(page, link) == (800, 600)

    page.get_by_role("link", name="Make public").click()
    page.get_by_role("button", name="Make public").click()
    expect(page.locator(".facts")).to_contain_text("Public")
    assert "sig=" not in page.get_by_label("Link for public").input_value()


def test_a_bad_file_is_explained_and_the_rest_arrives(signed_in: Page, complaints: list[str]) -> None:
    page = signed_in
    broken = {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"not a picture at all"}
    page.get_by_label("Upload images").set_input_files([broken, picture("good.jpg", "teal")])
    expect(page.get_by_role("heading", name="1 uploaded, 1 failed")).to_be_visible(timeout=20_000)
    expect(page.locator(".upload[data-state=failed]")).to_contain_text("not a picture we can read")
    assert [line for line in complaints if "415" not in line] == []
    complaints.clear()  # the browser notes each refused request
    page.get_by_role("button", name="Close uploads").click()
    expect(page.locator("#tray")).to_be_hidden()


@pytest.fixture
def photos(orchard: Account, stores: Path) -> Callable[[int], None]:
    def upload(count: int) -> None:
        for number in range(count):
            file = io.BytesIO(picture("", "olive", (60, 40))["buffer"])
            upload_image(account=orchard, file=file, filename=f"photo {number:03}.jpg", actor=SYSTEM)

    return upload


def test_search_and_more(signed_in: Page, photos: Callable[[int], None]) -> None:
    photos(65)
    page = signed_in
    page.reload()
    expect(page.locator(".tile")).to_have_count(60)
    page.get_by_role("link", name="Show more").click()
    expect(page.locator(".tile")).to_have_count(65)
    expect(page.get_by_role("link", name="photo 004.jpg")).to_be_focused()
    page.get_by_label("Search by name or id").fill("photo 01")
    expect(page.locator(".tile")).to_have_count(10)
    expect(page.locator("#found")).to_have_text("10 found")
    assert page.url.endswith("?q=photo%2001")
    page.go_back()
    expect(page.locator(".tile")).to_have_count(60)


def test_deleting_asks_and_a_way_back_stands_first(signed_in: Page, photos: Callable[[int], None]) -> None:
    photos(1)
    page = signed_in
    page.reload()
    page.get_by_role("link", name="photo 000.jpg").click()
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Delete")).to_be_focused()
    assert Image.objects.live().count() == 1
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete image").click()
    expect(page.get_by_role("status").first).to_contain_text("photo 000.jpg is deleted.")
    expect(page.get_by_role("heading", name="No images yet")).to_be_visible()


def test_a_picture_that_does_not_arrive_says_so(signed_in: Page, photos: Callable[[int], None]) -> None:
    photos(1)
    page = signed_in
    page.route("**/public", lambda route: route.fulfill(body="gone", content_type="text/plain"))
    page.reload()
    expect(page.locator(".tile .broken")).to_be_visible()


def test_it_works_without_javascript(
    browser: Browser, quiet_planes: Planes, olive: User, orchard: Account
) -> None:
    context = browser.new_context(base_url=quiet_planes.control, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("E-mail").fill(olive.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Upload images").set_input_files([picture("1.jpg", "teal"), picture("2.jpg", "gold")])
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("2 images uploaded.")
    page.get_by_role("link", name="1.jpg").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete image").click()
    expect(page.locator(".tile")).to_have_count(1)
    context.close()


def test_nothing_scrolls_sideways_on_a_small_screen(
    signed_in: Page, photos: Callable[[int], None], olive: User, complaints: list[str]
) -> None:
    photos(3)
    create_account(name="An account with a name of a considerable length", owner=olive, actor=SYSTEM)
    page = signed_in
    page.set_viewport_size({"width": 320, "height": 640})
    account = page.url.removesuffix("/images")
    image = Image.objects.live().first()
    assert image is not None
    paths = (
        "images",
        "images?q=none",
        f"images/{image.public_id}",
        f"delete-image/{image.public_id}",
        "variants",
        "explain",
        f"explain?url=/{'long' * 30}/{image.public_id}/public",
    )
    for address in ("/", "/nowhere", "/accounts/logout/", *(f"{account}/{path}" for path in paths)):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    complaints.clear()  # the browser notes the page that is not there
