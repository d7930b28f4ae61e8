import { startProgram } from '../../../../test/support/program.ts'

const CLASS_PATH = ['zookeeper', 'netty-codec', 'netty-resolver', 'slf4j-api', 'commons-cli']
  .map((name) => `/usr/share/java/${name}.jar`)
  .join(':')

/** `zkCli.sh -server 127.0.0.1:PORT set PATH TEXT`, as somebody types it. */
export async function setByZkCli(port: number, path: string, text: string): Promise<void> {
  const server = ['-server', `127.0.0.1:${port}`]
  const main = ['-cp', CLASS_PATH, 'org.apache.zookeeper.ZooKeeperMain']
  await using java = await startProgram('java', [...main, ...server, 'set', path, text])
  await java.exited
}
