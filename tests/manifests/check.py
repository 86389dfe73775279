#!/usr/bin/env python3
"""check.py FILE OVERLAY: what is demanded of the resolved manifests beside Kubernetes' schemas.

Each container's variables are handed to the program it runs, with --print-config: so a name, a range or a pair
that the program refuses is found here. Kinds that Kubernetes itself does not know (KEDA's, the Prometheus operator's) are
compared with the fields that are listed below, taken from their documentation: second best to their schemas.
"""
import os
import subprocess
import sys
import tempfile

import yaml

BIN = os.environ.get("HENPIN_BIN", "build/release")
FOREIGN = {
    "ScaledObject": {"": {"scaleTargetRef", "minReplicaCount", "maxReplicaCount", "pollingInterval", "advanced", "triggers"},
                     "triggers": {"type", "metricType", "metadata"}},
    "ServiceMonitor": {"": {"selector", "endpoints"}, "endpoints": {"port", "path", "interval", "relabelings", "metricRelabelings"}},
}
problems = []


def demand(holds, what):
    if not holds:
        problems.append(what)


def objects(path):
    with open(path, encoding="utf-8") as file:
        return [d for d in yaml.safe_load_all(file) if d]


def pods(documents):
    """(name of the workload, its pod's labels, its pod's spec)"""
    for d in documents:
        spec = d.get("spec", {})
        if d["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if d["kind"] in ("Deployment", "Job", "CronJob"):
            template = spec["template"]
            yield d, template["metadata"].get("labels", {}), template["spec"]


def variables(container, configs):
    """What the container's program would see, and whether each reference leads somewhere."""
    seen = {}
    for source in container.get("envFrom", []):
        name = source["configMapRef"]["name"]
        demand(name in configs, f"no ConfigMap {name}")
        seen.update(configs.get(name, {}))
    seen.update({e["name"]: e["value"] for e in container.get("env", [])})
    return seen


def run_program(name, container, seen, directory):
    program = container["image"].rsplit("/", 1)[-1].split(":")[0]
    for key in [k for k in seen if k.endswith("_FILE")]:
        seen[key] = os.path.join(directory, "secret")
    args = container.get("args", [])
    out = subprocess.run([f"{BIN}/{program}", *args, "--print-config"], env=seen, capture_output=True, text=True, check=False)
    demand(out.returncode == 0, f"{name}: {program} {' '.join(args)} refuses its variables: {out.stderr}")
    for key in seen:
        demand(key.startswith(("HENPIN_", "KAFKA_", "SCHEMA_REGISTRY_")), f"{name}: {key} is no variable of ours")


def check_pod(document, labels, spec, configs, directory):
    name, context = document["metadata"]["name"], spec["securityContext"]
    demand(context["runAsNonRoot"] and context["runAsUser"] == 65532 and context["seccompProfile"]["type"] == "RuntimeDefault",
           f"{name}: runs as root or unconfined")
    demand(spec["automountServiceAccountToken"] is False, f"{name}: gets a token of the cluster that it never needs")
    demand(labels.get("app.kubernetes.io/part-of") == "henpin", f"{name}: the network policy does not reach it")
    for c in spec["containers"]:
        own = c["securityContext"]
        demand(own["readOnlyRootFilesystem"] and not own["allowPrivilegeEscalation"] and own["capabilities"]["drop"] == ["ALL"],
               f"{name}: may write, gain rights or has capabilities")
        demand(c["resources"]["requests"]["cpu"] and c["resources"]["limits"]["memory"], f"{name}: no resources")
        mounts = {m["name"] for m in c["volumeMounts"]}
        demand(mounts == {v["name"] for v in spec["volumes"]}, f"{name}: volumes and mounts differ")
        if document["kind"] == "Deployment":
            demand(all(c.get(p + "Probe") for p in ("startup", "liveness", "readiness")), f"{name}: lacks a probe")
            demand(document["spec"]["selector"]["matchLabels"].items() <= labels.items(), f"{name}: does not select its pods")
        run_program(name, c, variables(c, configs), directory)


def check_foreign(document):
    for path, fields in FOREIGN.get(document["kind"], {}).items():
        places = document["spec"][path] if path else [document["spec"]]
        for place in places:
            demand(set(place) <= fields, f"{document['metadata']['name']}: unknown {set(place) - fields}")


def check_selected(documents, labels_of):
    """Budgets, services and scalers point at something."""
    names = {d["metadata"]["name"] for d in documents if d["kind"] == "Deployment"}
    for d in documents:
        name, spec = d["metadata"]["name"], d.get("spec", {})
        if d["kind"] == "ScaledObject":
            demand(spec["scaleTargetRef"]["name"] in names, f"{name}: scales nothing")
        selector = {"PodDisruptionBudget": lambda: spec["selector"]["matchLabels"], "Service": lambda: spec["selector"],
                    "NetworkPolicy": lambda: spec["podSelector"]["matchLabels"]}.get(d["kind"])
        if selector:
            demand(any(selector().items() <= labels.items() for labels in labels_of), f"{d['kind']} {name} selects no pod")


def main(path, overlay):
    documents = objects(path)
    configs = {d["metadata"]["name"]: d["data"] for d in documents if d["kind"] == "ConfigMap"}
    labels_of = []
    with tempfile.TemporaryDirectory() as directory:
        with open(os.path.join(directory, "secret"), "w", encoding="utf-8") as file:
            file.write("host=db")
        for document, labels, spec in pods(documents):
            labels_of.append(labels)
            check_pod(document, labels, spec, configs, directory)
            if overlay == "production":
                images = [c["image"] for c in spec["containers"]]
                demand(all(":" in i.rsplit("/", 1)[-1] and not i.endswith(":latest") for i in images), f"image without version: {images}")
    demand(len(labels_of) >= 7, f"only {len(labels_of)} workloads")
    check_selected(documents, labels_of)
    for d in documents:
        check_foreign(d)
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main(*sys.argv[1:3])
