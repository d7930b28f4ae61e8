import type { NodeEngine } from '../../../src/agent/reconcile/node-engine.ts'

/** Called before each step on the disk or the engine: what it throws, the step comes to. */
type Before = (step: string, args: readonly unknown[]) => Promise<void> | undefined

function interposed<T extends NodeEngine>(node: T, before: Before): T {
  const steps = <P extends object>(part: string, target: P, methods: readonly (keyof P)[]): P =>
    new Proxy(target, {
      get(object, property) {
        const value: unknown = Reflect.get(object, property, object)
        if (typeof value !== 'function') return value
        const isStep = methods.some((method) => method === property)
        return (...args: unknown[]) => {
          const call = () => Reflect.apply(value, object, args)
          const waited = isStep ? before(`${part}.${String(property)}`, args) : undefined
          return waited === undefined ? call() : waited.then(call)
        }
      },
    })
  const { generations } = node
  return {
    ...node,
    engine: steps('engine', node.engine, ['validate']),
    control: steps('control', node.control, ['reload', 'applyEndpoints', 'applyCertificates']),
    host: steps('host', node.host, ['start']),
    generations: steps('generations', generations, [
      ...(['write', 'update', 'switchTo', 'prune', 'remove'] as const),
    ]),
    journal: steps('journal', node.journal, ['write']),
  }
}

export class Killed extends Error {}

interface DyingNode<T> {
  readonly node: T
  died(): boolean
}

/** The node as a process sees it that dies before its n-th step: from then on nothing gets through. */
export function dyingAt<T extends NodeEngine>(node: T, steps: number): DyingNode<T> {
  let left = steps
  return {
    died: () => left < 0,
    node: interposed(node, (step) => {
      left -= 1
      if (left < 0) throw new Killed(`killed before ${step}`)
      return undefined
    }),
  }
}

const WRITES = ['generations.write', 'generations.update', 'generations.switchTo', 'journal.write']

interface FullNode<T> {
  readonly node: T
  /** Whether something could not be written. */
  wasFull(): boolean
  free(): void
}

/**
 * The node on a disk that is full from the n-th write on, until `free()`: of a generation that is written
 * then, half of the files come to lie there.
 */
export function fullAt<T extends NodeEngine>(node: T, writes: number): FullNode<T> {
  let left = writes
  let isFree = false
  const { generations } = node
  const halfWritten = async ([id, files]: Parameters<typeof generations.write>) => {
    await generations.write(id, new Map([...files].slice(0, files.size / 2)))
    throw noSpace()
  }
  return {
    wasFull: () => left < 0,
    free: () => {
      isFree = true
    },
    node: interposed(node, (step, args) => {
      if (!WRITES.includes(step)) return undefined
      left -= 1
      if (left >= 0 || isFree) return undefined
      if (step !== 'generations.write') return Promise.reject(noSpace())
      return halfWritten(args as Parameters<typeof generations.write>)
    }),
  }
}

function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
}
