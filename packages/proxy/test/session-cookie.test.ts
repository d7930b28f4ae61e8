import { describe, expect, it } from 'vitest'
import { sessionCookie, sessionEndpointId } from '../src/session-cookie.ts'

describe('the session cookie', () => {
  it.each([
    ['SID=a-1', 'a-1'],
    ['x=1; SID=a-1; y=2', 'a-1'],
    ['SID = a-1 ', 'a-1'],
    ['sid=a-1', undefined],
    ['XSID=a-1', undefined],
    ['SID=', undefined],
    ['SID=../a', undefined],
    ['SID="a"', undefined],
    ['SID=a\r\nx', undefined],
    [`SID=${'a'.repeat(200)}`, undefined],
    [`SID=a; ${'x'.repeat(20_000)}`, undefined],
    [undefined, undefined],
  ])('in %j names %j', (header, id) => {
    expect(sessionEndpointId(header, 'SID')).toBe(id)
  })

  it('reads back what it writes', () => {
    const cookie = sessionCookie('SID', 'a.b_c-1')
    expect(cookie).toBe('SID=a.b_c-1; Path=/; HttpOnly')
    expect(sessionEndpointId(cookie, 'SID')).toBe('a.b_c-1')
  })
})
