"""A pytest plugin that points kazoo's own tests at a server that already runs (ZK_EXTERNAL=HOST:PORT).

kazoo's test harness starts a cluster of three servers of its own and stops single ones. Here each "server" is a small
loopback proxy in front of the one real server: stopping one cuts its connections, and never touches the server.
"""

import asyncio
import gc
import os
import sys
import threading
import types

HOST, _, PORT = os.environ["ZK_EXTERNAL"].rpartition(":")
MEMBERS = 3


class Forwarding:
    """The event loop, in a thread of its own, in which all proxies run."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=10)


class Member:
    """One proxy, with the methods of kazoo's ManagedZooKeeper that its tests use."""

    def __init__(self, forwarding):
        self._forwarding = forwarding
        self._listener = None
        self._writers = set()
        self._port = 0
        self.run()

    @property
    def address(self):
        return "127.0.0.1:%d" % self._port

    @property
    def running(self):
        return self._listener is not None

    def run(self):
        if not self.running:
            self._forwarding.run(self._open())

    def stop(self):
        if self.running:
            self._forwarding.run(self._close())

    def destroy(self):
        self.stop()

    def get_logs(self):
        return []

    async def _open(self):
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def _close(self):
        self._listener.close()
        self._listener = None
        for writer in list(self._writers):
            writer.transport.abort()

    async def _serve(self, reader, writer):
        self._writers.add(writer)
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(HOST, int(PORT))
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(upstream_writer)
        await asyncio.wait(
            [
                asyncio.ensure_future(_copy(reader, upstream_writer)),
                asyncio.ensure_future(_copy(upstream_reader, writer)),
            ],
            return_when=asyncio.FIRST_COMPLETED,
        )
        for end in (writer, upstream_writer):
            self._writers.discard(end)
            end.close()


async def _copy(reader, writer):
    try:
        while True:
            chunk = await reader.read(65536)
            if not chunk:
                return
            writer.write(chunk)
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        return


class Cluster:
    """The members, with the methods of kazoo's ZookeeperCluster that its tests use."""

    def __init__(self):
        forwarding = Forwarding()
        self._members = [Member(forwarding) for _ in range(MEMBERS)]

    def __getitem__(self, index):
        return self._members[index]

    def __iter__(self):
        return iter(self._members)

    def start(self):
        for member in self._members:
            member.run()

    run = start

    def stop(self):
        for member in self._members:
            member.stop()

    def terminate(self):
        # Called behind each class of tests; the next one wants the cluster again.
        self.start()

    def reset(self):
        pass

    def get_logs(self):
        return []


def _provide_objgraph():
    """test_cache.py counts objects with objgraph, which Debian's package does not depend on."""
    try:
        __import__("objgraph")
    except ImportError:
        module = types.ModuleType("objgraph")
        module.count = lambda name: sum(
            1 for candidate in gc.get_objects() if type(candidate).__name__ == name
        )
        sys.modules["objgraph"] = module


_provide_objgraph()

import kazoo.testing.harness  # noqa: E402

_CLUSTER = None


def _global_cluster():
    global _CLUSTER
    if _CLUSTER is None:
        _CLUSTER = Cluster()
    return _CLUSTER


kazoo.testing.harness.get_global_cluster = _global_cluster
