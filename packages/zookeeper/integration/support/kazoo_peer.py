"""kazoo's side of recipes that are shared with it: HOST:PORT, a path below which all lies, and the act."""

import sys

from kazoo.client import KazooClient

hosts, path, act = sys.argv[1:]
zk = KazooClient(hosts=hosts)
zk.start()
queue = zk.LockingQueue(path + "/queue")
counter = zk.Counter(path + "/counter", default=5)
counter32 = zk.Counter(path + "/counter32", support_curator=True)
barrier = zk.Barrier(path + "/barrier")
if act == "begin":
    queue.put(b"urgent", priority=50)
    queue.put_all([b"first", b"second"])
    counter += 2
    counter32 += 7
    barrier.create()
else:
    taken = []
    while True:
        item = queue.get(timeout=0.2)
        if item is None:
            break
        taken.append(item.decode())
        queue.consume()
    print(taken, counter.value, counter32.value, barrier.wait(10))
zk.stop()
