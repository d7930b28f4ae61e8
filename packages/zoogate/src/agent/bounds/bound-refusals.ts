import type { EngineRefusal, ListenPlace } from '../../engines/engine.ts'
import { routeName, routeOrigin } from '../../model/view/route-id.ts'
import type { FastCgi, Route, View } from '../../model/view/view.ts'
import type { HostBounds } from './host-bounds.ts'

/** A path with its symbolic links followed. */
export type RealPath = (path: string) => Promise<string>

/**
 * What of a view this host does not allow, by the field that asks for it, with what to write into
 * agent.yaml. Asked before anything is rendered.
 */
export async function boundRefusals(
  view: View,
  bounds: HostBounds,
  realPath: RealPath,
): Promise<readonly EngineRefusal[]> {
  const refusals = [...nativeRefusals(view, bounds), ...portRefusals(view, bounds)]
  // Many routes have the same folder: one for each of an HTTPRoute's hostnames and matches.
  const told = new Set<string>()
  for (const route of view.routes) {
    for (const refusal of await routeRefusals(route, bounds, realPath)) {
      const key = `${refusal.resource} ${refusal.field}`
      if (!told.has(key)) refusals.push(refusal)
      told.add(key)
    }
  }
  return refusals
}

function nativeRefusals({ gateway, native }: View, bounds: HostBounds): readonly EngineRefusal[] {
  if (native === undefined || bounds.native) return []
  const message =
    'this host does not allow native configuration, which can do whatever the engine’s user can: write allow: { native: true } into its agent.yaml and start the agent again, or run this Gateway on another host'
  return [{ resource: `Gateway/${gateway}`, field: 'spec.native', message }]
}

function portRefusals({ gateway, listeners }: View, { listenPorts }: HostBounds): EngineRefusal[] {
  if (listenPorts === undefined) return []
  return listeners.flatMap(({ port }, index) =>
    listenPorts.some(({ from, to }) => from <= port && port <= to)
      ? []
      : [
          {
            resource: `Gateway/${gateway}`,
            field: `spec.listeners[${index}].port`,
            message: notAllowed(String(port), 'listenPorts', String(port)),
          },
        ],
  )
}

/** Of the ports that the text of a native configuration listens on. */
export function listenRefusals(
  { gateway }: View,
  listens: readonly ListenPlace[],
  { listenPorts }: Pick<HostBounds, 'listenPorts'>,
): readonly EngineRefusal[] {
  if (listenPorts === undefined) return []
  const ports = [...new Set(listens.map(({ port }) => port))]
  return ports
    .filter((port) => !listenPorts.some(({ from, to }) => from <= port && port <= to))
    .map((port) => {
      const message = `its text listens on port ${port}: ${notAllowed(String(port), 'listenPorts', String(port))}`
      return { resource: `Gateway/${gateway}`, field: 'spec.native', message }
    })
}

async function routeRefusals(
  route: Route,
  bounds: HostBounds,
  realPath: RealPath,
): Promise<readonly EngineRefusal[]> {
  const { answer } = route
  const refusal = (field: string, message: string): EngineRefusal => ({
    resource: `HTTPRoute/${routeName(route.id)}`,
    field: `spec.rules[${routeOrigin(route.id)?.rule ?? 0}].${field}`,
    message,
  })
  switch (answer?.type) {
    case 'static':
      return (await isBelow(answer.root, bounds.staticRoots, realPath))
        ? []
        : [refusal('static.root', notAllowed(answer.root, 'staticRoots', answer.root))]
    case 'cgi':
      return (await isBelow(answer.root, bounds.cgi, realPath))
        ? []
        : [refusal('cgi.root', notAllowed(answer.root, 'cgi', answer.root))]
    case 'fastcgi': {
      const { address, root } = answer
      return [
        ...(matchesAny(address, bounds.fastcgi)
          ? []
          : [refusal('fastcgi.address', notAllowed(address, 'fastcgi', JSON.stringify(address)))]),
        ...((await isBelow(root, bounds.cgi, onThisHost(answer) ? realPath : asWritten))
          ? []
          : [refusal('fastcgi.root', notAllowed(root, 'cgi', root))]),
      ]
    }
    default:
      return []
  }
}

function notAllowed(what: string, field: keyof HostBounds, item: string): string {
  return `this host does not allow ${what}: write allow: { ${field}: [${item}] } into its agent.yaml and start the agent again, or ask for something else`
}

/** Both with their links followed: neither a link in the folder nor one above it leads out. */
async function isBelow(
  path: string,
  roots: readonly string[],
  realPath: RealPath,
): Promise<boolean> {
  if (roots.length === 0) return false
  const real = await realPath(path)
  for (const root of roots) {
    const folder = (await realPath(root)).replace(/\/$/, '')
    if (real === folder || real.startsWith(`${folder}/`)) return true
  }
  return false
}

/** What a FastCGI server on another host has in its folders is not to be seen from here. */
function onThisHost({ address }: FastCgi): boolean {
  return address.startsWith('unix:') || /^(127\.|\[::1\])/.test(address)
}

const asWritten: RealPath = async (path) => path

/** `*` is anything but `/`, `**` anything. */
function matchesAny(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split(/(\*\*?)/).map((part) => {
      if (part === '**') return '.*'
      return part === '*' ? '[^/]*' : part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&')
    })
    return new RegExp(`^${parts.join('')}$`).test(text)
  })
}
