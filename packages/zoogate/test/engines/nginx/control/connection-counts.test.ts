import { expect, test } from 'vitest'
import { parseConnectionCounts } from '../../../../src/engines/nginx/control/connection-counts.ts'

const answer = (last: string) =>
  `Active connections: 11 \nserver accepts handled requests\n 15 15 12 \n${last}\n`

test('what nginx 1.22 answers, without the connection that asks', () => {
  expect(parseConnectionCounts(answer('Reading: 1 Writing: 3 Waiting: 8 '))).toEqual({
    idle: 8,
    busy: 3,
  })
})

test('nobody but who asks', () => {
  expect(parseConnectionCounts(answer('Reading: 0 Writing: 1 Waiting: 0 '))).toEqual({
    idle: 0,
    busy: 0,
  })
})

test.each(['', 'Reading: 1', 'Reading: 0 Writing: -1 Waiting: 0', '<html></html>'])(
  'no answer of nginx: %j',
  (text) => {
    expect(parseConnectionCounts(text)).toBeUndefined()
  },
)
