import { LARGE_BODY } from '../../support/echo-backend.ts'
import { type Case, head, posted, raw, refused, routed, to } from './case.ts'

const POSTED = Buffer.alloc(1024 * 1024, 'sent up ')
const CHUNKS = ['first ', 'second ', 'third'].map(
  (text) => `${text.length.toString(16)}\r\n${text}\r\n`,
)

export const FRAMING: readonly Case[] = [
  { name: 'no Host', parts: raw('GET / HTTP/1.1', 'Connection: close'), ...refused },
  { name: 'an empty Host', parts: [head('/', { host: '' })], ...refused },
  {
    name: 'two equal Hosts',
    parts: [head('/', { headers: ['Host: exact.test'] })],
    ...refused,
    except: { haproxy: to('main') },
  },
  { name: 'two other Hosts', parts: [head('/', { headers: ['Host: b.test'] })], ...refused },
  ...['a b', 'a/b', 'u@exact.test', 'exact..test', 'exact.test:x', 'a,b', 'a"b', '[::1'].map(
    (host) => ({
      name: `Host: ${host}`,
      parts: [head('/', { host })],
      ...refused,
    }),
  ),
  routed('http://u@exact.test/', refused),
  routed('http://exact.test/', { ...refused, except: { httpd: to('main') } }, { host: 'b.test' }),
  ...[
    ['Content-Length: 1', 'Content-Length: 2'],
    ['Content-Length: +1'],
    ['Content-Length: 0x1'],
    ['Content-Length: -1'],
    ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
    ['X Name: a'],
    ['X-Name : a'],
    [': a'],
    ['X-Name: a\0b'],
  ].map((headers) => posted(headers, refused)),
  // RFC 9112 §6.3 lets these be mended or refused.
  posted(['Content-Length: 1', 'Content-Length: 1'], {
    ...refused,
    except: { haproxy: to('main') },
  }),
  posted(['Content-Length: 1, 1'], { ...refused, except: { haproxy: to('main') } }),
  posted(['Content-Length: 11', 'Transfer-Encoding: chunked'], {
    ...refused,
    except: { haproxy: to('main'), httpd: to('main') },
  }),
  posted(['Transfer-Encoding: gzip'], { ...refused, except: { nginx: { status: 501 } } }),
  posted(['Transfer-Encoding: xchunked'], { ...refused, except: { nginx: { status: 501 } } }),
  posted(['Transfer-Encoding: identity, chunked'], {
    ...refused,
    except: { haproxy: { status: 422 }, nginx: { status: 501 } },
  }),
  {
    name: 'HTTP/1.0 without Host',
    parts: raw('GET /other HTTP/1.0'),
    ...to('other', { sees: { host: 'localhost', 'x-forwarded-host': null } }),
  },
  {
    name: 'HTTP/1.0 with Host',
    parts: raw('GET / HTTP/1.0', 'Host: exact.test'),
    ...to('main', { sees: { host: 'exact.test' } }),
  },
  {
    name: 'chunks in HTTP/1.0',
    parts: [
      `${head('/', { version: '1.0', method: 'POST', headers: ['Transfer-Encoding: chunked'] })}0\r\n\r\n`,
    ],
    ...refused,
  },
  routed('/', { status: 405 }, { method: 'TRACE' }),
  {
    name: 'a body',
    parts: [`${head('/app', { method: 'POST', headers: ['Content-Length: 5'] })}hello`],
    ...to('posted', { sent: Buffer.from('hello'), sees: { 'content-length': '5' } }),
  },
  {
    name: 'chunks',
    parts: [
      `${head('/app', { method: 'POST', headers: ['Transfer-Encoding: chunked'] })}${CHUNKS.join('')}0\r\n\r\n`,
    ],
    ...to('posted', { sent: Buffer.from('first second third') }),
  },
  {
    name: 'Expect: 100-continue',
    parts: [
      head('/app', { method: 'POST', headers: ['Content-Length: 5', 'Expect: 100-continue'] }),
      'hello',
    ],
    ...to('posted', { sent: Buffer.from('hello'), interim: [100] }),
  },
  {
    name: '1 MiB up',
    parts: [
      Buffer.concat([
        Buffer.from(
          head('/app', { method: 'POST', headers: [`Content-Length: ${POSTED.length}`] }),
        ),
        POSTED,
      ]),
    ],
    ...to('posted', { sent: POSTED }),
  },
  { name: '1 MiB down', parts: [head('/large')], status: 200, body: LARGE_BODY.toString() },
  {
    name: 'HEAD',
    parts: [head('/app', { method: 'HEAD' })],
    status: 200,
    body: '',
    headers: { 'x-by': 'app' },
  },
  {
    name: 'HEAD of no route',
    parts: [head('/', { method: 'HEAD', host: 'unknown.test' })],
    status: 404,
    body: '',
  },
]
