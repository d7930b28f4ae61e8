import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** As drive.mjs, for ZooKeeper's own client: HOST:PORT CONNECTIONS WINDOW SECONDS BYTES. */
public final class JavaClient {
  private static final String ROOT = "/bench";
  private final int window;
  private final byte[] data;
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();

  private JavaClient(int window, byte[] data) {
    this.window = window;
    this.data = data;
  }

  public static void main(String[] args) throws Exception {
    int connections = Integer.parseInt(args[1]);
    double seconds = Double.parseDouble(args[3]);
    byte[] data = new byte[Integer.parseInt(args[4])];
    List<ZooKeeper> clients = new ArrayList<>();
    for (int i = 0; i < connections; i++) clients.add(connect(args[0]));
    createUnlessThere(clients.get(0), ROOT, data);
    for (int i = 0; i < connections; i++) createUnlessThere(clients.get(i), ROOT + "/" + i, data);
    JavaClient warmUp = new JavaClient(Integer.parseInt(args[2]), data);
    warmUp.run(clients, "getData", seconds / 4);
    for (String operation : new String[] {"getData", "setData", "createDelete"}) {
      new JavaClient(Integer.parseInt(args[2]), data).measure(clients, operation, seconds);
    }
    for (ZooKeeper client : clients) client.close();
  }

  private static ZooKeeper connect(String server) throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    ZooKeeper client = new ZooKeeper(server, 30_000, event -> {
      if (event.getState() == KeeperState.SyncConnected) connected.countDown();
    });
    connected.await();
    return client;
  }

  private static void createUnlessThere(ZooKeeper client, String path, byte[] data) throws Exception {
    try {
      client.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    } catch (KeeperException.NodeExistsException e) {
      // Another client of this benchmark was here.
    }
  }

  private void measure(List<ZooKeeper> clients, String operation, double seconds) throws Exception {
    OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long started = System.nanoTime();
    run(clients, operation, seconds);
    double tookSeconds = (System.nanoTime() - started) / 1e9;
    double cpuMicros = (system.getProcessCpuTime() - cpu) / 1e3;
    System.out.printf(Locale.ROOT,
        "{\"client\":\"Java client\",\"operation\":\"%s\",\"opsPerSecond\":%d,\"cpuMicrosPerOp\":%.2f,\"errors\":%d}%n",
        operation, Math.round(done.get() / tookSeconds), cpuMicros / done.get(), errors.get());
  }

  private void run(List<ZooKeeper> clients, String operation, double seconds) throws Exception {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients.size(); i++) {
      ZooKeeper client = clients.get(i);
      String path = ROOT + "/" + i;
      Thread thread = new Thread(() -> pump(client, path, operation, until));
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) thread.join();
  }

  private void pump(ZooKeeper client, String path, String operation, long until) {
    Semaphore slots = new Semaphore(window);
    long number = 0;
    try {
      while (System.nanoTime() < until) {
        slots.acquire();
        switch (operation) {
          case "getData":
            client.getData(path, false, (rc, p, x, d, stat) -> finish(rc, slots), null);
            break;
          case "setData":
            client.setData(path, data, -1, (rc, p, x, stat) -> finish(rc, slots), null);
            break;
          default:
            String child = path + "-" + number++;
            client.create(child, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT,
                (rc, p, x, name) -> count(rc), null);
            client.delete(child, -1, (rc, p, x) -> finish(rc, slots), null);
        }
      }
      slots.acquire(window);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void count(int rc) {
    done.incrementAndGet();
    if (rc != 0) errors.incrementAndGet();
  }

  private void finish(int rc, Semaphore slots) {
    count(rc);
    slots.release();
  }
}
