import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { stateIssues } from '../../src/desired/check-state.ts'
import { loadFiles } from '../../src/desired/load-files.ts'
import { planGateways } from '../../src/desired/plan-gateways.ts'
import { NO_SECRETS } from '../../src/model/resources/desired-state.ts'
import { type Resource, resourceOf } from '../../src/model/resources/resource.ts'

const gatewayYaml = (native: string, more = '') => `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec: { engine: haproxy, native: ${native}${more} }
`

async function load(files: Readonly<Record<string, string | Buffer>>) {
  await using folder = await temporaryFolder()
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text)
  const loaded = await loadFiles([join(folder.path, 'edge.yaml')])
  const resources = new Map(
    [...loaded.sources].map(([key, { resource }]): [string, Resource] => [key, resource]),
  )
  const { issues: unread, sources } = loaded
  const issues = unread.length > 0 ? unread : stateIssues(resources, sources)
  const messages = issues.map(({ field, message }) =>
    `${field}: ${message}`.replaceAll(folder.path, ''),
  )
  return {
    resources,
    messages,
    namedFiles: loaded.namedFiles.map((file) => file.slice(folder.path.length)),
  }
}

it('puts the text in the place of the file’s name, which is followed by those who watch files', async () => {
  const { resources, messages, namedFiles } = await load({
    'edge.yaml': gatewayYaml('{ file: h.cfg }'),
    'h.cfg': 'frontend ä\n',
  })
  expect(messages).toEqual([])
  expect(resourceOf(resources, 'Gateway', 'edge')?.spec.native).toEqual({ text: 'frontend ä\n' })
  expect(namedFiles).toEqual(['/h.cfg'])
})

it.each([
  ['{ file: no.cfg }', '', 'spec.native.file: /no.cfg: there is no such file'],
  ['{ file: big.cfg }', '', 'spec.native.file: /big.cfg is larger than 262144 bytes'],
  ['{ file: latin.cfg }', '', 'spec.native.file: /latin.cfg is not UTF-8'],
  ['{ file: empty.cfg }', '', 'spec.native.file: /empty.cfg is empty'],
  ['{ file: nul.cfg }', '', 'spec.native.file: /nul.cfg has a NUL in it'],
  [
    '{ file: a, znode: /b }',
    '',
    'spec.native: needs exactly one of file, text and znode, and has file and znode',
  ],
  ['{ services: [] }', '', 'spec.native: needs exactly one of file, text and znode'],
  ['{ text: a, services: [b] }', '', 'spec.native.services[0]: there is no Service/b'],
  [
    '{ text: "{{ a }}" }',
    '',
    'spec.native: the template: undefined variable: a, line:1, col:4 (Gateway/edge, haproxy)',
  ],
  [
    '{ text: a }',
    ', limits: { idle: 1s }',
    'spec.limits: is not for a Gateway with native: write it into the text, in the engine’s own words',
  ],
  [
    '{ text: a }',
    ', listeners: [{ name: a, port: 1, protocol: HTTPS, tls: { certificateRefs: [{ name: b }] } }]',
    'spec.listeners[0].tls: is not for a Gateway with native: the text says how connections are decrypted',
  ],
])('refuses %s%s', async (native, more, words) => {
  const { messages } = await load({
    'edge.yaml': gatewayYaml(native, more),
    'big.cfg': 'x'.repeat(256 * 1024 + 1),
    'latin.cfg': Buffer.from([0xe4]),
    'empty.cfg': '',
    'nul.cfg': 'a\0b',
  })
  expect(messages).toEqual([words])
})

it('refuses engines without a language, routes to such a Gateway, and Gateways without either', async () => {
  const builtin = await load({
    'edge.yaml': gatewayYaml('{ text: a }').replace('haproxy', 'builtin'),
  })
  expect(builtin.messages[0]).toContain(
    'spec.native: the builtin engine has no language of its own',
  )
  const route = `---
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: shop }
spec: { parentRefs: [{ name: edge }], rules: [{ static: { root: /srv } }] }
`
  const routed = await load({ 'edge.yaml': gatewayYaml('{ text: a }') + route })
  expect(routed.messages[0]).toContain('Gateway/edge has native configuration')
  const bare = await load({ 'edge.yaml': gatewayYaml('x').replace(', native: x', '') })
  expect(bare.messages).toEqual([
    'spec.listeners: is missing: at least one listener, unless there is native',
  ])
})

it('says in a plan that another text, or the model in its place, is a reload', async () => {
  const state = async (native: string) => {
    const { resources } = await load({ 'edge.yaml': gatewayYaml(native) })
    return { resources, secrets: NO_SECRETS }
  }
  const steps = async (from: string, to: string) =>
    planGateways(await state(from), await state(to)).map(({ action, steps }) => [action, ...steps])
  expect(await steps('{ text: a }', '{ text: b }')).toEqual([['reload', 'native text']])
  expect(await steps('{ text: a }', '{ znode: /b }')).toEqual([
    ['reload', 'native text from the znode /b'],
  ])
  expect(await steps('{ text: a }', '{ text: a }')).toEqual([['none']])
})
