import { type Case, head, refused, routed, to } from './case.ts'

export const HEADERS: readonly Case[] = [
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
export const DIFFERENCES: readonly Case[] = [
  routed(
    '/',
    { ...to('main', { sees: { 'x-kept': 'a|b' } }), except: { httpd: to('main') } },
    { headers: ['X-Kept: a', 'X-Kept: b'] },
  ),
  routed(
    '/app',
    { ...to('second'), except: { builtin: to('app'), httpd: to('app') } },
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
    except: { nginx: { status: 431 }, builtin: { status: 431 } },
  },
  {
    name: 'a target of 20 KB',
    parts: [head(`/${'x'.repeat(20_000)}`)],
    ...refused,
    except: { nginx: { status: 414 }, httpd: { status: 414 }, builtin: { status: 431 } },
  },
]
