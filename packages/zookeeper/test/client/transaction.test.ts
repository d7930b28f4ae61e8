import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type MultiOperation,
  type MultiResult,
  type Stat,
  Transaction,
  type ZooKeeper,
} from '../../src/index.ts'
import { friendlyStat } from '../support/friendly-script.ts'

/** Answers as a server would, and keeps what it was asked for. */
function recorder() {
  const sent: (readonly MultiOperation[])[] = []
  const transaction = new Transaction(async (operations) => {
    sent.push([...operations])
    return operations.map(answer)
  })
  return { sent, transaction }
}

function answer(operation: MultiOperation): MultiResult {
  const { type } = operation
  if (type === 'create') return { type, path: `${operation.path}-created` }
  return type === 'setData' ? { type, stat: friendlyStat } : { type }
}

describe('a transaction', () => {
  it('gives each place what its operation gives alone', async () => {
    const { sent, transaction } = recorder()
    const results = await transaction
      .create('/a', 'x', { mode: 'persistentSequential' })
      .setData('/b', 'y', { version: 3 })
      .check('/c', 4)
      .delete('/d')
      .create('/e')
      .commit()
    expectTypeOf(results).toEqualTypeOf<[string, Stat, undefined, undefined, string]>()
    expect(results).toEqual(['/a-created', friendlyStat, undefined, undefined, '/e-created'])
    expect(sent).toEqual([
      [
        { type: 'create', path: '/a', data: 'x', mode: 'persistentSequential' },
        { type: 'setData', path: '/b', data: 'y', version: 3 },
        { type: 'check', path: '/c', version: 4 },
        { type: 'delete', path: '/d' },
        { type: 'create', path: '/e', data: null },
      ],
    ])
  })

  it('is typed where nothing was asked for', async () => {
    const results = await recorder().transaction.commit()
    expectTypeOf(results).toEqualTypeOf<[]>()
    expect(results).toEqual([])
  })

  it('refuses to be continued twice, and to be committed twice: an operation would silently be missing', async () => {
    const { sent, transaction } = recorder()
    const one = transaction.create('/a')
    expect(() => transaction.create('/b')).toThrow('continued or committed')
    await expect(transaction.commit()).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
    await one.commit()
    await expect(one.commit()).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
    expect(sent).toHaveLength(1)
  })

  it('takes a time to live with the modes that have one, and with no other', () => {
    const { transaction } = recorder()
    const create = transaction.create.bind(transaction)
    expectTypeOf(create).toBeCallableWith('/a', null, { mode: 'container' })
    expectTypeOf(create).toBeCallableWith('/a', null, { mode: 'persistentWithTTL', ttlMs: 1 })
    // @ts-expect-error An ephemeral znode goes with its session.
    expectTypeOf(create).toBeCallableWith('/a', null, { mode: 'ephemeral', ttlMs: 1 })
  })
})

describe('a multi', () => {
  it('is typed by position', () => {
    const multi = async (zk: ZooKeeper) =>
      zk.multi([
        { type: 'create', path: '/a' },
        { type: 'setData', path: '/b', data: null },
        { type: 'delete', path: '/c' },
      ])
    type Results = Awaited<ReturnType<typeof multi>>
    expectTypeOf<Results[0]['path']>().toEqualTypeOf<string>()
    expectTypeOf<Results[1]['stat']>().toEqualTypeOf<Stat>()
    expectTypeOf<Results[2]['type']>().toEqualTypeOf<'delete'>()
    expectTypeOf<Results['length']>().toEqualTypeOf<3>()
  })

  it('that reads is typed by position too', () => {
    const multiRead = async (zk: ZooKeeper) =>
      zk.multiRead([
        { type: 'getData', path: '/a' },
        { type: 'getChildren', path: '/b' },
      ])
    type Results = Awaited<ReturnType<typeof multiRead>>
    expectTypeOf<Results[0]['type']>().toEqualTypeOf<'getData' | 'error'>()
    expectTypeOf<Results[1]['type']>().toEqualTypeOf<'getChildren' | 'error'>()
  })

  it('has results of any kind where the operations are only known when the program runs', () => {
    const multi = async (zk: ZooKeeper, operations: readonly MultiOperation[]) =>
      zk.multi(operations)
    expectTypeOf<Awaited<ReturnType<typeof multi>>[number]>().toEqualTypeOf<MultiResult>()
  })
})
