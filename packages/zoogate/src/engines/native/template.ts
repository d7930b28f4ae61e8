import { Liquid } from 'liquidjs'
import { NATIVE_BYTES_MAX } from '../../model/resources/gateway-native.ts'
import type { Endpoint } from '../../model/view/view.ts'

/** Of a rendered text: ten thousand endpoints have about 1 MB. */
const OUTPUT_CHARACTERS_MAX = 16 * 1024 * 1024
/** What filters and ranges may allocate, in LiquidJS's reckoning: characters and items. */
const MEMORY_MAX = 64 * 1024 * 1024
/** The agent does nothing else meanwhile, and its session with ZooKeeper lasts 10 s. */
const RENDER_MS_MAX = 4_000

/** Tags that choose and repeat. Those that read files, keep state or write without our filter are left out. */
const TAGS: ReadonlySet<string> = new Set([
  ...['assign', 'break', 'case', 'comment', 'continue', 'for', 'if', 'raw', 'unless', '#'],
])

/** Filters on lists, numbers and words. `raw` and what is for HTML, dates and expressions is left out. */
const FILTERS: ReadonlySet<string> = new Set([
  ...['append', 'compact', 'concat', 'downcase', 'find', 'first', 'has', 'join', 'last', 'map'],
  ...['prepend', 'reject', 'remove', 'replace', 'reverse', 'size', 'slice', 'sort', 'sort_natural'],
  ...['split', 'strip', 'sum', 'uniq', 'upcase', 'where', 'default'],
  ...['abs', 'at_least', 'at_most', 'ceil', 'divided_by', 'floor', 'minus', 'modulo', 'plus'],
  ...['round', 'times'],
])

/**
 * What `{{ }}` may write: characters that mean nothing to any engine, within quotes of either kind and
 * without. Engines quote differently inside and outside of quotes, and a template has both; so what
 * would need quoting is not written at all.
 */
const PLAIN_WORD = /^[A-Za-z0-9._:/[\]-]+$/

/** The text cannot be made of the template: in words, with line and column where they are known. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
}

/** By the service's name. */
export type TemplateServices = ReadonlyMap<string, readonly Endpoint[]>

/**
 * The text with the services' endpoints in their places. A text without `{{` and `{%` is taken as it
 * is. Pure, but for the limit of time.
 * @param renderMsMax how long it may take. Default: 4 s
 * @throws TemplateError
 */
export function renderTemplate(
  text: string,
  services: TemplateServices,
  renderMsMax = RENDER_MS_MAX,
): string {
  if (!/\{[{%]/.test(text)) return text
  let output: unknown
  try {
    output = liquid.parseAndRenderSync(
      text,
      { services: servicesData(services) },
      {
        renderLimit: renderMsMax,
      },
    )
  } catch (error) {
    throw new TemplateError(error instanceof Error ? error.message : String(error))
  }
  if (typeof output === 'string' && output.length <= OUTPUT_CHARACTERS_MAX) return output
  throw new TemplateError(`it makes more than ${OUTPUT_CHARACTERS_MAX} characters`)
}

/** What is there whatever the endpoints are is tried with these. */
export function sampleServices(names: Iterable<string>): TemplateServices {
  const sample = (id: string, state: Endpoint['state']): Endpoint => {
    return { id, address: '192.0.2.1', port: 80, weight: 1, state }
  }
  const endpoints = [sample('sample-1', 'up'), sample('sample-2', 'draining')]
  return new Map([...names].map((name) => [name, endpoints]))
}

const liquid = ownLiquid()

function ownLiquid(): Liquid {
  const own = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    outputEscape: plainWord,
    parseLimit: NATIVE_BYTES_MAX,
    memoryLimit: MEMORY_MAX,
  })
  for (const name of Object.keys(own.tags)) if (!TAGS.has(name)) delete own.tags[name]
  for (const name of Object.keys(own.filters)) if (!FILTERS.has(name)) delete own.filters[name]
  return own
}

/** @throws Error where it is no plain word */
function plainWord(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  if (PLAIN_WORD.test(text)) return text
  const what = typeof value === 'string' ? JSON.stringify(value).slice(0, 100) : typeof value
  throw new Error(
    `${what} cannot be written: {{ }} writes words of letters, digits and . _ : / [ ] - alone`,
  )
}

function servicesData(services: TemplateServices): object {
  return Object.fromEntries(
    [...services].map(([name, endpoints]) => {
      const all = endpoints.map(endpointData)
      return [name, { name, endpoints: all.filter(({ takes }) => takes), all }]
    }),
  )
}

function endpointData({ id, address, port, weight, state }: Endpoint) {
  return {
    name: id,
    address,
    port,
    authority: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    weight,
    state,
    /** Whether new requests shall go to it. */
    takes: state === 'up' && weight > 0,
    draining: state === 'draining',
    down: state === 'down',
  }
}
