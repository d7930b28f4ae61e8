import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ConnectionPhase, Endpoint } from './connection.ts'
import { explainTlsFailure, serverLeft } from './explain-tls-failure.ts'
import { type TlsOptions, tlsConnectOptions } from './tls-options.ts'

/** A socket that connects, and what a connection must know to use it. */
export interface Transport {
  readonly socket: Socket
  /** Emitted by the socket when bytes can go out. */
  readonly readyEvent: 'connect' | 'secureConnect'
  /** Says why the socket came to its end, made of how far the connection had come and of its error; of none, when the server ended it. */
  explain(phase: ConnectionPhase, error?: Error): Error
}

/** What one read takes at most; each connection has so much of its own. */
const READ_BYTES = 32 * 1024

/** Takes bytes that came. They are valid only during the call. */
export type TakeBytes = (chunk: Buffer) => void

/** Connects in plain TCP. All reads go to one buffer: a new one for each, and a stream between, cost as much as decoding what is in it. */
export function openTcp(endpoint: Endpoint, take: TakeBytes): Transport {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  const callback = (bytes: number) => {
    take(buffer.subarray(0, bytes))
    return true
  }
  return {
    socket: connectTcp({ ...endpoint, onread: { buffer, callback } }),
    readyEvent: 'connect',
    explain: (phase, error) => error ?? left(phase, `${NO_ANSWER}, or it wants TLS`),
  }
}

/** Connects, and speaks TLS before anything else. Throws when the options cannot be used. */
export function openTls(endpoint: Endpoint, options: TlsOptions, take: TakeBytes): Transport {
  const hasClientCertificate = options.cert !== undefined || options.pfx !== undefined
  const socket = connectTls(tlsConnectOptions(endpoint, options))
  socket.on('data', take)
  return {
    socket,
    readyEvent: 'secureConnect',
    explain(phase, error) {
      const isSecure = phase !== 'connecting'
      if (error !== undefined) return explainTlsFailure(error, { isSecure, hasClientCertificate })
      return isSecure ? left(phase, NO_ANSWER) : serverLeft()
    },
  }
}

const NO_ANSWER =
  'the server closed the connection without an answer: it serves nobody now, or is behind what we have seen'

function left(phase: ConnectionPhase, inHandshake: string): Error {
  return new Error(phase === 'handshaking' ? inHandshake : 'the server closed the connection')
}
