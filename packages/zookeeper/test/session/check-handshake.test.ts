import { describe, expect, it } from 'vitest'
import type { ConnectRequest, ConnectResponse } from '../../src/protocol/index.ts'
import { checkHandshake } from '../../src/session/check-handshake.ts'

const password = Buffer.alloc(16)

function check(
  request: Partial<ConnectRequest>,
  response: Partial<ConnectResponse>,
): ReturnType<typeof checkHandshake> {
  return checkHandshake(
    {
      protocolVersion: 0,
      lastZxidSeen: 0n,
      timeoutMs: 4_000,
      sessionId: 0n,
      password,
      readOnly: false,
      ...request,
    },
    {
      protocolVersion: 0,
      timeoutMs: 4_000,
      sessionId: 7n,
      password,
      readOnly: false,
      ...response,
    },
  )
}

describe('checkHandshake', () => {
  it('takes a new session, the one that was asked for, and the end of that one', () => {
    expect(check({}, {})).toBe('given')
    expect(check({}, { readOnly: undefined })).toBe('given')
    expect(check({ sessionId: 7n }, {})).toBe('given')
    expect(check({ sessionId: 7n }, { timeoutMs: 0, sessionId: 0n })).toBe('expired')
    expect(check({ readOnly: true }, { readOnly: true })).toBe('given')
  })

  it.each([
    ['no session', {}, { timeoutMs: 0, sessionId: 0n }],
    ['the session with the number 0', {}, { sessionId: 0n }],
    ['another session than the one asked for', { sessionId: 8n }, {}],
    ['a read-only session to one who did not ask for it', {}, { readOnly: true }],
    [
      'the end of a session from a server that cannot know',
      { sessionId: 7n, readOnly: true },
      { timeoutMs: 0, sessionId: 0n, readOnly: true },
    ],
  ])('refuses %s', (_what, request, response) => {
    expect(() => check(request, response)).toThrow(/server/)
  })

  it('names sessions as servers log them', () => {
    expect(() => check({ sessionId: -2n }, { sessionId: 0x1000n })).toThrow(
      'the server gave the session 0x1000 for 0xfffffffffffffffe',
    )
  })
})
