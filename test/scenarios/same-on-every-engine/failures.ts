import { type Case, type Expected, routed } from './case.ts'

const unavailable: Expected = {
  status: 503,
  body: 'no endpoint is available\n',
  headers: { 'content-type': 'text/plain' },
}
const broken: Expected = { status: 502, body: 'the endpoint gave no valid response\n' }
const timeout: Expected = { status: 504, body: 'the endpoint did not answer in time\n' }

export const FAILURES: readonly Case[] = [
  routed('/weightless', unavailable),
  routed('/nobody', unavailable),
  routed('/dead', unavailable),
  routed('/dead', unavailable, { method: 'POST', headers: ['Content-Length: 0'] }),
  routed('/reset', broken, { method: 'POST', headers: ['Content-Length: 0'] }),
  routed('/reset', broken),
  routed('/garbage', { ...broken, except: { nginx: { status: 0 }, httpd: { status: 200 } } }),
  routed('/limited/silent', timeout),
  routed('/attempt/silent', timeout),
]
