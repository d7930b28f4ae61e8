import { describe, expect, test } from 'vitest'
import type { Engine } from '../../../src/engines/engine.ts'
import { FEATURES } from '../../../src/model/features/index.ts'
import { fullView, views } from './full-view.ts'
import { findsWrong, fuzz, wrongOnes } from './fuzz.ts'
import type { Subject } from './judge.ts'
import { SUBJECTS } from './subjects.ts'
import { leavesOf, TEXT_FIELDS } from './text-fields.ts'

const RUNS = 300
const SEED = 4

/** The one goes with no other way to know the client's address; the other is in place of all else. */
const WITHOUT_TEXT = ['Gateway.spec.clientAddress.proxyProtocol', 'Gateway.spec.native']

describe.each(SUBJECTS)('$name', (subject) => {
  test('hostile text in any field is refused, or is that text and nothing else', () => {
    const cases = fuzz(subject, { seed: SEED, runs: RUNS })
    expect(wrongOnes(cases)).toEqual([])
    const count = (outcome: string) =>
      cases.filter((each) => each.verdict.outcome === outcome).length
    expect(count('carried')).toBeGreaterThan(RUNS / 5)
    expect(count('another shape')).toBeLessThan(RUNS / 10)
  })

  test('everything that it carries is used', () => {
    const all = views(subject.engine)
    const isUsed = ({ uses }: (typeof FEATURES)[number]) =>
      all.some((view) => uses(view).length > 0)
    const carried = FEATURES.filter(({ name }) => subject.engine.features.has(name))
    const unused = carried.filter((feature) => !isUsed(feature)).map(({ name }) => name)
    expect(unused.filter((name) => !WITHOUT_TEXT.includes(name))).toEqual([])
  })
})

const ANYTHING: Pick<Engine, 'refusals'> = { refusals: () => [] }

test('every text of the model stands in one of the views', () => {
  const there = new Set(
    views(ANYTHING)
      .flatMap(leavesOf)
      .map(({ field }) => field),
  )
  expect(TEXT_FIELDS.filter((field) => !there.has(field))).toEqual([])
})

test('no innocent text is within another one', () => {
  const view = fullView(ANYTHING, { copies: 2, port: () => 1 })
  const texts = [...new Set(leavesOf(view).map(({ text }) => text))]
  const within = texts.filter((text) =>
    texts.some((other) => other !== text && other.includes(text)),
  )
  expect(within).toEqual([])
})

/** What a renderer would write that forgot one thing. */
const FORGETFUL: Readonly<Record<string, { of: string; forget: (file: string) => string }>> = {
  'a percent sign in a format': { of: 'haproxy', forget: (file) => file.replaceAll('%%', '%') },
  'a backslash in an expression': {
    of: 'nginx',
    forget: (file) => file.replace(/\\\\([.*+?()|])/g, '$1'),
  },
  'that a dollar is a variable': {
    of: 'nginx',
    forget: (file) =>
      file.replace(/geo (\$zoogate_text_\d+) \{\s+default (.*);\s+\}/g, 'set $1 $2;'),
  },
}

test.each(Object.entries(FORGETFUL))(
  'it is seen where a renderer forgets %s',
  (_, { of, forget }) => {
    const subject = SUBJECTS.find(({ name }) => name === of) as Subject
    const engine: Engine = {
      ...subject.engine,
      render: (view, context) =>
        new Map(
          [...subject.engine.render(view, context)].map(([name, file]) => [name, forget(file)]),
        ),
    }
    expect(findsWrong({ ...subject, engine }, { seed: SEED, runs: RUNS })).toBe(true)
  },
)
