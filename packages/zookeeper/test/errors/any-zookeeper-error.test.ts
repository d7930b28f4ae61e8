import { expect, expectTypeOf, it } from 'vitest'
import {
  type AnyZooKeeperError,
  ClosedError,
  isZooKeeperError,
  MultiError,
  NoNodeError,
  type ZooKeeperError,
  type ZooKeeperErrorCode,
} from '../../src/index.ts'

it('is a closed union of all codes', () => {
  expectTypeOf<AnyZooKeeperError['code']>().toEqualTypeOf<ZooKeeperErrorCode>()
})

it('tells the classes apart by their codes', () => {
  const indexOf = (error: unknown): number | undefined => {
    if (!isZooKeeperError(error) || error.code !== 'ZK_MULTI_FAILED') return undefined
    expectTypeOf(error).toEqualTypeOf<MultiError>()
    expectTypeOf(error.error).toEqualTypeOf<ZooKeeperError>()
    return error.index
  }
  expect(indexOf(new MultiError(2, new NoNodeError(-101, 'no such znode')))).toBe(2)
  expect(indexOf(new ClosedError('closed'))).toBeUndefined()
  expect(indexOf(new Error('another'))).toBeUndefined()
})
