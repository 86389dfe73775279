"""henpin-lag as a process, and what it tells: for the suites about it. See operators.py."""
import json
import re
import signal
import subprocess
import urllib.error
import urllib.request

from operators import BIN, DIR, ENV, NAME, ORDERS, SLOW, claim, until


class Lag:
    """henpin-lag with short intervals; ends with the block."""

    def __init__(self, *args, **env):
        self.args, self.env = args, dict(ENV, **env)

    def __enter__(self):
        self.log = f"{DIR}/lag.log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [f"{BIN}/henpin-lag", "--interval", "200ms", "--facts-interval", "300ms", "--window", "3s",
                 *self.args], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env)
        assert until(lambda: "worker.started" in self.text()), self.text()
        self.port = re.search(r'"http_port":(\d+)', self.text())[1]
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        claim("it ends when it is asked to", self.process.wait(30 * SLOW) == 0, self.text())

    def text(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read()

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as r:
                return r.read().decode()
        except urllib.error.HTTPError as e:
            return f"{e.code} {e.read().decode()}"

    def revisions(self):
        return json.loads(self.get("/lag.json"))["revisions"]

    def way(self, group, topic):
        ways = json.loads(self.get("/lag.json"))["ways"]
        return next((w for w in ways if (w["group"], w["topic"]) == (group, topic)), {"partitions": [{}]})

    def partition(self, group=f"{NAME}-orders", topic=ORDERS):
        return self.way(group, topic)["partitions"][0]

    def metric(self, name, **labels):
        """The value of the one series that has these labels, None when there is none."""
        found = [line for line in self.get("/metrics").splitlines() if line.startswith(name + "{") and
                 all(f'{k}="{v}"' in line for k, v in labels.items())]
        return float(found[0].rsplit(" ", 1)[1]) if len(found) == 1 else None
