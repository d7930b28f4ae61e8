import { describe, expect, it } from 'vitest'
import type { Answer } from '../../conformance/harness/client/answer.ts'
import { type Exchange, mismatches } from '../../conformance/harness/expectation.ts'
import type { Expectation } from '../../conformance/harness/expectation-schema.ts'

function exchange(by: string | undefined, more: Partial<Answer> = {}): Exchange {
  const headers = by === undefined ? [] : [['x-by', by] as const]
  const answer: Answer = {
    status: 200,
    headers,
    body: 'hello',
    bodyBytes: 5,
    http2: false,
    tookMs: 100,
    requestId: '1',
    ...more,
  }
  const seen = { method: 'GET', target: '/x?y=1', headers: [], body: '', bodyBytes: 0 }
  return { answer, seen: by === undefined ? [] : [{ by, ...seen }] }
}

const judge = (expectation: Expectation, exchanges: readonly Exchange[]) =>
  mismatches(expectation, exchanges, new Map([['first', [exchange('a'), exchange('b')]]]))

describe('mismatches', () => {
  it('finds nothing wrong with what is as expected', () => {
    const expectation: Expectation = {
      status: [200, 201],
      by: ['a', 'b'],
      body: { matches: '^h' },
      headers: { 'x-by': 'a', 'x-none': null },
      sees: { path: '/x', query: 'y=1' },
      took: { atLeast: '50ms', atMost: '1s' },
      attempts: { a: 1, b: 0 },
      counts: { by: { a: [1, 2] }, status: { 200: 1 } },
    }
    expect(judge(expectation, [exchange('a')])).toEqual([])
  })

  it('holds a long body to what was sent', () => {
    const long = { by: 'a', method: 'POST', target: '/', headers: [], body: '', bodyBytes: 20_000 }
    const of = (isFiller: boolean) => [{ ...exchange('a'), seen: [{ ...long, isFiller }] }]
    const expectation: Expectation = { sees: { bodyBytes: 20_000 } }
    expect(judge(expectation, of(true))).toEqual([])
    expect(judge(expectation, of(false))).toEqual(['a saw other bytes of body than were sent'])
  })

  it.each<[string, Expectation, Exchange]>([
    ['another status', { status: 404 }, exchange('a')],
    ['another backend', { by: 'b' }, exchange('a')],
    ['a backend in place of the engine', { by: null }, exchange('a')],
    ['the engine in place of a backend', { by: 'a' }, exchange(undefined)],
    ['a header', { headers: { 'x-by': null } }, exchange('a')],
    ['a body', { body: { lacks: 'ell' } }, exchange('a')],
    ['what nobody saw', { sees: { path: '/x' } }, exchange(undefined)],
    ['another path', { sees: { path: '/y' } }, exchange('a')],
    ['a copy that never came', { copies: { mirror: { path: '/x' } } }, exchange('a')],
    ['time', { took: { atMost: '50ms' } }, exchange('a')],
    ['attempts', { attempts: { a: 2 } }, exchange('a')],
    ['backends that are not counted', { counts: { by: { b: [0, 1] } } }, exchange('a')],
    ['an answer where none may come', { closed: true }, exchange('a')],
  ])('tells of %s', (_, expectation, given) => {
    expect(judge(expectation, [given])).toHaveLength(1)
  })

  it('compares who answered with an earlier request, one by one', () => {
    const both = [exchange('a'), exchange('b')]
    expect(judge({ sameBackendAs: 'first', oneBackend: false }, both)).toEqual([])
    expect(judge({ otherBackendThan: 'first' }, [...both].reverse())).toEqual([])
    expect(judge({ moved: { since: 'first', count: 1 } }, [exchange('a'), exchange('c')])).toEqual(
      [],
    )
    expect(judge({ sameBackendAs: 'first' }, [exchange('b'), exchange('b')])).toHaveLength(1)
  })
})
