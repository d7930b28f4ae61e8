// The server in a process of its own, for tests that kill it: node server-process.mjs FOLDER PORT [TICK_TIME_MS]
import { ZooKeeperServer } from '@zoogate/zookeeper-server'

const [folder, port, tickTimeMs = '2000'] = process.argv.slice(2)
const server = new ZooKeeperServer({
  dataFolder: folder,
  port: Number(port),
  tickTimeMs: Number(tickTimeMs),
  log: (message) => console.log(message),
})
await server.listen()
console.log(`serves on ${server.port}`)
process.once('SIGTERM', () => void server.close())
