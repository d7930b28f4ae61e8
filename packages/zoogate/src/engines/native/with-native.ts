import type { Endpoint, View } from '../../model/view/view.ts'
import {
  type Engine,
  type EngineContext,
  type EngineControl,
  EngineError,
  type EnginePaths,
  type EngineRefusal,
  type ListenPlace,
  type ObservedEndpoint,
  type RenderContext,
  type RenderedFiles,
} from '../engine.ts'
import {
  currentGeneration,
  GIVEN_FILE,
  type GivenEndpoints,
  isNative,
  printGiven,
  readGiven,
} from './given-endpoints.ts'
import { nativePlan } from './native-plan.ts'
import { renderTemplate, sampleServices, TemplateError } from './template.ts'

/** What an engine has to know of configurations in its own language, beside the rest of it. */
export interface NativeDialect {
  /**
   * The files of a generation around somebody's text, so that the running engine tells the generation
   * as it does with a rendered one. Pure, but for what of the host belongs to a configuration.
   * @throws EngineError `ENGINE_INVALID` where the text cannot be one of this engine's
   */
  render(text: string, view: View, context: RenderContext): RenderedFiles

  /** What the running engine says that it serves. @throws EngineError `ENGINE_UNREACHABLE` */
  servedGeneration(context: EngineContext): Promise<string>

  /** See {@link Engine.listens}. */
  listens(generationFolder: string, paths: EnginePaths): Promise<readonly ListenPlace[]>

  /** What of a text changes without a reload. Absent: nothing. */
  readonly live?: {
    /** Pure. */
    isLiveChange(from: string, to: string): boolean
    control(context: EngineContext): LiveText
  }

  /** What the engine's own checks say of an endpoint, by its address and port. Absent: nothing. */
  health?(
    context: EngineContext,
  ): Promise<(endpoint: Pick<Endpoint, 'address' | 'port'>) => ObservedEndpoint['health']>
}

/** The hands on what of a text the running engine takes without a reload. */
export interface LiveText {
  /** Makes the engine have what differs from its generation's text. @throws EngineError `ENGINE_LIVE_FAILED` */
  apply(text: string): Promise<void>
  /** Whether the engine has what this text says, as far as it could be changed live. */
  has(text: string): Promise<boolean>
  close(): void
}

/** An engine that carries native configurations too. */
export function withNative(engine: Engine, dialect: NativeDialect): Engine {
  const { renderService } = engine
  return {
    ...engine,
    features: new Set([...engine.features, 'Gateway.spec.native']),
    refusals: (view) => (view.native === undefined ? engine.refusals(view) : refusals(view)),
    render: (view, context) =>
      view.native === undefined ? engine.render(view, context) : render(view, context, dialect),
    ...(renderService === undefined
      ? {}
      : {
          renderService: (view, service, context) =>
            view.native === undefined
              ? renderService.call(engine, view, service, context)
              : render(view, context, dialect),
        }),
    plan: (from, to) =>
      from?.native === undefined && to.native === undefined
        ? engine.plan(from, to)
        : nativePlan(from, to, (one, other) => isLive(one, other, dialect)),
    listens: async (generationFolder, paths) =>
      (await isNative(generationFolder)) ? dialect.listens(generationFolder, paths) : [],
    control: (context) => control(engine.control(context), context, dialect),
  }
}

function refusals({ gateway, native, services }: View): readonly EngineRefusal[] {
  const refusal = (message: string): EngineRefusal => {
    return { resource: `Gateway/${gateway}`, field: 'native', message }
  }
  if (native?.text === undefined) {
    // What a znode holds is looked at by each node, whenever it changes.
    return native?.znode === undefined ? [refusal('the file was not read: use zoogate apply')] : []
  }
  try {
    renderTemplate(native.text, sampleServices(services.keys()))
    return []
  } catch (error) {
    if (error instanceof TemplateError) return [refusal(`the template: ${error.message}`)]
    throw error
  }
}

function render(view: View, context: RenderContext, dialect: NativeDialect): RenderedFiles {
  const { native, services } = view
  if (native?.text === undefined) {
    throw new EngineError('ENGINE_INVALID', 'the text of the native configuration is not known')
  }
  const files = dialect.render(textOf(native.text, services), view, context)
  return new Map([...files, [GIVEN_FILE, printGiven(view, context.generation)]])
}

function withLineEnd(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

/** Also where the endpoints that differ are not in the text. */
function isLive(from: View, to: View, { live }: NativeDialect): boolean {
  try {
    const [one, other] = [from, to].map(({ native, services }) =>
      textOf(native?.text ?? '', services),
    )
    if (one === undefined || other === undefined) return false
    return one === other || live?.isLiveChange(one, other) === true
  } catch {
    // The reload that follows says what it is.
    return false
  }
}

function textOf(template: string, services: View['services']): string {
  const endpoints = new Map([...services].map(([name, pool]) => [name, pool.endpoints]))
  try {
    return withLineEnd(renderTemplate(template, endpoints))
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new EngineError('ENGINE_INVALID', `the template: ${error.message}`, { cause: error })
  }
}

/** What is given is looked at all the time, and seldom changes. */
const renderedTexts = new WeakMap<GivenEndpoints, string>()

function renderGiven(given: GivenEndpoints): string {
  const { template = '', services } = given
  const text = renderedTexts.get(given) ?? withLineEnd(renderTemplate(template, services))
  renderedTexts.set(given, text)
  return text
}

function control(
  engine: EngineControl,
  context: EngineContext,
  dialect: NativeDialect,
): EngineControl {
  const live = dialect.live?.control(context)
  /** Of the generation that was current last, with what was given live before its files follow. */
  let given: GivenEndpoints | undefined
  const readNow = async () => {
    if (given === undefined || given.generation !== (await currentGeneration(context.paths))) {
      given = await readGiven(context.paths)
    }
    return given
  }
  return {
    reload: (generation) => engine.reload(generation),
    async applyEndpoints(services) {
      const before = await readNow()
      if (before?.template === undefined) return engine.applyEndpoints(services)
      const endpoints = services.map(({ name, endpoints }) => [name, endpoints] as const)
      const after = { ...before, services: new Map([...before.services, ...endpoints]) }
      await live?.apply(renderGiven(after))
      given = after
    },
    ...(engine.prepareReload === undefined
      ? {}
      : { prepareReload: async () => engine.prepareReload?.() }),
    ...(engine.applyCertificates === undefined
      ? {}
      : { applyCertificates: async (secrets) => engine.applyCertificates?.(secrets) }),
    async observe() {
      const now = await readNow()
      if (now === undefined) return engine.observe()
      const generation = await dialect.servedGeneration(context)
      if (generation !== now.generation) return { generation, services: new Map() }
      // Nobody knows which endpoint a server of the text is: where one differs, all are given anew.
      const isThere = now.template === undefined || (await live?.has(renderGiven(now))) !== false
      if (!isThere) return { generation, services: new Map() }
      const health = await dialect.health?.(context)
      const services = [...now.services].map(([name, endpoints]) => {
        const seen = endpoints.map((endpoint): ObservedEndpoint => {
          return { ...endpoint, health: health?.(endpoint) ?? 'unknown' }
        })
        return [name, seen] as const
      })
      return { generation, services: new Map(services) }
    },
    async close() {
      live?.close()
      await engine.close()
    },
  }
}
