import { createServer, type Server } from 'node:net'
import { expect, it } from 'vitest'
import { newListeners, trialBind } from '../../src/agent/trial-bind.ts'
import type { Listener } from '../../src/model/view/view.ts'

const listener = (address: string, port: number): Listener => ({
  name: `http-${port}`,
  address,
  port,
  protocol: 'HTTP',
})

async function taken(): Promise<{ port: number; server: Server }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  return { port: address.port, server }
}

it('tries only what the engine does not hold already', () => {
  const served = [listener('*', 80), listener('10.0.0.1', 81)]
  const wanted = [
    listener('127.0.0.1', 80),
    listener('10.0.0.1', 81),
    listener('10.0.0.2', 81),
    listener('*', 81),
    listener('*', 82),
  ]
  expect(newListeners(wanted, served)).toEqual([listener('10.0.0.2', 81), listener('*', 82)])
})

it('names every listener that cannot be bound, and holds none', async () => {
  const { port, server } = await taken()
  await expect(
    trialBind([listener('127.0.0.1', port), listener('203.0.113.1', 1)], []),
  ).rejects.toThrow(
    new RegExp(`http-${port} cannot be bound: 127.0.0.1:${port} is in use.*http-1 cannot be bound`),
  )
  await new Promise<void>((resolve) => server.close(() => resolve()))
  await trialBind([listener('127.0.0.1', port)], [])
  await trialBind([listener('*', port)], [])
})
