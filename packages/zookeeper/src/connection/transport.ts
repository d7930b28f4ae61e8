import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Endpoint } from './connection.ts'
import { explainTlsFailure, serverLeft } from './explain-tls-failure.ts'
import { type TlsOptions, tlsConnectOptions } from './tls-options.ts'

/** A socket that connects, and what a connection must know to use it. */
export interface Transport {
  readonly socket: Socket
  /** Emitted by the socket when bytes can go out. */
  readonly readyEvent: 'connect' | 'secureConnect'
  /** Says why the socket came to its end, made of its error; or of none, when the server ended it. */
  explain(error: Error | undefined): Error
}

/** Connects in plain TCP. */
export function openTcp(endpoint: Endpoint): Transport {
  return {
    socket: connectTcp(endpoint),
    readyEvent: 'connect',
    explain: (error) => error ?? left(),
  }
}

/** Connects, and speaks TLS before anything else. Throws when the options cannot be used. */
export function openTls(endpoint: Endpoint, options: TlsOptions): Transport {
  const socket = connectTls(tlsConnectOptions(endpoint, options))
  const hasClientCertificate = options.cert !== undefined || options.pfx !== undefined
  let isSecure = false
  socket.once('secureConnect', () => {
    isSecure = true
  })
  return {
    socket,
    readyEvent: 'secureConnect',
    explain(error) {
      if (error !== undefined) return explainTlsFailure(error, { isSecure, hasClientCertificate })
      return isSecure ? left() : serverLeft()
    },
  }
}

function left(): Error {
  return new Error('the server closed the connection')
}
