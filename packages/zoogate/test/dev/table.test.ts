import { expect, test } from 'vitest'
import { type DevState, gatewayLine, renderScreen } from '../../src/dev/table.ts'

const state: DevState = {
  zookeeper: '127.0.0.1:2181',
  gateways: [
    {
      name: 'edge',
      engine: 'haproxy',
      urls: ['http://127.0.0.1:8080'],
      revision: 2,
      target: 3,
      state: 'failed',
      services: [{ name: 'shop', up: 2, all: 3 }],
      problem: 'port 8080 is taken',
    },
  ],
  instances: [{ name: 'shop-1', pid: 7, state: 'running' }],
  messages: [{ at: new Date(2026, 0, 1, 9, 5, 3), level: 'info', text: 'revision 3: shop.yaml' }],
}

test('a wide terminal shows everything', () => {
  expect(renderScreen(state, 120, false)).toEqual([
    'zoogate dev  ZooKeeper 127.0.0.1:2181  Ctrl-C stops it all',
    '',
    'GATEWAY  ENGINE   ADDRESS                ENDPOINTS  REVISION       STATE',
    'edge     haproxy  http://127.0.0.1:8080  shop 2/3   2 (3 to come)  failed',
    '  port 8080 is taken',
    '',
    'instances: shop-1 (pid 7)',
    '',
    '09:05:03 revision 3: shop.yaml',
  ])
})

test('a narrow one keeps the endpoints and the state, and no line wraps', () => {
  const lines = renderScreen(state, 30, false)
  expect(lines[2]).toBe('GATEWAY  ENDPOINTS  STATE')
  expect(lines[3]).toBe('edge     shop 2/3   failed')
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(30)
})

test('colours change no text', () => {
  const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')
  const plain = renderScreen(state, 80, true).map((line) => line.replaceAll(escapes, ''))
  expect(plain).toEqual(renderScreen(state, 80, false))
})

test('a log has a line for a Gateway', () => {
  const [gateway] = state.gateways
  expect(gateway && gatewayLine(gateway)).toBe(
    'edge (haproxy) http://127.0.0.1:8080 endpoints shop 2/3 revision 2 (3 to come) failed: port 8080 is taken',
  )
})
