"""The file for people with Docker says what is there, and gives nothing away.

Nothing here starts a container: the tests read the file, let Compose read it where that
is installed, and ask the programs themselves which flags and settings they know.
"""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from prefect.settings import Settings

from flows.cli import costwarden
from tasks.edge.settings import load
from tests.services.servers.__main__ import PORTS
from tests.services.servers.kafka import jars, version
from tests.services.servers.server import NotInstalled, program

ROOT = Path(__file__).parents[1]
FILE = ROOT / "deployments" / "compose.yaml"
TEXT = FILE.read_text(encoding="utf-8")
SERVICES = yaml.safe_load(TEXT)["services"]
DOCKERFILE = FILE.parent / "Dockerfile"
EXAMPLE = FILE.parent / "compose.env.example"


def by_service(key):
    """Return what services say of a key."""
    return {name: said[key] for name, said in SERVICES.items() if key in said}


def test_every_mounted_path_exists():
    """What is mounted from the checkout lies there, and cannot be written to."""
    mounted = [
        mount.split(":")
        for mounts in by_service("volumes").values()
        for mount in mounts
        if mount.startswith(".")
    ]
    assert len(mounted) > 5
    missing = [path for path, *_ in mounted if not (FILE.parent / path).exists()]
    writable = [mount for mount in mounted if mount[-1] != "ro"]
    assert (missing, writable) == ([], [])


def test_every_volume_is_declared_and_used():
    """No service names a volume that is not there, and none is left over."""
    used = {
        mount.split(":")[0]
        for mounts in by_service("volumes").values()
        for mount in mounts
        if not mount.startswith((".", "$"))
    }
    assert used == set(yaml.safe_load(TEXT)["volumes"])


def test_every_image_is_pinned():
    """Each image has its version; ours is the project's, Kafka's the tested one."""
    images = by_service("image")
    assert set(images) == set(SERVICES)
    pinned = re.compile(r":v?\d+\.\d+(\.\d+)?$")
    assert [image for image in images.values() if not pinned.search(image)] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert images["worker"] == f"costwarden:{project['project']['version']}"
    assert images["kafka"] == f"apache/kafka:{version()}"
    bases = re.findall(r"(?m)^FROM (\S+)", DOCKERFILE.read_text(encoding="utf-8"))
    assert [base for base in bases if not re.search(r":\d+\.\d+\.\d+-", base)] == []


def test_ports_are_for_this_machine_alone():
    """Each port is on the loopback address, once, and where `make services` has it."""
    published = {name: port.split(":") for name, (port,) in by_service("ports").items()}
    assert {address for address, _, _ in published.values()} == {"127.0.0.1"}
    ports = [int(port) for _, port, _ in published.values()]
    assert len(set(ports)) == len(ports)
    for name in ("kafka", "alertmanager", "victoriametrics", "vmalert"):
        assert int(published[name][1]) == PORTS[f"{name.upper()}_PORT"]


def test_secrets_have_no_default():
    """Each variable is asked for, stands in the example, and is empty there."""
    asked = dict(re.findall(r"\$\{(\w+)([^}]*)\}", TEXT))
    assert {name for name, rest in asked.items() if not rest.startswith(":?")} == set()
    secrets = yaml.safe_load(TEXT)["secrets"].values()
    wanted = set(asked) | {secret["environment"] for secret in secrets}
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    given = [line for line in lines if line and not line.startswith("#")]
    assert sorted(given) == sorted(f"{name}=" for name in wanted)
    told = [
        value
        for environment in by_service("environment").values()
        for key, value in environment.items()
        if re.search("PASSWORD|TOKEN|SECRET", key)
    ]
    assert len(told) == 3
    assert all(value.startswith("${") for value in told)


def test_nobody_is_root():
    """Each service runs as somebody, and one only gives a volume away."""
    # Images whose own user is not root: Kafka's, and ours.
    theirs = {name for name, image in by_service("image").items() if "kafka" in image}
    theirs |= {name for name, image in by_service("image").items() if "costw" in image}
    assert "USER costwarden" in DOCKERFILE.read_text(encoding="utf-8")
    users = by_service("user")
    assert theirs | set(users) == set(SERVICES)
    assert [name for name, user in users.items() if user[0] == "0"] == ["storage-owner"]
    for said in SERVICES.values():
        assert said["cap_drop"] == ["ALL"]
        assert said["security_opt"] == ["no-new-privileges:true"]


def test_services_wait_for_what_can_be_waited_for():
    """Whoever is waited for until healthy says how its health is seen."""
    for name, needs in by_service("depends_on").items():
        for other, how in needs.items():
            healthy = how["condition"] == "service_healthy"
            assert healthy == ("healthcheck" in SERVICES[other]), (name, other)


def test_commands_are_ours():
    """Each `costwarden` command of the file exists, with the options it is given."""
    ours = [
        words[1:]
        for words in by_service("command").values()
        if words[0] == "costwarden"
    ]
    assert ours
    for name, *rest in ours:
        command = costwarden.commands[name]
        known = {option for given in command.params for option in given.opts}
        assert {word for word in rest if word.startswith("-")} <= known


def test_settings_name_the_servers_of_the_file():
    """The settings are valid, and each address in them is a service of the file."""
    path = FILE.parent / "compose.toml"
    sinks = load(str(path)).sinks
    assert [sink.kind for sink in sinks] == ["kafka", "alertmanager", "victoriametrics"]
    hosts = re.findall(r'"(?:http://)?([a-z]+):\d+"', path.read_text(encoding="utf-8"))
    assert len(hosts) == 3
    assert set(hosts) <= set(SERVICES)


def test_the_image_has_what_a_run_reads():
    """Nothing that the code needs is kept out of the image, and no data gets in."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    assert {f"!{name}" for name in wheel} <= set(ignored)
    rules = [line for line in ignored if not line.startswith("#")]
    assert rules[0] == "*"
    assert "!data" not in rules
    assert "deployments/compose.env" in ignored


def told(program_name, *words, package):
    """Return what a program says of itself, or leave the test out without it."""
    try:
        asked = [program(program_name, package=package), *words]
    except NotInstalled as error:
        pytest.skip(str(error))
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


@pytest.mark.service
@pytest.mark.parametrize(
    ("service", "name", "package"),
    [
        ("victoriametrics", "victoria-metrics", "victoria-metrics"),
        ("vmalert", "vmalert", "victoria-metrics"),
        ("alertmanager", "prometheus-alertmanager", "prometheus-alertmanager"),
    ],
)
def test_flags_are_known_to_the_servers(service, name, package):
    """Each flag that a server is given is one that it lists, and has a value."""
    text = told(name, "--help", package=package)
    known = set(re.findall(r"(?m)^ +-{1,2}([\w.-]+)", text))
    given = dict(
        re.fullmatch(r"--?([\w.-]+)=(.*)", word).groups()
        for word in SERVICES[service]["command"]
    )
    assert given
    assert given.keys() - known == set()


def test_figures_are_kept_as_they_must_be():
    """VictoriaMetrics has each setting without which figures would be wrong."""
    page = (ROOT / "docs" / "services.md").read_text(encoding="utf-8")
    needed = re.findall(r"(?m)^\| `(-\S+)` \|", page)
    assert len(needed) == 3
    assert set(needed) <= set(SERVICES["victoriametrics"]["command"])


@pytest.mark.service
def test_settings_are_known_to_kafka():
    """Each variable of Kafka's is a setting of the version that is started."""
    if not jars().is_dir():
        pytest.skip("Kafka's jars are not here; make kafka fetches them")
    asked = ("-cp", f"{jars()}/*", "kafka.server.KafkaConfig")
    page = told("java", *asked, package="default-jre-headless")
    known = set(re.findall(r'<a id="([\w.]+)"></a>', page))
    given = {
        # As the image's script reads them; this one is Java's.
        name.removeprefix("KAFKA_").lower().replace("_", ".")
        for name in SERVICES["kafka"]["environment"].keys() - {"KAFKA_HEAP_OPTS"}
    }
    assert given - known == set()


def test_settings_are_known_to_prefect():
    """Each variable of Prefect's, of the file or the image, is one that it reads."""
    schema = Settings.model_json_schema()
    known = {
        name
        for part in (schema, *schema["$defs"].values())
        for said in part.get("properties", {}).values()
        for name in said.get("supported_environment_variables", ())
    }
    given = set(re.findall(r"\bPREFECT_\w+", TEXT + DOCKERFILE.read_text("utf-8")))
    assert len(given) > 8
    assert given - known == set()


def test_grafana_reports_and_fetches_nothing():
    """Its plugins are those of the image, of which the source is one."""
    environment = SERVICES["grafana"]["environment"]
    assert environment["GF_PLUGINS_PREINSTALL_DISABLED"] == "true"
    assert {
        name: value
        for name, value in environment.items()
        if re.search("REPORTING|CHECK_FOR|FEED|AUTO_UPDATE", name) and value != "false"
    } == {}


def compose():
    """Return the words that start Compose, or none."""
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    if shutil.which("docker"):
        asked = subprocess.run(
            ["docker", "compose", "version"], capture_output=True, check=False
        )
        return ["docker", "compose"] if asked.returncode == 0 else None
    return None


def test_compose_reads_the_file(tmp_path):
    """Compose takes the file with its variables, and names each one that is missing."""
    words = compose()
    if words is None:
        pytest.skip("Docker Compose is not installed")
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    filled = [re.sub(r"=$", "=x", line) for line in lines]

    def read(lines):
        (tmp_path / "env").write_text("\n".join(lines), encoding="utf-8")
        return subprocess.run(
            [*words, "--env-file", "env", "--file", str(FILE), "config", "--quiet"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    good = read(filled)
    assert (good.returncode, good.stderr) == (0, "")
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert required >= {"BILLS", "POSTGRES_PASSWORD", "BRIDGE_TOKEN"}
    for name in required:
        bad = read(line for line in filled if not line.startswith(f"{name}="))
        assert bad.returncode != 0
        assert name in bad.stderr
