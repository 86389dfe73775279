"""Servers, databases, topics and workers of the trials.

A trial has a database and consumer groups of its own; the topics are filled once and read by all. Kafka is
reached through a proxy (its advertised address), Postgres through another; the trials themselves look at Postgres directly.
"""
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request

from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from events import PARTITIONS, REFUSED, TOPICS
from proxy import Proxy

SLOW = float(os.environ.get("TEST_SLOW", "1"))
SERVICES = ("orders", "returns", "inquiries")
TEMPLATE = "chaos_template"
WORKER = "chaos_worker"  # whom the workers log in as: no more rights than a worker needs


class Failure(Exception):
    """A promise is broken, or the trial could not show what it wanted to show."""


def until(seconds, what, condition, step=0.1):
    """Waits until the condition is true and gives its value; a Failure names what did not come."""
    deadline = time.monotonic() + seconds * SLOW
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise Failure(f"not within {seconds:g} s: {what}")
        time.sleep(step)
    return value


class World:
    """The private servers and what lies in them."""

    def __init__(self, name, directory, bin_dir):
        self.name, self.dir, self.bin = name, directory, bin_dir
        self.postgres_proxy, self.kafka_proxy = Proxy(), Proxy()
        self.n_databases = 0
        os.makedirs(directory, exist_ok=True)
        try:
            self.start_servers()
            self.admin = AdminClient({"bootstrap.servers": self.brokers, "log_level": 0})
            self.migrate()
        except BaseException:
            self.stop()
            raise

    # ---- servers ----

    def servers(self, *words):
        run = subprocess.run(["tests/tools/servers", *words], text=True, capture_output=True,
                             stdin=subprocess.DEVNULL)
        if run.returncode:
            raise Failure(f"servers {' '.join(words)}: {run.stderr.strip()}")
        return dict(re.findall(r"^(\w+)='(.*)'$", run.stdout, re.M))

    def start_servers(self):
        # A killed process loses nothing that it handed to the system, so fsync would only cost time.
        env = self.servers("start", self.name, "postgres", "fsync=off", "kafka",
                           f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.kafka_proxy.port}",
                           "group.min.session.timeout.ms=6000")
        self.brokers, self.conninfo = env["KAFKA_BOOTSTRAP_SERVERS"], env["PG_CONNINFO"]
        self.kafka_proxy.target = ("127.0.0.1", int(self.brokers.split(":")[1]))
        self.postgres_proxy.target = ("127.0.0.1", int(re.search(r"port=(\d+)", self.conninfo)[1]))

    def resume(self, server):
        self.servers("start", self.name, server)

    def stop(self):
        self.servers("stop", self.name)

    # ---- Postgres ----

    def conninfo_of(self, database, user=None, through_proxy=False):
        """As the owner, or as `user`."""
        text = f"{self.conninfo} dbname={database}"
        if user:
            text += f" user={user}"
        if through_proxy:
            text = re.sub(r"port=\d+", f"port={self.postgres_proxy.port}", text)
            text += " sslmode=disable gssencmode=disable"
        return text

    def sql(self, database, statement):
        run = subprocess.run(["psql", "-X", "-q", "-At", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d",
                              self.conninfo_of(database), "-c", statement], text=True, capture_output=True,
                             stdin=subprocess.DEVNULL)
        if run.returncode:
            raise Failure(f"psql: {run.stderr.strip()}")
        return [line.split("\t") for line in run.stdout.split("\n")[:-1]]

    def try_sql(self, database, statement):
        """None while Postgres does not answer."""
        try:
            return self.sql(database, statement)
        except Failure:
            return None

    def migrate(self):
        self.sql("postgres", f"CREATE DATABASE {TEMPLATE}")
        subprocess.run([f"{self.bin}/henpin", "migrate", "--postgres", self.conninfo_of(TEMPLATE)], check=True,
                       stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        password = re.search(r"\bpassword=(\S+)", self.conninfo)
        self.sql(TEMPLATE, f"CREATE ROLE {WORKER} LOGIN IN ROLE henpin_worker PASSWORD '{password[1] if password else ''}'")
        for table, column in (("sales_order", "order_id"), ("return_case", "return_id"), ("inquiry_thread", "inquiry_id")):
            self.sql(TEMPLATE, f"ALTER TABLE henpin.{table} ADD CONSTRAINT refused CHECK ({column} NOT LIKE '{REFUSED}%')")

    def database(self, template=TEMPLATE):
        self.n_databases += 1
        name = f"t{self.n_databases}"
        self.sql("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    # ---- Kafka ----

    def create_topic(self, name):
        topic = NewTopic(name, PARTITIONS, 1, config={"retention.ms": "-1"})
        self.admin.create_topics([topic])[name].result(30)

    def delete_topic(self, name):
        self.admin.delete_topics([name])[name].result(30)
        until(20, "the topic is gone", lambda: name not in self.admin.list_topics(timeout=10).topics)

    def delete_records(self, name, partition, before):
        where = TopicPartition(name, partition, before)
        self.admin.delete_records([where])[where].result(30)

    def produce(self, name, topic):
        producer = Producer({"bootstrap.servers": self.brokers, "linger.ms": 20, "acks": "all",
                             "enable.idempotence": True, "log_level": 0})
        for partition, records in enumerate(topic.partitions):
            for key, value in records:
                producer.produce(name, value, key, partition)
            producer.poll(0)
        if producer.flush(60 * SLOW):
            raise Failure("could not fill the topics")

    def fill(self, prefix, data):
        for what in TOPICS:
            self.create_topic(f"{prefix}.{what}")
            self.produce(f"{prefix}.{what}", data.topics[what])

    # ---- the end ----

    def grep_logs(self, text):
        """Log lines of all workers that contain the text."""
        found = []
        for entry in sorted(os.scandir(self.dir), key=lambda e: e.name):
            if entry.name.endswith(".log"):
                with open(entry.path, errors="replace") as log:
                    found += [f"{entry.name}: {line.strip()[:300]}" for line in log if text in line]
        return found

    def forget(self):
        shutil.rmtree(self.dir, ignore_errors=True)


class Process:
    """One process of ours, with a log of its own; mechanisms in `mutants` are off, `faults` are of common/base/fault.h."""

    count = 0

    def __init__(self, world, service, name, options, mutants=(), faults=None):
        Process.count += 1
        self.world, self.service = world, service
        self.log_path = f"{world.dir}/{Process.count:04d}-{name}.log"
        command = [f"{world.bin}/henpin-{service}"]
        for option, value in {"log-format": "logfmt", "listen": "127.0.0.1:0", **options}.items():
            command += [f"--{option.replace('_', '-')}", str(value)]
        env = {k: v for k, v in os.environ.items() if not k.startswith(("HENPIN_", "SCHEMA_", "KAFKA_", "PG"))}
        env |= faults or {}
        if mutants:
            env["HENPIN_MUTANT"] = ",".join(mutants)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.killed = False

    def log(self):
        with open(self.log_path, errors="replace") as log:
            return log.read()

    def is_alive(self):
        return self.process.poll() is None

    def signal(self, number):
        if self.is_alive():
            self.process.send_signal(number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait()
        self.killed = True

    def is_stopped(self):
        """By SIGSTOP, its own or ours."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "T"

    def stop(self):
        """SIGTERM, and it must leave with 0 in time."""
        self.signal(signal.SIGTERM)
        try:
            code = self.process.wait(30 * SLOW)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"henpin-{self.service} does not stop on SIGTERM: {self.log_path}") from None
        if code:
            raise Failure(f"henpin-{self.service} ended with {code}: {self.last_words()}")

    def last_words(self):
        return " | ".join(self.log().strip().split("\n")[-2:])[:600]

    def metrics_text(self):
        found = re.search(r"http_port=(\d+)", self.log())
        if not found:
            return ""
        with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}/metrics", timeout=10 * SLOW) as answer:
            return answer.read().decode()

    def metrics(self):
        return {name: float(value) for name, value in
                re.findall(r"^(henpin_\w+) (\S+)$", self.metrics_text(), re.M)}


class Worker(Process):
    """One that reads a topic."""

    def __init__(self, world, service, topic, group, conninfo, mutants=(), faults=None, **options):
        super().__init__(world, service, group, {
            "bootstrap-servers": world.brokers, "postgres": conninfo, "topic": topic, "group": group, "session-timeout": "6s",
            "fetch-wait": "50ms", "recall-interval": "100ms", **options}, mutants, faults)


class Clock(Process):
    """One that looks as if it were then, until nothing is left to tell."""

    def __init__(self, world, at, conninfo, mutants=(), faults=None, **options):
        super().__init__(world, "deadlines", "clock", {"postgres": conninfo, "at": at, **options}, mutants, faults)
