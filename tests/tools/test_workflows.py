"""What GitHub runs cannot run here; what can be said of it without: names exist, pins are whole."""

import re
import shlex

import pytest
import yaml
from places import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
TARGETS = set(re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text()))
OURS = "./.github/workflows/"


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


JOBS = {(path.stem, name): job for path in WORKFLOWS for name, job in load(path)["jobs"].items()}
STEPS = [step for job in JOBS.values() for step in job.get("steps", [])]


def commands(job):
    return "\n".join(step.get("run", "") for step in job.get("steps", []))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_no_more_unless_a_job_says_so(path):
    assert load(path)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("name", JOBS, ids="-".join)
def test_a_job_ends_and_waits_for_jobs_that_exist(name):
    job, workflow = JOBS[name], name[0]
    needed = job.get("needs", [])
    needed = [needed] if isinstance(needed, str) else needed
    assert all((workflow, other) in JOBS for other in needed)
    if job.get("uses"):  # a workflow of this repository, which can be called
        called = ROOT / job["uses"]
        assert job["uses"].startswith(OURS) and "workflow_call" in load(called)[True]  # `on`
    else:
        assert 0 < job["timeout-minutes"] <= 120


def test_every_action_is_pinned_by_its_full_hash_and_says_its_version():
    seen = {}
    for path in WORKFLOWS:
        for line in path.read_text(encoding="utf-8").splitlines():
            if "uses:" in line and OURS not in line:
                pin = re.fullmatch(r"[ -]*uses: ([\w/-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)", line)
                assert pin, f"{path.name}: {line.strip()}"
                assert seen.setdefault(pin[1], pin.groups()) == pin.groups(), "two versions of one"
    assert len(seen) >= 7


def test_every_command_exists():
    named = re.findall(
        r"(?m)(?:^| )(?:make|\.ci/run) ([a-z][a-z-]*)", "\n".join(map(commands, JOBS.values()))
    )
    assert len(named) >= 5 and set(named) <= TARGETS
    default = re.search(r"set -- (.+)", (ROOT / ".ci" / "run").read_text())[1].split()
    assert default == ["test-torch", "test-study", "test"] and set(default) <= TARGETS
    for script in re.findall(r"\b(?:tools|tests)/[\w/]+\.py", str(STEPS)):
        assert (ROOT / script).is_file(), script


def test_the_site_is_shown_after_the_tests_only():
    assert JOBS["pages", "test"]["uses"] == f"{OURS}test.yml"
    assert JOBS["pages", "build"]["needs"] == "test" and JOBS["pages", "deploy"]["needs"] == "build"


def test_a_release_is_made_after_the_tests_only():
    assert JOBS["release", "test"]["uses"] == f"{OURS}test.yml"
    assert JOBS["release", "build"]["needs"] == "test"
    assert JOBS["release", "publish"]["needs"] == "build"
    writing = [name for name, job in JOBS.items() if "write" in job.get("permissions", {}).values()]
    assert sorted(writing) == [("pages", "deploy"), ("release", "publish")]
    assert "tools/release.py" in commands(JOBS["release", "build"])


def test_pytorch_is_in_one_job_and_the_core_on_a_second_system():
    jobs = {name: job for (workflow, name), job in JOBS.items() if workflow == "test"}
    assert [name for name, job in jobs.items() if "test-torch" in commands(job)] == ["torch"]
    assert not [name for name, job in jobs.items() if re.search(r"\.ci/run$", commands(job), re.M)]
    systems = {job["runs-on"]: commands(job) for job in jobs.values()}
    assert "make check" in systems["macos-latest"]


def test_a_cache_changes_with_what_it_holds():
    keys = [s["with"]["key"] for s in STEPS if s.get("uses", "").startswith("actions/cache@")]
    assert len(keys) >= 4
    for key in keys:
        files = re.findall(r"'([^']+)'", key)
        assert "requirements.txt" in files and all((ROOT / file).is_file() for file in files)


@pytest.mark.parametrize("name", [("test", "test"), ("pages", "build")], ids="-".join)
def test_what_failed_is_kept(name):
    kept = [s for s in JOBS[name]["steps"] if s.get("if") == "failure()"]
    assert "_build/html/reports" in kept[-1]["with"]["path"]


def test_hooks_run_what_there_is():
    hooks = load(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert {"ruff-check", "ruff-format", "notebooks", "stale"} == {hook["id"] for hook in hooks}
    notebooks = (ROOT / "tests" / "pages" / "test_notebooks.py").read_text()
    assert "those_of_the_sources(" in notebooks
    for hook in hooks:
        python, *words = shlex.split(hook["entry"])
        assert python == ".venv/bin/python" and hook["language"] == "system"
        assert all((ROOT / word).is_file() for word in words if word.endswith(".py"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_an_issue_says_what_is_asked_and_why(path):
    form = load(path)
    assert {"name", "description", "body"} <= form.keys()
    ids = [field["id"] for field in form["body"]]
    assert len(set(ids)) == len(ids) and all(f["attributes"]["label"] for f in form["body"])
    assert any(field.get("validations", {}).get("required") for field in form["body"])
