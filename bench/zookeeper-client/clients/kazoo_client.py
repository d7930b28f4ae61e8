"""As drive.mjs, for kazoo: python3 kazoo_client.py HOST:PORT CONNECTIONS WINDOW SECONDS BYTES"""

import json
import logging
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import NodeExistsError

ROOT = "/bench"

logging.basicConfig(level=logging.ERROR)
server, connections, window = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seconds, data = float(sys.argv[4]), b"x" * int(sys.argv[5])


def connect(index):
    client = KazooClient(hosts=server, timeout=30)
    client.start()
    client.ensure_path(ROOT)
    try:
        client.create(f"{ROOT}/{index}", data)
    except NodeExistsError:
        pass
    return client


def pump(client, index, operation, until, counts):
    slots = threading.Semaphore(window)
    path = f"{ROOT}/{index}"
    number = 0

    def counted(_result):
        counts[index] += 1

    def finish(_result):
        counts[index] += 1
        slots.release()

    while time.monotonic() < until:
        slots.acquire()
        if operation == "getData":
            client.get_async(path).rawlink(finish)
        elif operation == "setData":
            client.set_async(path, data).rawlink(finish)
        else:
            child = f"{path}-{number}"
            number += 1
            client.create_async(child, data).rawlink(counted)
            client.delete_async(child).rawlink(finish)
    for _ in range(window):
        slots.acquire()


clients = [connect(index) for index in range(connections)]
for operation in ("getData", "setData", "createDelete"):
    counts = [0] * connections
    started, cpu = time.monotonic(), time.process_time()
    threads = [
        threading.Thread(target=pump, args=(client, index, operation, started + seconds, counts))
        for index, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took, cpu = time.monotonic() - started, time.process_time() - cpu
    result = {
        "client": "kazoo",
        "operation": operation,
        "opsPerSecond": round(sum(counts) / took),
        "cpuMicrosPerOp": round(cpu * 1e6 / sum(counts), 2),
        "errors": 0,
    }
    print(json.dumps(result), flush=True)
for client in clients:
    client.stop()
