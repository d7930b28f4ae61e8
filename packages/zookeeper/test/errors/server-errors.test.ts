import { describe, expect, it } from 'vitest'
import * as errors from '../../src/errors/index.ts'
import { serverError, ZooKeeperError, zooKeeperErrorCodes } from '../../src/errors/index.ts'
import { ErrorCode } from '../../src/protocol/index.ts'

describe('errors', () => {
  it('has a typed error for every code of the wire but those that no reply carries', () => {
    const generic = Object.entries(ErrorCode)
      .filter(([, code]) => serverError(code).code === 'ZK_UNKNOWN_SERVER_ERROR')
      .map(([name]) => name)
    expect(generic.sort()).toEqual(['apiError', 'connectionLoss', 'invalidCallback', 'ok'])
  })

  it('never throws for a code that nobody knows', () => {
    const error = serverError(-4711, '/a')
    expect(error).toMatchObject({
      code: 'ZK_UNKNOWN_SERVER_ERROR',
      serverCode: -4711,
      path: '/a',
      retryable: false,
    })
    expect(error.message).toContain('-4711')
  })

  it('leaves open whether a write happened only where the server does not know', () => {
    const open = Object.entries(ErrorCode)
      .filter(([, code]) => serverError(code, '/a', { mutates: true }).mayHaveHappened)
      .map(([name]) => name)
    expect(open).toEqual([
      'ok',
      'systemError',
      'dataInconsistency',
      'connectionLoss',
      'operationTimeout',
      'apiError',
      'invalidCallback',
      'requestTimeout',
    ])
    expect(serverError(ErrorCode.systemError, '/a').mayHaveHappened).toBe(false)
  })

  it('uses every code, and no other', () => {
    const codes = new Set<string>(['ZK_TRUNCATED', 'ZK_MALFORMED', 'ZK_FRAME_TOO_LONG'])
    for (const Class of Object.values(errors)) {
      if (typeof Class !== 'function' || !(Class.prototype instanceof ZooKeeperError)) continue
      const instance: unknown = Reflect.construct(Class, [0, new Error('x'), {}])
      if (instance instanceof ZooKeeperError && typeof instance.code === 'string') {
        codes.add(instance.code)
      }
    }
    expect([...codes].filter((code) => code.startsWith('ZK_')).sort()).toEqual(
      [...zooKeeperErrorCodes].sort(),
    )
  })
})
