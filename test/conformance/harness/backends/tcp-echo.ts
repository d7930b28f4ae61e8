import { createServer, type Server } from 'node:net'

/** Says its name and a newline, then sends back what comes. */
export function createEchoServer(name: string): Server {
  return createServer((socket) => {
    socket.write(`${name}\n`)
    socket.pipe(socket)
  })
}
