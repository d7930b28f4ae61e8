import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CASES, type Case, head, sha256 } from '../scenarios/same-on-every-engine/index.ts'
import { resources, SERVICES, type ServiceName } from '../scenarios/same-routes.ts'
import { type EchoBackend, type Seen, startEchoBackend } from '../support/echo-backend.ts'
import { freePort } from '../support/free-port.ts'
import { type RawResponse, rawExchange } from '../support/raw-http.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, type Stack, startStack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd')

describe.skipIf(absent !== undefined)('the same on every engine', () => {
  const backends: EchoBackend[] = []
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ engines: ENGINES })
    for (const name of SERVICES) backends.push(await startEchoBackend(name))
    const port = (name: string) => backends.find((backend) => backend.name === name)?.port ?? 0
    const services = Object.fromEntries(SERVICES.map((name) => [name, port(name)])) as Record<
      ServiceName,
      number
    >
    const yaml = resources(ENGINES, { services, dead: await freePort() })
    await writeFile(join(stack.folder, 'same.yaml'), yaml)
    await stack.must('apply', 'same.yaml')
    await waitFor('every engine to have the routes', async () => {
      const answers = await Promise.all(
        ENGINES.map((engine) => send(engine, { parts: [head('/only')] })),
      )
      return answers.every(({ status, body }) => status === 200 && seen(body)?.by === 'only')
    })
  })

  afterAll(async () => {
    for (const backend of backends) await backend[Symbol.asyncDispose]()
    await stack?.[Symbol.asyncDispose]()
  })

  it('refuses on apply what no engine carries, by field, and changes nothing', async () => {
    const route = `apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: refused }
spec:
  parentRefs: [{ name: edge-haproxy }, { name: edge-nginx }, { name: edge-httpd }, { name: edge-builtin }]
  rules:
    - matches: [{ headers: [{ name: X-Forwarded-For, value: "10.0.0.1" }] }]
      backendRefs: [{ name: main }]
`
    await writeFile(join(stack.folder, 'refused.yaml'), route)
    const { code, stderr } = await stack.zoogate('apply', 'refused.yaml')
    expect(code).not.toBe(0)
    for (const engine of ENGINES) expect(stderr).toContain(engine)
    expect(stderr).toContain('headers[0].name')
    expect(await stack.must('get', 'HTTPRoute')).not.toContain('refused')
  })

  const send = (engine: EngineName, { parts }: Pick<Case, 'parts'>) =>
    rawExchange(stack.port(engine), { parts })

  it.each(CASES)('$name', async (given) => {
    const got = Object.fromEntries(
      await Promise.all(
        ENGINES.map(
          async (engine) => [engine, observed(given, await send(engine, given))] as const,
        ),
      ),
    )
    const wanted = ENGINES.map((engine) => {
      const except = given.except?.[engine]
      return [engine, except === undefined ? expected(given) : except]
    })
    expect(got).toMatchObject(Object.fromEntries(wanted))
  })
})

/** Of an answer, what the table says something about. */
function observed(given: Case, response: RawResponse): object {
  const { status, body, interim } = response
  const echo = seen(body)
  const headersOf = (pairs: readonly (readonly [string, string])[], wanted: object | undefined) =>
    Object.fromEntries(
      Object.keys(wanted ?? {}).map((name) => {
        const values = pairs
          .filter(([found]) => found.toLowerCase() === name)
          .map(([, value]) => value)
        return [name, values.length === 0 ? null : values.join('|')]
      }),
    )
  const seenPairs = pairsOf(echo?.headers ?? [])
  return {
    status,
    by: echo?.by,
    interim,
    ...(given.target === undefined ? {} : { target: echo?.target }),
    ...(given.sees === undefined ? {} : { sees: headersOf(seenPairs, given.sees) }),
    ...(given.sent === undefined ? {} : { sent: [echo?.bodyBytes, echo?.bodySha256] }),
    ...(given.body === undefined ? {} : { body: body.toString() }),
    ...(given.headers === undefined ? {} : { headers: headersOf(response.headers, given.headers) }),
  }
}

function expected({ status, by, interim = [], target, sees, sent, body, headers }: Case): object {
  return {
    status,
    by,
    interim,
    ...(target === undefined ? {} : { target }),
    ...(sees === undefined ? {} : { sees }),
    ...(sent === undefined ? {} : { sent: [sent.length, sha256(sent)] }),
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  }
}

/** What the echo server saw; undefined: the answer is not one of its. */
function seen(body: Buffer): Seen | undefined {
  const text = body.toString()
  return text.startsWith('{"by":') ? JSON.parse(text) : undefined
}

function pairsOf(flat: readonly string[]): readonly (readonly [string, string])[] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[name, flat[index + 1] ?? ''] as const] : [],
  )
}
