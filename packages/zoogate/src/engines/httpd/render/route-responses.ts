import { type Directive, directive, section } from './directive.ts'
import { literalPattern } from './pattern.ts'
import { carries, type RouteSettings, VARIABLES } from './route-settings.ts'

/**
 * What the gateway does with responses of routes that say so: mod_filter chooses for each response, once
 * its headers are there.
 */
export function responseFilters({ expiries, compressions }: RouteSettings): readonly Directive[] {
  return [
    ...(expiries.entries().length === 0 ? [] : tellExpiry(expiries.entries())),
    ...(compressions.entries().length === 0 ? [] : compress(compressions.entries())),
  ]
}

const EXPIRY = 'zoogate-expiry'
const COMPRESSION = 'zoogate-compression'

/** mod_expires would write beside a Cache-Control that is there; so it is asked only where there is none. */
function tellExpiry(expiries: readonly (readonly [number, number])[]): readonly Directive[] {
  const wanted = `-n %{ENV:${VARIABLES.expiry}} && %{REQUEST_STATUS} -lt 400`
  return [
    directive('FilterDeclare', EXPIRY),
    directive(
      'FilterProvider',
      EXPIRY,
      'MOD_EXPIRES',
      `${wanted} && -z %{resp:Cache-Control} && -z %{resp:Expires}`,
    ),
    directive('FilterChain', `+${EXPIRY}`),
    ...expiries.map(([number, seconds]) =>
      section('If', carries('expiry', number), [
        directive('ExpiresDefault', `access plus ${seconds} seconds`),
      ]),
    ),
  ]
}

/** Clients that say gzip, but not at all (`q=0`), which mod_deflate would take for clients that want it. */
const NO_GZIP =
  "req_novary('Accept-Encoding') =~ /(?:^|,)\\s*gzip\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$)/i"

/** RFC 9110, 7.7. */
const NO_TRANSFORM = '%{resp:Cache-Control} =~ /no-transform/i'

function compress(
  compressions: readonly (readonly [number, readonly string[]])[],
): readonly Directive[] {
  const isWanted = ([number, types]: (typeof compressions)[number]) =>
    `${carries('compression', number)} && ! (${NO_TRANSFORM}) && %{CONTENT_TYPE} =~ m#^(?:${types.map(typePattern).join('|')})\\s*(?:;|$)#i`
  return [
    directive('FilterDeclare', COMPRESSION, 'CONTENT_SET'),
    ...compressions.map((each) =>
      directive('FilterProvider', COMPRESSION, 'DEFLATE', `${isWanted(each)} && ! (${NO_GZIP})`),
    ),
    directive('FilterChain', `+${COMPRESSION}`),
    // What is the same but for its coding has the same tag, which is a weak one for that.
    directive('DeflateAlterETag', 'NoChange'),
    ...compressions.flatMap((each) => [
      directive(
        'Header',
        'merge',
        'Vary',
        'Accept-Encoding',
        `expr=${isWanted(each)} && ${NO_GZIP}`,
      ),
      directive(
        'Header',
        'edit',
        'ETag',
        '^"',
        'W/"',
        `expr=${isWanted(each)} && %{resp:Content-Encoding} == 'gzip'`,
      ),
    ]),
  ]
}

function typePattern(type: string): string {
  const [kind = '', rest = ''] = type.split('/')
  return rest === '*' ? `${literalPattern(`${kind}/`)}[^;]*` : literalPattern(type)
}
