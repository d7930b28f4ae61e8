import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { startProgram } from '../../../../test/support/program.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { Barrier, Counter, LockingQueue } from '../../src/index.ts'
import { onEachServer } from '../support/on-each-server.ts'

const script = fileURLToPath(new URL('../support/kazoo_peer.py', import.meta.url))

async function kazoo(...args: readonly string[]): Promise<string> {
  const python = await startProgram('/usr/bin/python3', [script, ...args], {
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  })
  expect(await python.exited, python.output()).toBe(0)
  return python.output().trim()
}

describe.skipIf(missing('kazoo') !== undefined)('recipes shared with kazoo', () => {
  onEachServer((stage) => {
    it('take up each other’s items, counts and barriers', async () => {
      await using zk = await stage.client()
      const path = stage.path()
      await kazoo(stage.server.connectString, path, 'begin')
      const queue = new LockingQueue(zk, `${path}/queue`)
      const urgent = await queue.take()
      expect([String(urgent.data), urgent.priority]).toEqual(['urgent', 50])
      await urgent.consume()
      // Locked while kazoo looks for what is free.
      const held = await queue.take()
      expect(String(held.data)).toBe('first')
      await queue.put('ours', { priority: 10 })
      const counters = [
        new Counter(zk, `${path}/counter`),
        new Counter(zk, `${path}/counter32`, { format: 'int32' }),
      ]
      for (const counter of counters) {
        expect(await counter.increment()).toEqual({ preValue: 7n, postValue: 8n })
      }
      expect(await new Barrier(zk, `${path}/barrier`).remove()).toBe(true)
      const told = await kazoo(stage.server.connectString, path, 'end')
      expect(told).toBe("['ours', 'second'] 8 8 True")
      await held.consume()
      expect(await queue.size()).toBe(0)
    })
  })
})
