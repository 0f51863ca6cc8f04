"""What stands in `deploy/` can be read by whom it is for, and says of ionloop what there is."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from flows.cli.main import app

DEPLOY = Path(__file__).parents[1] / "deploy"
ENVIRONMENT = re.compile(r"\$\{([A-Z_]+)(?::\?[^}]*|:-[^}]*)?\}")


def accepted(words: list[str]) -> bool:
    """Whether `ionloop` takes a command line; it is read, and not run."""
    command: Any = get_command(app).commands[words[0]]  # type: ignore[attr-defined]
    command.make_context(words[0], words[1:])
    return True


@pytest.mark.parametrize("name", ["ionloop.service", "ionloop-worker.service"])
def test_units_are_read_by_systemd_and_start_a_command_that_there_is(name: str, tmp_path: Path) -> None:
    text = (DEPLOY / name).read_text()
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    assert sections == ["Unit", "Service", "Install"]
    lines = [line for line in text.splitlines() if line and line[0] not in "#["]
    assert all(re.match(r"^[A-Z][A-Za-z]+=\S", line) for line in lines)
    (start,) = (line.partition("=")[2].split() for line in lines if line.startswith("ExecStart="))
    assert start[0].endswith("/bin/ionloop")
    assert accepted(start[1:])
    if shutil.which("systemd-analyze") is None:
        return
    # Programs, users and pages of another machine are not there: only the words of the unit are looked at.
    unit = tmp_path / name
    unit.write_text(text.replace(start[0], "/bin/true").replace("User=ionloop\n", ""))
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    about_it = [line for line in said.stderr.splitlines() if name in line]
    assert about_it == []


def test_the_containers_are_as_the_compose_file_says() -> None:
    content = yaml.safe_load((DEPLOY / "docker-compose.yaml").read_text())
    assert set(content) == {"name", "services", "volumes"}
    database, ionloop = content["services"]["database"], content["services"]["ionloop"]
    assert database["ports"] == ["127.0.0.1:5432:5432"], "open to this machine alone"
    assert ionloop["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert ionloop["network_mode"] == "host"
    assert (DEPLOY / ionloop["build"]["context"] / ionloop["build"]["dockerfile"]).is_file()
    named = [volume.split(":")[0] for volume in database["volumes"]]
    assert named[0] in content["volumes"]
    assert (DEPLOY / named[1]).is_file()
    text = (DEPLOY / "docker-compose.yaml").read_text()
    assert {name for name in ENVIRONMENT.findall(text) if name} == {"POSTGRES_PASSWORD"}
    (major,) = re.findall(r"postgres:(\d+)", text)
    assert f"postgresql-client-{major}" in (DEPLOY / "Dockerfile").read_text(), "pg_dump is of the server's version"


def test_the_image_starts_a_command_that_there_is() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    known = {"FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "ENTRYPOINT", "CMD"}
    assert {step for step, _ in steps} <= known
    last = dict(steps)
    assert yaml.safe_load(last["ENTRYPOINT"]) == ["ionloop"]
    assert accepted(yaml.safe_load(last["CMD"]))
    assert last["USER"] == "ionloop"


def test_the_slurm_job_is_read_by_the_shell_and_starts_a_command_that_there_is() -> None:
    file = DEPLOY / "worker.sbatch"
    subprocess.run(["bash", "-n", file], check=True)
    text = file.read_text()
    options = re.findall(r"^#SBATCH --([a-z-]+)(?:=(\S+))?$", text, re.MULTILINE)
    assert len(options) == text.count("#SBATCH")
    assert {"time", "cpus-per-task", "mem", "signal"} <= {name for name, _ in options}
    (words,) = re.findall(r"bin/ionloop\" (worker .*)$", text, re.MULTILINE)
    assert accepted(words.replace('"$IONLOOP_API"', "http://there:4200/api").split())


def test_the_kubernetes_worker_is_whole() -> None:
    worker, claim = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text())
    assert (worker["apiVersion"], worker["kind"]) == ("apps/v1", "Deployment")
    assert (claim["apiVersion"], claim["kind"]) == ("v1", "PersistentVolumeClaim")
    template = worker["spec"]["template"]
    assert worker["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
    (container,) = template["spec"]["containers"]
    assert accepted(container["args"])
    (volume,) = template["spec"]["volumes"]
    assert [mount["name"] for mount in container["volumeMounts"]] == [volume["name"]]
    assert volume["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    assert all({"name", "valueFrom"} == set(entry) for entry in container["env"]), "no secret stands in the file"


def test_each_says_that_it_was_not_run() -> None:
    files = [file for file in DEPLOY.iterdir() if file.suffix != ".sql"]
    assert [
        file.name
        for file in files
        if "not run here" not in file.read_text() and "not built here" not in file.read_text()
    ] == []
