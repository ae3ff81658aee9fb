"""Instance: what `manage.py up` runs from one data folder, described by variables in its `instance.env`.

Secrets are made once and kept there; addresses and sockets are written anew by every start. `manage.py` reads
the file for what its environment lacks, so that a command in a second terminal finds the running instance.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from images_platform.embedded.postgres import Postgres
from images_platform.embedded.valkey import Valkey
from images_platform.private_file import write_private

ROOT = Path(__file__).resolve().parents[1]


# Tells an instance's processes from others, also once their supervisor is gone.
RUN_FOLDER = "IMAGES_RUN_FOLDER"
_PASSWORDS = ("POSTGRES_PASSWORD", "VALKEY_PASSWORD")


@dataclass(frozen=True, slots=True)
class Instance:
    """`postgres` and `valkey` are None where the environment named servers to use instead."""

    data_dir: Path
    run_folder: Path
    port: int
    variables: Mapping[str, str]
    postgres: Postgres | None
    valkey: Valkey | None


# A command in a second terminal must look where the instance keeps its files.
_STORES = (
    "STORAGE",
    "S3_BUCKET",
    "S3_PREFIX",
    "S3_ENDPOINT",
    "S3_REGION",
    "S3_ADDRESSING",
    "S3_ACCESS_KEY",
    "S3_SECRET_KEY",
)


def find_data_dir(environment: Mapping[str, str]) -> Path:
    """Return the folder all state lives in, as the settings will."""
    return Path(environment.get("DATA_DIR") or ROOT / ".data").expanduser().absolute()


def make_instance(data_dir: Path, run_folder: Path, *, port: int, environment: Mapping[str, str]) -> Instance:
    """Describe an instance: its own variables, overruled by those of the environment; and keep them."""
    found = read_variables(data_dir)
    kept = {name: found.get(name) or secrets.token_urlsafe(24) for name in _PASSWORDS}
    postgres = Postgres(data_dir / "postgres", run_folder, password=kept["POSTGRES_PASSWORD"])
    valkey = Valkey(data_dir / "valkey", run_folder, password=kept["VALKEY_PASSWORD"])
    fixed = {**kept, RUN_FOLDER: str(run_folder), "DATA_DIR": str(data_dir)}
    defaults = {
        "SECRET_KEY": found.get("SECRET_KEY") or secrets.token_urlsafe(48),
        "FIELD_KEYS": found.get("FIELD_KEYS") or _make_fernet_key(),
        "DATABASE_URL": postgres.url,
        "REDIS_URL": valkey.url,
        "RENDERER_SOCKET": str(run_folder / "renderer.sock"),
        "CONTROL_URL": f"http://127.0.0.1:{port}",
        "DELIVERY_URL": f"http://127.0.0.1:{port + 1}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        # Plain http, on this machine only.
        "COOKIES_SECURE": "0",
    }
    given = {name: entry for name in defaults if (entry := _find_given(name, environment)) is not None}
    stores = (entry for name in _STORES if (entry := _find_given(name, environment)) is not None)
    variables = (
        fixed | dict(stores) | dict(given.get(name, (name, value)) for name, value in defaults.items())
    )
    write_private(
        _variables_path(data_dir), "".join(f"{name}={value}\n" for name, value in variables.items())
    )
    return Instance(
        data_dir=data_dir,
        run_folder=run_folder,
        port=port,
        variables=variables,
        postgres=None if "DATABASE_URL" in given else postgres,
        valkey=None if "REDIS_URL" in given else valkey,
    )


def read_variables(data_dir: Path) -> dict[str, str]:
    """Return the variables of the last start; none before the first."""
    try:
        lines = _variables_path(data_dir).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def fill_in(environment: MutableMapping[str, str]) -> None:
    """Give an environment what the last start knew and it lacks."""
    for name, value in read_variables(find_data_dir(environment)).items():
        if _find_given(name.removesuffix("_FILE"), environment) is None:
            environment[name] = value


def _make_fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _find_given(name: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return how the environment gives a value: NAME, or NAME_FILE, the path of a file that holds it."""
    names = (candidate for candidate in (name, f"{name}_FILE") if candidate in environment)
    return next(((candidate, environment[candidate]) for candidate in names), None)


def _variables_path(data_dir: Path) -> Path:
    return data_dir / "instance.env"
