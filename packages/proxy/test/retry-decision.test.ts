import { describe, expect, it } from 'vitest'
import { CONNECT_RETRIES_MAX, failureStatus, mayRetry, RETRIES_MAX } from '../src/retry-decision.ts'

const question = {
  method: 'GET',
  body: 'none',
  bodyBegun: false,
  connectFailures: 0,
  otherFailures: 0,
} as const

describe('mayRetry', () => {
  it.each(['GET', 'POST', 'PATCH', 'DELETE'])('sends %s elsewhere when nobody was reached', (m) => {
    const asked = { ...question, failure: 'connect', method: m, body: 'present' } as const
    expect(mayRetry({ ...asked, connectFailures: 1 })).toBe(true)
    expect(mayRetry({ ...asked, connectFailures: CONNECT_RETRIES_MAX })).toBe(true)
    expect(mayRetry({ ...asked, connectFailures: CONNECT_RETRIES_MAX + 1 })).toBe(false)
    expect(mayRetry({ ...asked, connectFailures: 1, bodyBegun: true })).toBe(false)
  })

  it.each([
    ['GET', 'none', true],
    ['HEAD', 'none', true],
    ['OPTIONS', 'none', true],
    ['TRACE', 'none', true],
    ['PUT', 'none', true],
    ['DELETE', 'none', true],
    ['PUT', 'present', false],
    ['GET', 'present', false],
    ['POST', 'none', false],
    ['PATCH', 'none', false],
    ['get', 'none', false],
    ['LOCK', 'none', false],
  ] as const)('after a reset of %s with body %s: %s', (method, body, expected) => {
    const asked = { ...question, failure: 'reset', method, body } as const
    expect(mayRetry({ ...asked, otherFailures: 1 })).toBe(expected)
    expect(mayRetry({ ...asked, otherFailures: RETRIES_MAX })).toBe(expected)
    expect(mayRetry({ ...asked, otherFailures: RETRIES_MAX + 1 })).toBe(false)
  })

  it('never after a timeout or what is not HTTP', () => {
    expect(mayRetry({ ...question, failure: 'timeout', otherFailures: 1 })).toBe(false)
    expect(mayRetry({ ...question, failure: 'protocol', otherFailures: 1 })).toBe(false)
  })

  it('answers 504 after a timeout, 503 where nobody was reached and else 502', () => {
    expect(failureStatus('timeout')).toBe(504)
    expect((['connect', 'reset', 'protocol'] as const).map(failureStatus)).toEqual([503, 502, 502])
  })
})
