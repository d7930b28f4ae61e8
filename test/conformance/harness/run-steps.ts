import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { durationMs } from '../../../packages/zoogate/src/model/values/duration.ts'
import { type Instructions, instructionHeaders } from './backends/instructions.ts'
import type { Sightings } from './backends/sample-backend.ts'
import type { CaseSpec, Step } from './case-schema.ts'
import { headerValues, seenInBody } from './client/answer.ts'
import { openConnection, type ShownCertificate, type Target } from './client/connection.ts'
import { send } from './client/send.ts'
import { type Exchange, mismatches } from './expectation.ts'

/** What a case's requests go to. */
export interface Surroundings {
  readonly engine: string
  readonly sightings: Sightings
  /** Undefined: the case's first listener. */
  listener(name: string | undefined): Target
  readonly defaultHost: string
  /** Where a request is written. */
  placeOf(request: number): string
  shownCertificate(name: string): ShownCertificate
  changeBackend(name: string, state: NonNullable<Step['backends']>[string]): Promise<void>
  changeEndpoints(changes: NonNullable<Step['endpoints']>): Promise<void>
}

/** How long a copy of a request may be under way. */
const COPIES_MS = 2_000
const POLL_MS = 50

/**
 * Takes a case's steps in order.
 * @throws Error that says which request was not answered as expected, and how it was
 */
export async function runSteps(spec: CaseSpec, around: Surroundings): Promise<void> {
  const labelled = new Map<string, readonly Exchange[]>()
  const jars = new Map<string, Map<string, string>>()
  for (const [index, step] of (spec.requests ?? []).entries()) {
    for (const [name, state] of Object.entries(step.backends ?? {})) {
      await around.changeBackend(name, state)
    }
    if (step.endpoints !== undefined) await around.changeEndpoints(step.endpoints)
    if (step.expect === undefined && step.label === undefined && !asksSomething(step)) continue
    const expectation = step.except?.[around.engine] ?? step.expect ?? {}
    const endMs = performance.now() + durationMs(step.within ?? '0s')
    for (;;) {
      const exchanges = await exchange(step, around, jars)
      const copiesMs = (expectation.attempts ?? expectation.copies) === undefined ? 0 : COPIES_MS
      const problems = await settled(exchanges, around.sightings, copiesMs, (current) =>
        mismatches(expectation, current, labelled),
      )
      if (problems.length === 0) {
        if (step.label !== undefined) labelled.set(step.label, exchanges)
        break
      }
      if (performance.now() >= endMs) {
        throw new Error(`${around.placeOf(index)}: ${problems.slice(0, 10).join('\n  ')}`)
      }
      await wait(POLL_MS)
    }
  }
}

function asksSomething(step: Step): boolean {
  const { backends: _, endpoints: __, ...rest } = step
  return Object.keys(rest).length > 0
}

type Jars = Map<string, Map<string, string>>

async function exchange(
  step: Step,
  around: Surroundings,
  jars: Jars,
): Promise<readonly Exchange[]> {
  const { repeat = 1, parallel = 1 } = step
  const exchanges: Exchange[] = []
  let next = 0
  const worker = async () => {
    for (let n = next++; n < repeat; n = next++) {
      exchanges[n] = { answer: await ask(numbered(step, n), around, jars), seen: [] }
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return exchanges
}

/** Copies, and what backends saw of a request that was given up, arrive a moment later. */
async function settled(
  exchanges: readonly Exchange[],
  sightings: Sightings,
  copiesMs: number,
  judge: (exchanges: readonly Exchange[]) => readonly string[],
): Promise<readonly string[]> {
  const endMs = performance.now() + copiesMs
  for (;;) {
    const problems = judge(exchanges.map((one) => withSight(one, sightings)))
    if (problems.length === 0 || performance.now() >= endMs) return problems
    await wait(POLL_MS)
  }
}

function withSight({ answer }: Exchange, sightings: Sightings): Exchange {
  const seen = sightings.of(answer.requestId)
  const answering = seenInBody(answer)
  return { answer, seen: seen.length === 0 && answering !== undefined ? [answering] : seen }
}

async function ask(step: Step, around: Surroundings, jars: Jars): Promise<Exchange['answer']> {
  const { answer, answers, headers, client, listener, host = around.defaultHost, tls } = step
  const id = randomUUID()
  const instructions: Instructions = {
    ...(answer === undefined ? {} : { '*': answer }),
    ...answers,
  }
  const jar = client === undefined ? undefined : jarOf(jars, client)
  const cookies = [...(jar ?? [])].map(([name, value]) => `${name}=${value}`).join('; ')
  const target = around.listener(listener)
  const shown =
    tls?.certificate === undefined ? undefined : around.shownCertificate(tls.certificate)
  const received = await send(() => openConnection(target, step, host, shown), {
    id,
    host,
    headers: {
      ...headers,
      ...(cookies === '' ? {} : { Cookie: cookies }),
      ...instructionHeaders(id, instructions),
    },
    spec: step,
  })
  for (const line of headerValues(received, 'set-cookie')) {
    const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
    jar?.set(name, value)
  }
  return received
}

function jarOf(jars: Jars, client: string): Map<string, string> {
  const jar = jars.get(client) ?? new Map<string, string>()
  jars.set(client, jar)
  return jar
}

/** `{n}` in path, host and headers is the number of the repetition. */
function numbered(step: Step, n: number): Step {
  const fill = (text: string) => text.replaceAll('{n}', String(n))
  return {
    ...step,
    ...(step.path === undefined ? {} : { path: fill(step.path) }),
    ...(step.host === undefined ? {} : { host: fill(step.host) }),
    ...(step.client === undefined ? {} : { client: fill(step.client) }),
    ...(step.headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(step.headers).map(([name, value]) => [
              name,
              typeof value === 'string' ? fill(value) : value.map(fill),
            ]),
          ),
        }),
  }
}
