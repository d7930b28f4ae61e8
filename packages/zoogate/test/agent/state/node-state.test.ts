import { expect, it } from 'vitest'
import { decodeNodeState, encodeNodeState } from '../../../src/agent/state/node-state.ts'
import type { Secret } from '../../../src/model/view/view.ts'
import { everythingYaml, resources } from '../../model/sample-resources.ts'

const secrets: readonly Secret[] = [
  { type: 'TLS', name: 'shop', version: '3.abc', chainPem: 'chain', keyPem: 'key' },
  { type: 'CA', name: 'internal', version: '1.abc', certificatesPem: 'ca' },
  { type: 'Users', name: 'staff', version: '2.abc', users: [{ name: 'ada', hash: '$6$…' }] },
]
const state = {
  gateway: 'edge',
  revision: 7,
  resources: resources(everythingYaml),
  secrets: new Map(secrets.map((secret) => [secret.name, secret])),
  pools: [],
}

it('comes back from the disk with its secrets', () => {
  expect(decodeNodeState(encodeNodeState(state))).toEqual(state)
})

it('is none where a secret is another version’s', () => {
  const text = encodeNodeState(state).replace('certificatesPem', 'certificatesDer')
  expect(decodeNodeState(text)).toBeUndefined()
})

it('may be of a time before there were secrets', () => {
  const { secrets: _, ...former } = JSON.parse(encodeNodeState(state)) as Record<string, unknown>
  expect(decodeNodeState(JSON.stringify(former))?.secrets).toEqual(new Map())
})
