import { describe, expect, it } from 'vitest'
import { Chroot } from '../../src/client/chroot.ts'
import { toMultiReadResults, toMultiResults } from '../../src/client/multi.ts'
import { friendlyStat } from '../support/friendly-script.ts'

const chroot = new Chroot('/base')
const operations = [
  { type: 'create', path: '/a' },
  { type: 'delete', path: '/b' },
] as const

describe("a multi's results", () => {
  it('have the caller’s paths, whichever create answered', () => {
    expect(
      toMultiResults(
        operations,
        [{ type: 'create2', path: '/base/a', stat: friendlyStat }, { type: 'delete' }],
        chroot,
      ),
    ).toEqual([{ type: 'create', path: '/a', stat: friendlyStat }, { type: 'delete' }])
  })

  it('are an error that names the operation which is the cause', () => {
    const failed = () =>
      toMultiResults(
        operations,
        [
          { type: 'error', err: 0 },
          { type: 'error', err: -101 },
        ],
        chroot,
      )
    expect(failed).toThrow(
      expect.objectContaining({ code: 'ZK_MULTI_FAILED', index: 1, path: '/b', retryable: false }),
    )
  })

  it.each([
    ['fewer', [{ type: 'create', path: '/base/a' }]],
    ['more', [{ type: 'create', path: '/base/a' }, { type: 'delete' }, { type: 'delete' }]],
    ['others', [{ type: 'delete' }, { type: 'create', path: '/base/a' }]],
  ] as const)('are malformed when there are %s', (_, results) => {
    expect(() => toMultiResults(operations, results, chroot)).toThrow(
      expect.objectContaining({ code: 'ZK_MALFORMED' }),
    )
  })
})

describe("a multiRead's results", () => {
  const reads = [
    { type: 'getData', path: '/a' },
    { type: 'getChildren', path: '/b' },
  ] as const

  it('fail each for itself', () => {
    const results = [
      { type: 'error', err: -101 },
      { type: 'getChildren', children: ['c'] },
    ] as const
    expect(toMultiReadResults(reads, results)).toMatchObject([
      { type: 'error', error: { code: 'ZK_NO_NODE', path: '/a' } },
      { type: 'getChildren', children: ['c'] },
    ])
  })

  it.each([
    ['fewer', [{ type: 'getData', data: null, stat: friendlyStat }]],
    [
      'others',
      [
        { type: 'getChildren', children: [] },
        { type: 'getChildren', children: [] },
      ],
    ],
  ] as const)('are malformed when there are %s', (_, results) => {
    expect(() => toMultiReadResults(reads, results)).toThrow(
      expect.objectContaining({ code: 'ZK_MALFORMED' }),
    )
  })
})
