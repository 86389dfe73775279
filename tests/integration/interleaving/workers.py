"""Workers on a database of their own, driven record by record through their standard input."""
import json
import os
import subprocess
import threading
import zlib

from events import INQUIRIES, NOON_JP, ORDERS, RETURNS


class Worker:
    def __init__(self, service, topic, conninfo, n_partitions, options, log):
        self.topic, self.n_partitions, self.n_flushes = topic, n_partitions, 0
        self.offsets = [0] * n_partitions
        self.log = open(log, "ab")
        program = os.path.join(os.environ["HENPIN_BIN"], f"henpin-{service}")
        self.process = subprocess.Popen(
            [program, "--source", "stdin", "--postgres", conninfo, "--listen", "", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        self.say({"clock_us": NOON_JP})

    def say(self, what):
        self.process.stdin.write(json.dumps(what).encode() + b"\n")

    def send(self, key, value):
        partition = zlib.crc32(key.encode()) % self.n_partitions
        self.say({"record": {"topic": self.topic, "partition": partition, "offset": self.offsets[partition],
                             "timestamp_us": NOON_JP, "key": key, "value_hex": value.hex()}})
        self.offsets[partition] += 1

    def flush(self, timeout_s=60):
        """Returns once everything so far is committed and nothing parked can go on."""
        self.n_flushes += 1
        self.say({"flush": self.n_flushes})
        self.process.stdin.flush()
        watch = threading.Timer(timeout_s, self.process.kill)
        watch.start()
        answer = self.process.stdout.readline().decode().strip()
        watch.cancel()
        if answer != f"flushed {self.n_flushes}":
            raise RuntimeError(f"henpin on {self.topic} answered {answer!r} to flush {self.n_flushes}, see {self.log.name}")

    def push(self):
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        code = self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        if code:
            raise RuntimeError(f"henpin on {self.topic} ended with {code}, see {self.log.name}")

    def kill(self):
        self.process.kill()
        self.process.wait()


SERVICES = (("orders", ORDERS), ("returns", RETURNS), ("inquiries", INQUIRIES))


class Pair:
    """The workers, as many as there are `partitions`: orders and returns, or inquiries too; `with` ends them whatever happens."""

    def __init__(self, conninfo, log, partitions=(1, 1), options=((), (), ())):
        self.of = {topic: Worker(service, topic, conninfo, n, extra, f"{log}.{service}")
                   for (service, topic), n, extra in zip(SERVICES, partitions, options)}
        self.orders, self.returns = self.of[ORDERS], self.of[RETURNS]

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for worker in self.of.values():
            if kind:
                worker.kill()
            else:
                worker.end()

    def settle(self):
        """All is told and done; an hour later nobody hopes for the missing orders any more."""
        for worker in self.of.values():
            worker.flush()
        for worker in self.of.values():
            worker.say({"clock_us": NOON_JP + 3_600_000_000})
            worker.flush()
