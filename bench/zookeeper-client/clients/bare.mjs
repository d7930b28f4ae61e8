// What Node.js's sockets can do at best: requests written by hand, at once where none is under way, else those of one turn of the
// event loop together; replies not decoded beyond their header, no promise, no reconnect, no check of anything. A client that
// does more cannot be cheaper.
import { connect as connectSocket } from 'node:net'
import { drive } from './drive.mjs'

const OPEN_ACL = Buffer.from(
  '000000010000001f00000005776f726c6400000006616e796f6e6500000000',
  'hex',
)
const ANY_VERSION = -1

function connect(server) {
  const [host, port] = server.split(':')
  const socket = connectSocket({ host, port: Number(port), noDelay: true })
  const waiting = []
  let head = 0
  let rest
  let unsent = []
  let xid = 0
  const send = (opCode, path, parts, done) => {
    const bodyBytes = parts.reduce((sum, part) => sum + part.length, 0)
    const frame = Buffer.allocUnsafe(16 + path.length + bodyBytes)
    frame.writeInt32BE(frame.length - 4, 0)
    frame.writeInt32BE(++xid, 4)
    frame.writeInt32BE(opCode, 8)
    frame.writeInt32BE(path.length, 12)
    frame.latin1Write(path, 16)
    let offset = 16 + path.length
    for (const part of parts) offset += part.copy(frame, offset)
    const idle = head === waiting.length
    waiting.push(done)
    if (idle) {
      socket.write(frame)
    } else if (unsent.push(frame) === 1) {
      setImmediate(() => {
        socket.write(unsent.length === 1 ? frame : Buffer.concat(unsent))
        unsent = []
      })
    }
  }
  const client = {
    get: (path, done) => send(4, path, [NO_WATCH], done),
    set: (path, data, done) => send(5, path, [int(data.length), data, int(ANY_VERSION)], done),
    create: (path, data, done) => send(1, path, [int(data.length), data, OPEN_ACL], done),
    remove: (path, done) => send(2, path, [int(ANY_VERSION)], done),
  }
  return new Promise((resolve, reject) => {
    let shaken = false
    socket.on('error', reject)
    socket.on('connect', () => {
      const handshake = Buffer.alloc(49)
      handshake.writeInt32BE(45, 0)
      handshake.writeInt32BE(30_000, 16)
      handshake.writeInt32BE(16, 28)
      socket.write(handshake)
    })
    socket.on('data', (chunk) => {
      const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk])
      let offset = 0
      while (bytes.length - offset >= 4) {
        const end = offset + 4 + bytes.readInt32BE(offset)
        if (end > bytes.length) break
        if (!shaken) {
          shaken = true
          resolve(client)
        } else {
          const done = waiting[head++]
          if (head === 4096) {
            waiting.splice(0, head)
            head = 0
          }
          done(bytes.readInt32BE(offset + 16))
        }
        offset = end
      }
      rest = offset < bytes.length ? bytes.subarray(offset) : undefined
    })
  })
}

const NO_WATCH = Buffer.alloc(1)

function int(value) {
  const buffer = Buffer.allocUnsafe(4)
  buffer.writeInt32BE(value)
  return buffer
}

await drive('bare Node.js socket', connect)
