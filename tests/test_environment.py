"""Hold together the files that make the environment: project, lock, conda, Binder, Makefile and both CIs."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ONE_ENTRY = re.compile(r"^(?P<pin>\S[^\\\n]*?)(?P<hashes>(?: \\\n +--hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE)
SYSTEMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}
REGISTRIES = ["pypi" + ".org", "files." + "pythonhosted.org", "registry." + "npmjs.org", "deb." + "debian.org"]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _entries() -> list[tuple[Requirement, str]]:
    text = "\n".join(line for line in LOCK.splitlines() if not line.startswith("#"))
    return [(Requirement(found["pin"]), found["hashes"]) for found in ONE_ENTRY.finditer(text)]


def _wanted() -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"]
    groups = [*extras.values(), *PROJECT["dependency-groups"].values()]
    return [Requirement(line) for line in [*PROJECT["project"]["dependencies"], *sum(groups, [])]]


def _places() -> list[dict[str, str]]:
    pythons = {"3.11": "3.11.2", "3.12": "3.12.4", "3.13": "3.13.1"}
    return [
        {
            "python_version": short,
            "python_full_version": full,
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "extra": "",
            **system,
        }
        for short, full in pythons.items()
        for system in SYSTEMS.values()
    ]


def _steps() -> list[str]:
    jobs = yaml.safe_load(_read(".github/workflows/ci.yml"))["jobs"]
    return [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]


def test_every_line_of_the_lock_is_an_exact_version_with_hashes() -> None:
    entries = _entries()
    lines = [line for line in LOCK.splitlines() if line and not line.startswith(("#", " "))]
    assert len(entries) == len(lines) > 50, "a line of requirements.lock is no version with hashes"
    assert [str(pin) for pin, hashes in entries if not hashes] == []
    assert [str(pin) for pin, _ in entries if not str(pin.specifier).startswith("==")] == []


@pytest.mark.parametrize("place", _places(), ids=lambda place: f"{place['python_version']} {place['sys_platform']}")
def test_the_lock_holds_every_dependency_once_on_each_python_and_system(place: dict[str, str]) -> None:
    locked: dict[str, list[str]] = {}
    for pin, _ in _entries():
        if pin.marker is None or pin.marker.evaluate(place):
            locked.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    assert {name: versions for name, versions in locked.items() if len(versions) > 1} == {}
    for wanted in _wanted():
        versions = locked.get(canonicalize_name(wanted.name), [])
        assert versions, f"{wanted.name} is not in requirements.lock; run `make lock`"
        assert wanted.specifier.contains(versions[0], prereleases=True), f"{wanted} but {versions[0]}; run `make lock`"


def test_the_build_backend_comes_from_the_lock_too() -> None:
    grouped = {Requirement(line).name for line in PROJECT["dependency-groups"]["build"]}
    assert {Requirement(line).name for line in PROJECT["build-system"]["requires"]} <= grouped


def test_conda_and_binder_get_the_lock_and_then_the_project_without_dependencies() -> None:
    parts = yaml.safe_load(_read("environment.yml"))["dependencies"]
    python = next(part for part in parts if isinstance(part, str) and part.startswith("python="))
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(python.removeprefix("python=") + ".0")
    assert "pip" in parts
    assert [part["pip"] for part in parts if isinstance(part, dict)] == [["--requirement requirements.lock"]]
    install = next(line for line in _read("postBuild").splitlines() if "pip install" in line)
    assert {"--no-deps", "--no-build-isolation", "--editable"} <= set(install.split())


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no executable bit")
@pytest.mark.parametrize("script", ["postBuild", ".ci/run"])
def test_a_script_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert _read(script).startswith("#!/bin/bash\n")


def test_both_cis_run_the_two_commands() -> None:
    steps = _steps()
    assert any(step.startswith("make briefs") for step in steps)
    assert any(step.startswith("make test") for step in steps)
    assert "make test" in _read(".ci/run").splitlines()


def test_a_machine_without_make_gets_the_same_steps() -> None:
    recipes = " ".join(_read("Makefile").split())
    for step in [
        "pip install --require-hashes --requirement requirements.lock",
        "pip install --no-deps --no-build-isolation --editable .",
        "pytest --nbval notebooks",
    ]:
        assert step.removeprefix("pip ") in recipes, f"the Makefile no longer runs: {step}"
        assert any(step in line for line in _steps()), f"the workflow's Windows job does not run: {step}"


def test_the_notebooks_are_compared_strictly() -> None:
    for name in ["Makefile", ".ci/run", ".github/workflows/ci.yml", "pyproject.toml"]:
        assert "nbval-lax" not in _read(name)
        assert "sanitize" not in _read(name)


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "pyproject.toml",
        "Makefile",
        "environment.yml",
        "postBuild",
        ".ci/run",
        ".github/workflows/ci.yml",
    ],
)
def test_no_file_of_the_environment_names_a_registry(name: str) -> None:
    text = _read(name)
    assert [host for host in REGISTRIES if host in text] == []
    assert "index-url" not in text


def test_jupyter_is_told_to_show_values_instead_of_roles() -> None:
    installed = Path(sys.prefix) / "etc/jupyter/jupyter_config.json"
    assert installed.is_file(), "the project is not installed here; run `make briefs`"
    source = json.loads(_read("briefkit/jupyter/jupyter_config.json"))
    assert json.loads(installed.read_text(encoding="utf-8")) == source
    assert source["Exporter"]["preprocessors"] == ["briefkit.export.RoleValues"]


def test_the_version_is_said_once() -> None:
    version = PROJECT["project"]["version"]
    assert re.search(r'__version__ = "(.*)"', _read("briefkit/__init__.py")).group(1) == version
    assert str(yaml.safe_load(_read("CITATION.cff"))["version"]) == version
