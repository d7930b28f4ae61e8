import { describe, expect, it } from 'vitest'
import { ANY_VALUES } from '../../conformance/harness/placeholders.ts'
import { parseCase } from '../../conformance/harness/read-cases.ts'

const problemsOf = (text: string) => {
  const parsed = parseCase(text, 'case.yaml', ANY_VALUES)
  return 'problems' in parsed ? parsed.problems : []
}

describe('parseCase', () => {
  it('reads a case, and puts its resources on the lines on which they are written', () => {
    const text = `name: a case
resources: |
  kind: Gateway
  port: \${listen.http}
requests:
  - expect: { status: 200 }
`
    const parsed = parseCase(text, 'case.yaml', ANY_VALUES)
    if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
    expect(parsed.spec.resources.split('\n')[2]).toBe('kind: Gateway')
    expect(parsed.spec.resources).toMatch(/port: [0-9]+\n/)
    expect(parsed.place(['requests', 0])).toBe('case.yaml:6:5')
  })

  it('tells every error with its line and what was meant', () => {
    const text = `name: a case
features: [HTTPRoute.spec.rules.matches.methods]
resources: ""
requests: [{ path: / }]
`
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^case.yaml:2:12 features\[0\]: is no feature.*matches\.method/),
    ])
    expect(problemsOf('name: a case\nresources: ""\nrequest: []\n')).toEqual([
      expect.stringMatching(/^case.yaml:3:\d+ request: is not a known field.*requests/),
    ])
    expect(
      problemsOf(['name: a case', `resources: \${folders}`, 'requests: []'].join('\n')),
    ).toEqual([expect.stringMatching(/^case.yaml:2:12: \$\{folders\} stands for nothing/)])
    expect(problemsOf('name: [\n')[0]).toMatch(/^case.yaml:\d+:\d+: /)
  })
})
