import { createHash } from 'node:crypto'
import { LARGE_BODY } from '../support/echo-backend.ts'
import type { EngineName } from '../support/stack.ts'
import type { ServiceName } from './same-routes.ts'

/** A request, byte by byte, and what every engine makes of it. */
export interface Case {
  readonly name: string
  readonly parts: readonly (string | Buffer)[]
  readonly status: number
  /** Whose answer it is; absent: the engine's own. */
  readonly by?: ServiceName
  /** The target as that server saw it; absent: not looked at. */
  readonly target?: string
  /** What that server saw of headers, joined by `|` where repeated; null: not there. */
  readonly sees?: Readonly<Record<string, string | null>>
  /** What it saw of the body. */
  readonly sent?: Buffer
  /** The response's body. */
  readonly body?: string
  /** Headers of the response, joined by `|`; null: not there. */
  readonly headers?: Readonly<Record<string, string | null>>
  readonly interim?: readonly number[]
  /** Where an engine cannot: each of these is in docs/reference/engines.md. */
  readonly except?: Partial<
    Record<EngineName, { readonly status: number; readonly by?: ServiceName }>
  >
}

interface Head {
  readonly method?: string
  readonly host?: string
  readonly version?: string
  readonly headers?: readonly string[]
  /** What follows the head. */
  readonly body?: string | Buffer
}

/** A request's bytes. */
export function head(target: string, options: Head = {}): string {
  const { method = 'GET', host = 'exact.test', version = '1.1', headers = [] } = options
  const lines = [`${method} ${target} HTTP/${version}`, `Host: ${host}`, ...headers]
  return `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`
}

function raw(...lines: readonly string[]): readonly string[] {
  return [`${lines.join('\r\n')}\r\n\r\n`]
}

type Expected = Omit<Case, 'name' | 'parts'>

const to = (by: ServiceName, more: Partial<Expected> = {}): Expected => ({
  status: 200,
  by,
  ...more,
})
const refused: Expected = { status: 400 }
const noRoute: Expected = { status: 404, body: 'no route matches\n' }

function routed(target: string, expected: Expected, options: Head = {}): Case {
  const { method = 'GET', host = 'exact.test', headers = [] } = options
  const name = [method, host + target, ...headers].join(' ')
  return { name, parts: [head(target, options)], ...expected }
}

/** A POST of one byte, whose framing is in question. */
function posted(headers: readonly string[], expected: Expected): Case {
  const body = headers.some((header) => header.includes('chunked')) ? '1\r\n1\r\n0\r\n\r\n' : '1'
  const parts = [head('/', { method: 'POST', headers }) + body]
  return { name: headers.join(' and '), parts, ...expected }
}

const POSTED = Buffer.alloc(1024 * 1024, 'sent up ')
const CHUNKS = ['first ', 'second ', 'third'].map(
  (text) => `${text.length.toString(16)}\r\n${text}\r\n`,
)

const ROUTING: readonly Case[] = [
  routed('/', to('main')),
  routed('/apple', to('main')),
  routed('/app', to('app')),
  routed('/app/', to('app')),
  routed('/app/x?y=/admin', to('app', { target: '/app/x?y=/admin' })),
  routed('/app?x', to('app', { target: '/app?x' })),
  routed('/App', to('main')),
  routed('/only', to('only')),
  routed('/only/', to('main')),
  routed('/onlyx', to('main')),
  routed('/app', to('posted'), { method: 'POST', headers: ['Content-Length: 0'] }),
  routed('/app', to('app'), { method: 'PUT', headers: ['Content-Length: 0'] }),
  routed('/app', to('second'), { headers: ['X-Version: 2'] }),
  routed('/app', to('second'), { headers: ['x-VERSION:2  '] }),
  routed('/app', to('app'), { headers: ['X-Version: 22'] }),
  routed('/app', to('posted'), { method: 'POST', headers: ['X-Version: 2', 'Content-Length: 0'] }),
  routed('/other/x', to('main')),
  routed('/', to('main'), { host: 'EXACT.Test' }),
  routed('/', to('main', { sees: { host: 'exact.test:8080' } }), { host: 'exact.test:8080' }),
  routed('/', to('main', { sees: { host: 'exact.test.' } }), { host: 'exact.test.' }),
  routed('/', noRoute, { host: 'x.exact.test' }),
  routed('/x', to('wild'), { host: 'a.wild.test' }),
  routed('/x', to('wild'), { host: 'a.b.wild.test' }),
  routed('/', noRoute, { host: 'wild.test' }),
  routed('/', noRoute, { host: 'badwild.test' }),
  routed('/deep/x', to('deep'), { host: 'a.deep.wild.test' }),
  routed('/x', to('wild'), { host: 'a.deep.wild.test' }),
  routed('/other', to('other'), { host: 'unknown.test' }),
  routed('/other', to('other'), { host: '127.0.0.1:80' }),
  routed('/other', to('other'), { host: '[::1]:80' }),
  routed('/other', to('wild'), { host: 'a.wild.test' }),
  routed('/', noRoute, { host: 'unknown.test' }),
  routed('/%C3%A9/x', to('other', { target: '/%C3%A9/x' }), { host: 'unknown.test' }),
  routed('http://exact.test/app', to('app', { target: '/app' })),
  routed('http://exact.test', to('main', { target: '/' })),
]

/** No spelling of a path leads around a route. */
const SPELLINGS: readonly Case[] = [
  routed('/%61dmin', to('admin', { target: '/%61dmin' })),
  routed('/ad%6Din/x', to('admin', { target: '/ad%6Din/x' })),
  routed('/admi%256e', to('main', { target: '/admi%256e' })),
  routed('//admin', to('main', { target: '//admin' })),
  routed('/app//admin', to('app', { target: '/app//admin' })),
  routed('/admin//', to('admin', { target: '/admin//' })),
  routed('/admin;x', to('main', { target: '/admin;x' })),
  routed('/admin%3Fx', to('main', { target: '/admin%3Fx' })),
  routed('/admin\\x', to('main', { target: '/admin\\x' })),
  routed('/ADMIN', to('main')),
  routed('/...', to('main', { target: '/...' })),
  routed('/.admin', to('main', { target: '/.admin' })),
  routed('/app?/../admin', to('app', { target: '/app?/../admin' })),
  routed('/app?a=%2f%00%', to('app', { target: '/app?a=%2f%00%' })),
  ...[
    ...['/app/../admin', '/app/%2e%2e/admin', '/app/.%2E/admin', '/./admin', '/%2e/admin', '/..'],
    ...['/app/..', '/app/.', '/app/..?x', '/../admin', '/app%2Fx', '/app%2f..%2fadmin'],
    ...['/admin%00', '/%', '/%4', '/%zz', '/a%c', '/admin#x', '/app?x#y', '/\xe9', '/app?\xe9'],
    ...['http://exact.test/app/../admin', 'http://exact.test/%2e%2e/admin', 'admin', '*'],
  ].map((target) => ({ ...routed(target, refused), parts: [Buffer.from(head(target), 'latin1')] })),
]

const FRAMING: readonly Case[] = [
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
  routed('http://exact.test/', refused, { host: 'b.test' }),
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
    except: { haproxy: to('main') },
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

const HEADERS: readonly Case[] = [
  routed(
    '/',
    to('main', {
      sees: {
        host: 'exact.test',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'exact.test',
        forwarded: 'for=127.0.0.1;proto=http',
        upgrade: null,
      },
    }),
    {
      headers: ['Upgrade: h2c'],
    },
  ),
  routed(
    '/',
    to('main', {
      sees: {
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'exact.test',
        'x-forwarded-port': null,
        'x-real-ip': null,
        forwarded: 'for=127.0.0.1;proto=http',
        x_forwarded_for: null,
      },
    }),
    {
      headers: [
        'X-Forwarded-For: 6.6.6.6',
        'X-Forwarded-For: 7.7.7.7',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Host: evil.test',
        'X-Forwarded-Port: 1',
        'X-Real-IP: 6.6.6.6',
        'Forwarded: for=6.6.6.6',
        'X_Forwarded_For: 6.6.6.6',
      ],
    },
  ),
  routed(
    '/',
    to('main', {
      sees: {
        te: null,
        'keep-alive': null,
        'proxy-connection': null,
        'proxy-authorization': null,
        trailer: null,
        'x-kept': 'a|b',
        cookie: 'a=1; b=2',
        authorization: 'Basic eA==',
        'user-agent': null,
        accept: null,
        'accept-encoding': 'gzip',
      },
    }),
    {
      headers: [
        'TE: trailers',
        'Keep-Alive: timeout=5',
        'Proxy-Connection: keep-alive',
        'Proxy-Authorization: Basic x',
        'Trailer: x',
        'X-Kept: a',
        'X-Kept: b',
        'Cookie: a=1; b=2',
        'Authorization: Basic eA==',
        'Accept-Encoding: gzip',
      ],
    },
  ),
  {
    name: 'headers of a response',
    parts: [head('/hop')],
    status: 418,
    body: 'teapot',
    headers: {
      'keep-alive': null,
      'proxy-authenticate': null,
      trailer: null,
      upgrade: null,
      'x-kept': 'yes',
      'x-accel-redirect': '/elsewhere',
      'set-cookie': 'a=1|b=2',
      connection: 'close',
    },
  },
]

/** Where engines differ and cannot help it: each has its line in docs/reference/engines.md. */
const DIFFERENCES: readonly Case[] = [
  routed(
    '/app',
    { ...to('second'), except: { builtin: to('app') } },
    { headers: ['X-Version: 2', 'X-Version: 1'] },
  ),
  routed(
    '/app',
    { ...to('app'), except: { haproxy: to('second') } },
    { headers: ['X-Version: 1', 'X-Version: 2'] },
  ),
  routed('/', to('main'), { method: 'PROPFIND' }),
  routed(
    '/',
    {
      ...to('main', { sees: { 'x-own': null } }),
      except: { haproxy: to('main'), nginx: to('main') },
    },
    { headers: ['Connection: X-Own', 'X-Own: 1'] },
  ),
  {
    name: 'a head of 20 KB',
    parts: [head('/', { headers: [`X-Large: ${'x'.repeat(20_000)}`] })],
    ...refused,
    except: { builtin: { status: 431 } },
  },
  {
    name: 'a target of 20 KB',
    parts: [head(`/${'x'.repeat(20_000)}`)],
    ...refused,
    except: { nginx: { status: 414 }, builtin: { status: 431 } },
  },
]

const unavailable: Expected = {
  status: 503,
  body: 'no endpoint is available\n',
  headers: { 'content-type': 'text/plain' },
}
const broken: Expected = { status: 502, body: 'the endpoint gave no valid response\n' }
const timeout: Expected = { status: 504, body: 'the endpoint did not answer in time\n' }

const FAILURES: readonly Case[] = [
  routed('/weightless', unavailable),
  routed('/nobody', unavailable),
  routed('/dead', unavailable),
  routed('/dead', unavailable, { method: 'POST', headers: ['Content-Length: 0'] }),
  routed('/reset', broken, { method: 'POST', headers: ['Content-Length: 0'] }),
  routed('/reset', broken),
  routed('/garbage', { ...broken, except: { nginx: { status: 0 } } }),
  routed('/limited/silent', timeout),
  routed('/attempt/silent', timeout),
]

export const CASES: readonly Case[] = [
  ...ROUTING,
  ...SPELLINGS,
  ...FRAMING,
  ...HEADERS,
  ...DIFFERENCES,
  ...FAILURES,
]

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
