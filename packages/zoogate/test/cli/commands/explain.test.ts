import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/cli/commands/explain.ts'
import { explanationText } from '../../../src/cli/explanation-text.ts'

const plain = (_style: string, text: string) => text

describe('zoogate explain', () => {
  it('tells value, default and engines, and what lies below', () => {
    const told = {
      ...explain('route.spec.rules[].matches[].path'),
      carriers: [
        { engines: ['haproxy', 'nginx'], others: [] },
        {
          part: 'type=RegularExpression',
          engines: ['haproxy'],
          others: ['nginx'],
          packages: { haproxy: 'haproxy-more' },
          reasons: { nginx: 'nginx reads no expressions: write prefixes' },
        },
      ],
    }
    expect(explanationText(told, plain)).toBe(`HTTPRoute.spec.rules.matches.path
  Default: every path.

  value     object
  engines   all

  type: \`Exact\`, \`PathPrefix\`, \`RegularExpression\`; default PathPrefix
      \`Exact\`: this path and no other. \`PathPrefix\`: whole segments, so \`/app\` covers \`/app\` and
      \`/app/x\` but not \`/apple\`. \`RegularExpression\`: the whole path, percent-decoded, must
      match.
  value: a path of at most 1024 characters; default /
      The path, or the regular expression. Letter case counts.

  of it                   engines
  type=RegularExpression  haproxy with haproxy-more (not nginx)

  why not
  nginx, type=RegularExpression: nginx reads no expressions: write prefixes`)
  })

  it('has no engines for what is no affair of theirs', () => {
    expect(explain('Secret.spec.type').carriers).toEqual([])
    expect(explain('Gateway.metadata.name').carriers).toEqual([])
    expect(explain('Gateway').carriers).not.toEqual([])
  })

  it.each([
    [
      'gatway',
      '"gatway" is no kind: Gateway, Service, HTTPRoute, TCPRoute, Secret, Demo (did you mean "Gateway"?)',
    ],
    ['svc.spec.blance', 'Service.spec has no field "blance" (did you mean "balance"?)'],
    ['svc.spec.slowStart.x', 'Service.spec.slowStart has no field "x" (nothing lies below it)'],
    ['Demo.spec.port', 'Demo.spec has no field "port" (known: service, instances)'],
  ])('does not know %s', (field, message) => {
    expect(() => explain(field)).toThrow(expect.objectContaining({ message, exitCode: 2 }))
  })
})
