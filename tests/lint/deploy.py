#!/usr/bin/python3
"""What can be said of deploy/ without running anything: every service has an image, a container and a Deployment; every
variable that is set is one that a program knows; what is meant to be tight is tight.

The real tools look at the same files in `make manifests` (docker-compose, kustomize, Kubernetes' own schemas).
"""
import glob
import re
import sys

import yaml

problems = []


def problem(where, what):
    problems.append(f"{where}: {what}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


SERVICES = sorted(path.split("/")[1] for path in glob.glob("services/*/main.c"))
KNOWN = set(re.findall(r'"(HENPIN_\w+)"', read("common/base/config_elsewhere.h")))
FIXED = set(re.findall(r'"((?:KAFKA|SCHEMA_REGISTRY)_\w+)"', "".join(map(read, glob.glob("common/*/*.c") + glob.glob("services/*/*.c")))))
# librdkafka's properties pass through; these are the ones that our files set.
PASSED = {"KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"}
STOP_S = 20 + 10  # --stop-timeout, and worker.c's wait for leaving the group


def check_variables(where, names):
    for name in names:
        base = re.sub("_FILE$", "", name)
        if not {name, base} & (KNOWN | FIXED | PASSED):
            problem(where, f"no program knows the variable {name}")


def check_containerfile():
    text = read("deploy/Containerfile")
    targets = re.findall(r"^FROM runtime AS (\w+)$", text, re.M)
    for name in sorted(set(SERVICES) ^ set(targets)):
        problem("deploy/Containerfile", f"{name}: a service without target, or the other way round")
    check_variables("deploy/Containerfile", re.findall(r"^ENV (\w+)=", text, re.M))
    for name in targets:
        program = "henpin" if name == "henpin" else f"henpin-{name}"
        if f'ENTRYPOINT ["/usr/bin/{program}"]' not in text:
            problem("deploy/Containerfile", f"{name} does not run {program}")


def check_compose():
    where = "deploy/compose.yaml"
    services = yaml.safe_load(read(where))["services"]
    for name in SERVICES:
        if name not in services:
            problem(where, f"no service {name}")
    for name, service in services.items():
        if not service["image"].startswith("henpin"):
            continue
        check_variables(f"{where}: {name}", service.get("environment", {}))
        if not (service.get("read_only") and service.get("cap_drop") == ["ALL"]):
            problem(where, f"{name} may write or has capabilities")
        if name in SERVICES and name != "henpin" and int(service["stop_grace_period"].rstrip("s")) <= STOP_S:
            problem(where, f"{name} is killed before it may have stopped")
        build = service.get("build", {}).get("target")
        if build and service["image"].split(":")[0] not in (f"henpin-{build}", build):
            problem(where, f"{name}: image {service['image']} is built as {build}")


def check_kubernetes():
    documents = {path: list(yaml.safe_load_all(read(path))) for path in glob.glob("deploy/k8s/**/*.yaml", recursive=True)}
    deployments = {d["metadata"]["name"] for docs in documents.values() for d in docs
                   if isinstance(d, dict) and d.get("kind") == "Deployment"}
    for name in SERVICES:
        if name != "henpin" and f"henpin-{name}" not in deployments:
            problem("deploy/k8s", f"no Deployment henpin-{name}")
    for path, docs in documents.items():
        for d in docs:
            if isinstance(d, dict):
                check_generator(path, d)
        check_variables(path, re.findall(r"name: ((?:HENPIN|KAFKA|SCHEMA_REGISTRY)_\w+)", read(path)))
    listed = set()
    for path in glob.glob("deploy/k8s/**/kustomization.yaml", recursive=True):
        folder = path.rsplit("/", 1)[0]
        d = yaml.safe_load(read(path))
        listed |= {f"{folder}/{r}" for r in d.get("resources", []) + [p["path"] for p in d.get("patches", [])]} | {path}
    for path in sorted(set(documents) - listed):
        problem(path, "is in no kustomization")
    pod = documents["deploy/k8s/base/pod.yaml"][0]["spec"]["template"]["spec"]
    if pod["terminationGracePeriodSeconds"] <= STOP_S:
        problem("deploy/k8s/base/pod.yaml", "a worker is killed before it may have stopped")


def check_generator(path, document):
    for generator in document.get("configMapGenerator", []):
        check_variables(path, [literal.split("=", 1)[0] for literal in generator.get("literals", [])])


check_containerfile()
check_compose()
check_kubernetes()
for line in problems:
    print(line)
sys.exit(1 if problems else 0)
