"""docker-compose.yml, .env.example and the image agree with the code."""

import ast
import importlib.util
import re
import runpy
import tomllib

import pytest
import yaml
from celery import Task
from celery.bin.celery import celery as celery_command
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from certification import tasks
from tests.project.test_access import all_routes
from tests.project.test_urls import is_open

ROOT = settings.BASE_DIR
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name: each for name, each in SERVICES.items() if each["image"] == "genesis"}
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()
# Values that compose itself reads, besides those of the settings.
OF_COMPOSE = {"POSTGRES_PASSWORD", "HTTP_PORT", "HTTPS_PORT", "TLS_FOLDER"}


def names_in_example():
    text = (ROOT / ".env.example").read_text()
    return re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", text, re.MULTILINE)


def names_in_settings():
    """Every name that genesis/settings.py asks the environment for."""
    tree = ast.parse((ROOT / "genesis" / "settings.py").read_text())
    return {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in {"text", "flag", "number"}
        and isinstance(call.args[0], ast.Constant)
    }


def words(service):
    """The command of a service, as the words that the machine gets."""
    command = service["command"]
    return command if isinstance(command, list) else command.split()


def test_the_services_are_these():
    ours = {"migrate", "web", "worker", "signer", "beat"}
    assert set(SERVICES) == ours | {"postgres", "redis", "nginx"}
    assert set(OURS) == ours


def test_every_setting_is_in_the_example_and_nothing_else():
    names = names_in_example()
    assert len(names) == len(set(names))
    assert set(names) == names_in_settings() | OF_COMPOSE


def test_settings_are_read_in_one_place_only():
    asking = [
        path.relative_to(ROOT).as_posix()
        for app in ["genesis", *settings.FIRST_PARTY_APPS]
        for path in (ROOT / app).rglob("*.py")
        if re.search(r"os\.environ(?!\.setdefault)|getenv", path.read_text())
    ]
    # The embedded server is started before the settings load, and makes some of them.
    assert sorted(asking) == ["genesis/embedded.py", "genesis/settings.py"]


def test_every_value_that_compose_fills_in_is_in_the_example():
    text = (ROOT / "docker-compose.yml").read_text()
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
    assert used == OF_COMPOSE


def test_compose_sets_only_what_somebody_reads():
    of_programs = {"REMAP_SIGTERM"}
    given = {name for each in OURS.values() for name in each["environment"]}
    assert given <= names_in_settings() | of_programs


def test_our_services_use_the_servers_beside_them():
    for service in OURS.values():
        environment = service["environment"]
        assert "@postgres:5432/genesis" in environment["DATABASE_URL"]
        assert environment["REDIS_URL"] == "redis://redis:6379/0"
        assert service["env_file"] == ".env"
    user, database = "POSTGRES_USER", "POSTGRES_DB"
    assert SERVICES["postgres"]["environment"][user] == "genesis"
    assert SERVICES["postgres"]["environment"][database] == "genesis"


def test_every_service_has_a_health_check_or_an_end():
    without = {name for name, each in SERVICES.items() if "healthcheck" not in each}
    assert without == {"migrate"}
    assert SERVICES["migrate"]["restart"] == "no"


@pytest.mark.parametrize("name", ["web", "nginx"])
def test_pages_that_health_checks_ask_for_exist_and_are_public(name):
    (path,) = re.findall(
        r"http://127\.0\.0\.1(?::8000)?(/[a-z/]*)", str(SERVICES[name]["healthcheck"])
    )
    assert resolve(path).func.policy == "public"


def test_pages_that_nginx_names_exist():
    paths = re.findall(r"location = (\S+) ", NGINX)
    assert paths == ["/salud/", "/listo/"]
    assert all(resolve(path) for path in paths)


def test_addresses_that_hold_a_secret_are_in_no_log():
    unlogged = re.findall(r"(~\*?)(\^\S+) 0;", NGINX)
    secret = [each for each in all_routes() if {"secret", "token", "key"} & set(each.arguments)]

    assert secret
    for route in secret:
        if is_open(route.view):
            path = route.address()
            assert any(re.match(regex, path) for _tilde, regex in unlogged), path


def test_web_runs_the_program_that_nginx_asks():
    program, *options = words(SERVICES["web"])
    config = runpy.run_path(str(ROOT / options[options.index("--config") + 1]))
    module, application = config["wsgi_app"].split(":")

    assert program == "gunicorn"
    assert (module, application) == ("genesis.wsgi", settings.WSGI_APPLICATION.split(".")[-1])
    assert f"default web:{options[options.index('--bind') + 1].split(':')[1]};" in NGINX
    assert config["timeout"] > 20  # what the database lets a statement run
    assert not any("access" in each for each in [*options, *config])
    assert "$request " not in NGINX
    assert "$request_uri" not in NGINX.split("log_format")[1].split(";")[0]


def last_command(service):
    """The words of a service's last command, whatever its shell does before."""
    command = words(service)
    return command[-1].split(" exec ")[1].split() if command[0] == "sh" else command


@pytest.mark.parametrize("name", ["worker", "signer", "beat"])
def test_celery_knows_the_commands(name):
    program, *options = last_command(SERVICES[name])
    assert program == "celery"
    assert options[:2] == ["--app", "genesis"]
    assert importlib.util.find_spec("genesis.celery")
    command = celery_command.commands[options[2]]
    known = {each for option in command.params for each in option.opts}
    assert {each for each in options[3:] if each.startswith("--")} <= known


def test_migrate_runs_commands_that_exist():
    commands = re.findall(r"manage\.py (\w+)", words(SERVICES["migrate"])[-1])
    assert commands == ["migrate", "load_reference", "load_standards"]
    assert set(commands) <= set(get_commands())


@pytest.mark.parametrize("name", ["worker", "signer"])
def test_a_task_ends_before_its_worker_and_its_message_are_given_up(name):
    grace = int(SERVICES[name]["stop_grace_period"].rstrip("s"))
    assert grace > settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    assert SERVICES[name]["environment"]["REMAP_SIGTERM"] == "SIGQUIT"


def queue_of(service):
    options = last_command(service)
    return options[options.index("--queues") + 1] if "--queues" in options else "celery"


def test_one_service_signs_and_it_alone_has_the_keys():
    signing = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert signing == {queue_of(SERVICES["signer"])} == {"signing"}
    assert queue_of(SERVICES["worker"]) == "celery"
    folder = SERVICES["signer"]["environment"]["SIGNING_KEYS"]
    with_keys = {name for name, each in SERVICES.items() if "keys" in str(each.get("volumes"))}
    assert with_keys == {name for name, each in OURS.items() if "SIGNING_KEYS" in str(each)}
    assert with_keys == {"signer"}
    assert f"keys:{folder}" in SERVICES["signer"]["volumes"]
    first = re.findall(r"manage\.py (\w+)", words(SERVICES["signer"])[-1])
    assert set(first) <= set(get_commands())
    assert "--mode 700 keys" in (ROOT / "Dockerfile").read_text()


def test_every_task_that_reads_a_private_key_is_signed_apart():
    """Whatever stands where private keys are read is routed to the queue that has them."""
    found = {each.name for each in vars(tasks).values() if isinstance(each, Task)}
    assert found == set(settings.CELERY_TASK_ROUTES)


def test_nginx_takes_what_the_forms_take():
    (size,) = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert int(size) * 1024 * 1024 > settings.UPLOAD_LIMIT
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert SERVICES["nginx"]["ports"] == ["${HTTP_PORT:-80}:80", "${HTTPS_PORT:-443}:443"]


def test_only_nginx_is_reached_from_outside():
    assert [name for name, each in SERVICES.items() if "ports" in each] == ["nginx"]


def test_volumes_keep_the_files_the_tables_and_the_queue():
    mounts = {name: each.get("volumes", []) for name, each in SERVICES.items()}
    image = (ROOT / "Dockerfile").read_text()
    (var,) = re.findall(r"GENESIS_VAR=(\S+)", image)

    assert set(COMPOSE["volumes"]) == {"files", "keys", "postgres", "redis"}
    for name in OURS:
        assert f"files:{var}/files" in mounts[name]
    assert mounts["postgres"] == ["postgres:/var/lib/postgresql"]
    assert mounts["redis"] == ["redis:/data"]
    assert "--appendonly yes" in " ".join(words(SERVICES["redis"]))


def test_the_image_is_ours_without_what_the_demo_needs():
    image = (ROOT / "Dockerfile").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())

    assert set(project["tool"]["uv"]["default-groups"]) == set(project["dependency-groups"])
    assert "uv sync --frozen --no-default-groups" in image
    assert "libharfbuzz-subset0" in image
    assert re.findall(r"^USER (\w+)$", image, re.MULTILINE) == ["genesis"]
    (version,) = re.findall(r"^FROM python:([\d.]+)-slim$", image, re.MULTILINE)
    assert version == (ROOT / ".python-version").read_text().strip()
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", "var", "deploy/tls"} <= set(ignored)
