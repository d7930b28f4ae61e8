import { mkdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { boundsCheck } from '../../../src/agent/bounds/bounds-check.ts'
import { parseHostConfig } from '../../../src/agent/host-config.ts'
import type { Answer, View } from '../../../src/model/view/view.ts'
import { listenerOf, routeOf, viewOf } from '../../engines/support/views.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
/** Folders `www`, `www/shop`, `www-other`, `secret`; links `www/out` to `secret`, `alias` to `www`. */
const at = (name: string) => join(folder.path, name)

beforeAll(async () => {
  folder = await temporaryFolder()
  for (const name of ['www/shop', 'www-other', 'secret']) await mkdir(at(name), { recursive: true })
  await symlink(at('secret'), at('www/out'))
  await symlink('../../secret', at('www/shop/up'))
  await symlink(at('www'), at('alias'))
})
afterAll(() => folder?.[Symbol.asyncDispose]())

function viewWith(answer: Answer): View {
  return viewOf({ routes: [routeOf('shop', { id: 'shop.0.2.0', backends: [], answer })] })
}
const staticAt = (root: string) => viewWith({ type: 'static', root, index: [] })
const cgiAt = (root: string) => viewWith({ type: 'cgi', root })
const fastcgi = (address: string, root: string) =>
  viewWith({ type: 'fastcgi', address, root, index: 'index.php' })

/** Undefined: allowed. */
async function refusal(view: View, allow: object): Promise<string | undefined> {
  const { bounds } = parseHostConfig(JSON.stringify({ allow }), 'agent.yaml')
  try {
    await boundsCheck(bounds)(view)
    return undefined
  } catch (error) {
    expect(error).toMatchObject({ code: 'AGENT_FORBIDDEN' })
    return (error as Error).message
  }
}

test('nothing is allowed but what is named, and it is told what to write', async () => {
  expect(await refusal(viewOf(), {})).toBeUndefined()
  expect(await refusal(staticAt('/etc'), {})).toBe(
    'HTTPRoute/shop spec.rules[2].static.root: this host does not allow /etc: write allow: { staticRoots: [/etc] } into its agent.yaml and start the agent again, or ask for something else',
  )
  expect(await refusal(cgiAt('/srv'), { staticRoots: ['/srv'] })).toContain(
    'allow: { cgi: [/srv] }',
  )
  const both = await refusal(fastcgi('127.0.0.1:9000', '/srv'), {})
  expect(both).toContain('spec.rules[2].fastcgi.address: this host does not allow 127.0.0.1:9000')
  expect(both).toContain('spec.rules[2].fastcgi.root: this host does not allow /srv')
})

it.each([
  ['www', true],
  ['www/shop', true],
  ['www/shop/not-there/yet', true],
  ['alias/shop', true],
  ['www-other', false],
  ['secret', false],
  ['www/out', false],
  ['www/out/deeper', false],
  ['www/shop/up', false],
  ['www/../secret', false],
])('a folder is where its links lead: %s', async (name, allowed) => {
  const words = await refusal(staticAt(at(name)), { staticRoots: [`${at('www')}/`] })
  expect(words === undefined).toBe(allowed)
  const byAlias = await refusal(staticAt(at(name)), { staticRoots: [at('alias')] })
  expect(byAlias === undefined).toBe(allowed)
})

it.each([
  ['unix:/run/php/php8.2-fpm.sock', 'unix:/run/php/*.sock', true],
  ['unix:/run/php/a/b.sock', 'unix:/run/php/*.sock', false],
  ['unix:/run/php/a/b.sock', 'unix:/run/**', true],
  ['unix:/run/phpXsock', 'unix:/run/php.sock', false],
  ['127.0.0.1:9000', '127.0.0.1:9000', true],
  ['127.0.0.1:9001', '127.0.0.1:9000', false],
  ['127.0.0.1:9001', '127.0.0.1:*', true],
  ['127.0.0.10:9001', '127.0.0.1:*', false],
  ['[::1]:9000', '[::1]:9000', true],
])('%s is allowed by %s: %s', async (address, pattern, allowed) => {
  const words = await refusal(fastcgi(address, '/srv/app'), { fastcgi: [pattern], cgi: ['/srv'] })
  expect(words === undefined).toBe(allowed)
})

it('judges the folders of a FastCGI server elsewhere by their names', async () => {
  const allow = { fastcgi: ['10.0.0.1:9000'], cgi: [at('www')] }
  expect(await refusal(fastcgi('10.0.0.1:9000', at('www/out')), allow)).toBeUndefined()
})

it('bounds ports where it says so', async () => {
  const view = viewOf({ listeners: [listenerOf(80), listenerOf(8443)] })
  expect(await refusal(view, { listenPorts: [80, '8000-8999'] })).toBeUndefined()
  expect(await refusal(view, { listenPorts: [80] })).toContain(
    'Gateway/edge spec.listeners[1].port: this host does not allow 8443',
  )
})

it('looks again where the structure is another, and not where endpoints are', async () => {
  const { bounds } = parseHostConfig(
    JSON.stringify({ allow: { staticRoots: [at('www')] } }),
    'agent.yaml',
  )
  const check = boundsCheck(bounds)
  await mkdir(at('www/moving'))
  const view = staticAt(at('www/moving'))
  await check(view)
  await rm(at('www/moving'), { recursive: true })
  await symlink(at('secret'), at('www/moving'))
  await check({ ...view, services: new Map() })
  await expect(check({ ...view, routes: [...view.routes] })).rejects.toThrow('does not allow')
})

it.each([
  ['{ staticRoots: [www] }', /allow\.staticRoots\[0\]: must be an absolute path/],
  ['{ staticRoots: [/srv/../etc] }', /without "\." and "\.\."/],
  ['{ staticRoot: [/srv] }', /allow\.staticRoot: .*staticRoots/],
  ['{ fastcgi: [php] }', /allow\.fastcgi\[0\]: must be "unix:"/],
  ['{ listenPorts: [99999] }', /allow\.listenPorts\[0\]: must be a port, or a range/],
  ['{ listenPorts: ["90-80"] }', /allow\.listenPorts\[0\]: must be a port, or a range/],
])('agent.yaml may not say %s', (allow, words) => {
  expect(() => parseHostConfig(`allow: ${allow}`, 'agent.yaml')).toThrow(words)
})

test('configurations in an engine’s own language are refused where it is not allowed', async () => {
  const view = viewOf({ routes: [], native: { text: 'global' } })
  expect(await refusal(view, {})).toMatch(
    /^Gateway\/edge spec\.native: this host does not allow native configuration, .*: write allow: \{ native: true \} into its agent\.yaml/,
  )
  expect(await refusal(view, { native: true })).toBeUndefined()
  expect(await refusal(view, { native: true, listenPorts: [80] })).toContain('8080')
})
