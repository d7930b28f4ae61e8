import { expect, it } from 'vitest'
import { readTextFrame, textFrame } from '../../conformance/harness/client/websocket-frames.ts'

it.each([true, false])('reads what it writes, masked: %s', (masked) => {
  const frame = textFrame('héllo', masked)
  expect(readTextFrame(frame)).toBe('héllo')
  expect(readTextFrame(frame.subarray(0, -1))).toBeUndefined()
  expect(frame.includes('llo')).toBe(!masked)
})

it.each([125, 126, 65_535])('reads a message of %i bytes, once it is whole', (bytes) => {
  const text = 'x'.repeat(bytes)
  const frame = textFrame(text, true)
  expect(readTextFrame(frame)).toBe(text)
  for (const length of [1, 3, frame.length - 1]) {
    expect(readTextFrame(frame.subarray(0, length))).toBeUndefined()
  }
})
