import { expect, it } from 'vitest'
import { readTextFrame, textFrame } from '../../conformance/harness/client/websocket-frames.ts'

it.each([true, false])('reads what it writes, masked: %s', (masked) => {
  const frame = textFrame('héllo', masked)
  expect(readTextFrame(frame)).toBe('héllo')
  expect(readTextFrame(frame.subarray(0, -1))).toBeUndefined()
  expect(frame.includes('llo')).toBe(!masked)
})
