import { createServer, type Server } from 'node:net'

const SERVES = 'Zookeeper version: 3.8.0\nMode: follower\nNode count: 5\n'
const SERVES_NOT = 'This ZooKeeper instance is not currently serving requests\n'

/**
 * Says its name and a newline once something came, and then sends back what comes. Asked `srvr`, it
 * answers as a member of a ZooKeeper ensemble.
 * @param serves whether that member is part of a quorum
 */
export function createEchoServer(name: string, serves: () => boolean): Server {
  return createServer((socket) => {
    socket.once('data', (first) => {
      if (/^srvr/.test(first.toString('latin1'))) {
        socket.end(serves() ? SERVES : SERVES_NOT)
        return
      }
      socket.write(`${name}\n`)
      socket.write(first)
      socket.pipe(socket)
    })
  })
}
