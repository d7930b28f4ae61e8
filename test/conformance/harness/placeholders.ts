/** What a case cannot know when it is written. */
export interface Values {
  /** Name of the engine. */
  readonly engine: string
  /** Where the case's files lie. */
  readonly folder: string
  /** Where php-fpm listens, as `fastcgi.address` takes it. */
  readonly phpFpm: string
  /** The port of a sample backend. */
  backendPort(name: string): number
  /** The port of a listener. */
  listenerPort(name: string): number
}

const PLACEHOLDER = /\$\{([^}\n]*)\}/g
const KNOWN =
  'engine, folder, phpFpm, BACKEND.port and listen.LISTENER, where names are of a-z, 0-9 and -'

/** For where the text's shape matters and not its values. */
export const ANY_VALUES: Values = {
  engine: 'builtin',
  folder: '/srv/case',
  phpFpm: 'unix:/run/php/php-fpm.sock',
  backendPort: portFor,
  listenerPort: portFor,
}

/** The text with what stands for `${…}`. Lines stay where they are. */
export function fillIn(text: string, values: Values): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => standsFor(name, values) ?? whole)
}

/** Placeholders that mean nothing, each with the offset at which it stands. */
export function placeholderProblems(
  text: string,
): readonly { readonly offset: number; readonly message: string }[] {
  return [...text.matchAll(PLACEHOLDER)]
    .filter(([, name = '']) => standsFor(name, ANY_VALUES) === undefined)
    .map(({ index, 0: whole }) => ({
      offset: index,
      message: `${whole} stands for nothing (known: ${KNOWN})`,
    }))
}

/** Names of the backends whose port is asked for. */
export function backendsIn(text: string): readonly string[] {
  const names = [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => backendOf(name))
  return [...new Set(names.filter((name) => name !== undefined))]
}

/** Whether php-fpm is needed. */
export function asksForPhp(text: string): boolean {
  return [...text.matchAll(PLACEHOLDER)].some(([, name]) => name === 'phpFpm')
}

function standsFor(name: string, values: Values): string | undefined {
  if (name === 'engine' || name === 'folder' || name === 'phpFpm') return values[name]
  const listener = /^listen\.([a-z0-9-]+)$/.exec(name)?.[1]
  if (listener !== undefined) return String(values.listenerPort(listener))
  const backend = backendOf(name)
  return backend === undefined ? undefined : String(values.backendPort(backend))
}

function backendOf(name: string): string | undefined {
  return /^([a-z0-9-]+)\.port$/.exec(name)?.[1]
}

/** Another one for each name, so that no two endpoints or listeners look like one. */
function portFor(name: string): number {
  let sum = 0
  for (const character of name) sum = (sum * 31 + character.charCodeAt(0)) % 40_000
  return 10_000 + sum
}
