"""A TCP proxy of the tests: between the workers and Postgres or Kafka it can delay, stall and cut.

`on_commit` makes it understand Postgres' protocol as far as to find a COMMIT: the function is asked at each one and
answers what is to happen to it:
    None      nothing
    "before"  the connection is cut before the COMMIT is forwarded: it did not happen
    "sent"    it is forwarded and the connection cut at once: it happens, perhaps a little later
    "answer"  it is forwarded, its answer swallowed and the connection cut: it has happened
"""
import asyncio
import socket
import struct
import threading


class Proxy:
    def __init__(self, target=None):
        self.target = target  # (host, port); may be set later
        self.delay_s, self.is_stalled, self.is_refusing = 0.0, False, False
        self.on_commit = None
        self.n_cut = 0
        self.links = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(asyncio.start_server(self.accept, sock=self.listener))
        self.loop.run_forever()

    def cut_all(self):
        """Every connection ends with a reset, whatever is under way."""
        self.loop.call_soon_threadsafe(lambda: [link.abort() for link in list(self.links)])

    def heal(self):
        self.delay_s, self.is_stalled, self.is_refusing, self.on_commit = 0.0, False, False, None

    async def accept(self, reader, writer):
        if self.is_refusing or not self.target:
            writer.transport.abort()
            return
        try:
            server_reader, server_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.transport.abort()
            return
        await Link(self, (reader, writer), (server_reader, server_writer)).run()


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server
        self.parser = CommitFinder() if proxy.on_commit else None
        self.swallows = False

    async def run(self):
        self.proxy.links.add(self)
        try:
            await asyncio.gather(self.forward(), self.backward())
        except (OSError, EOFError, asyncio.IncompleteReadError):
            pass
        finally:
            self.abort()
            self.proxy.links.discard(self)

    def abort(self):
        for _, writer in (self.client, self.server):
            writer.transport.abort()

    async def pass_on(self, data, writer):
        if self.proxy.delay_s:
            await asyncio.sleep(self.proxy.delay_s)
        while self.proxy.is_stalled:
            await asyncio.sleep(0.02)
        writer.write(data)
        await writer.drain()

    async def read(self, reader):
        data = await reader.read(65536)
        if not data:
            raise EOFError
        return data

    async def forward(self):
        reader, writer = self.client[0], self.server[1]
        while True:
            data = await self.read(reader)
            if not self.parser:
                await self.pass_on(data, writer)
                continue
            before, commit, after = self.parser.split(data)
            await self.pass_on(before, writer)
            if not commit:
                continue
            what = self.proxy.on_commit and self.proxy.on_commit()
            if what:
                self.proxy.n_cut += 1
            if what == "before":
                raise EOFError
            self.swallows = what == "answer"
            await self.pass_on(commit + after, writer)
            if what == "sent":
                # Not a reset, which would throw away what Postgres has not read yet.
                writer.write_eof()
                await asyncio.sleep(0.05)
                raise EOFError

    async def backward(self):
        reader, writer = self.server[0], self.client[1]
        while True:
            data = await self.read(reader)
            if self.swallows:
                raise EOFError
            await self.pass_on(data, writer)


class CommitFinder:
    """Follows the messages from client to server: https://www.postgresql.org/docs/current/protocol-message-formats.html"""

    def __init__(self):
        self.rest, self.is_started, self.commits = b"", False, set()

    def split(self, data):
        """(what comes before a COMMIT, the COMMIT with all that follows, b""); incomplete messages are kept back."""
        self.rest += data
        out, commit = [], []
        while True:
            head = 1 if self.is_started else 0
            if len(self.rest) < head + 4:
                break
            size = head + struct.unpack(">I", self.rest[head:head + 4])[0]
            if len(self.rest) < size:
                break
            message, self.rest = self.rest[:size], self.rest[size:]
            is_commit = self.is_started and self.is_commit(message)
            self.is_started = True
            (commit if commit or is_commit else out).append(message)
        return b"".join(out), b"".join(commit), b""

    def is_commit(self, message):
        kind, words = message[:1], message[5:].split(b"\0")
        if kind == b"Q":
            return words[0].strip().upper().startswith(b"COMMIT")
        if kind == b"P" and words[1].strip().upper() == b"COMMIT":
            self.commits.add(words[0])
        return kind == b"B" and words[1] in self.commits
