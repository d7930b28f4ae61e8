import { connect } from 'node:net'
import {
  closeSessionOperation,
  encodeConnectRequest,
  encodeRequestHeader,
  JuteWriter,
  NOTHING,
  PASSWORD_BYTES,
} from '@zoogate/zookeeper/protocol'

const ANSWER_TIMEOUT_MS = 2_000

/** A session, and what proves that it is ours. */
export interface SessionKey {
  readonly sessionId: bigint
  readonly password: Buffer
}

/**
 * Takes a session over from its owner and closes it, in one write: for the owner it has expired. Resolves when the server has
 * closed the connection, whatever it made of it: the owner may have come back in the middle.
 */
export async function endSession(port: number, key: SessionKey): Promise<void> {
  const writer = new JuteWriter()
  frame(writer, () =>
    encodeConnectRequest(writer, {
      protocolVersion: 0,
      lastZxidSeen: 0n,
      timeoutMs: 4_000,
      sessionId: key.sessionId,
      password: key.password.subarray(0, PASSWORD_BYTES),
      readOnly: false,
    }),
  )
  frame(writer, () => {
    encodeRequestHeader(writer, { xid: 1, type: closeSessionOperation.opCode })
    closeSessionOperation.encodeRequest(writer, NOTHING)
  })
  const bytes = Buffer.from(writer.take())
  await new Promise<void>((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes))
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy())
    socket.on('data', () => {})
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
}

function frame(writer: JuteWriter, write: () => void): void {
  const mark = writer.beginFrame()
  write()
  writer.endFrame(mark)
}
