import { isAbsolute, normalize } from 'node:path'
import { type Static, Type } from 'typebox'
import { strict } from '../../model/resources/resource-metadata.ts'

const folders = (description: string) =>
  Type.Array(
    Type.String({
      maxLength: 4096,
      expects: 'an absolute path of a folder, without "." and ".." in it',
      problem: (text: string) => !isAbsolute(text) || trimmed(normalize(text)) !== trimmed(text),
    }),
    { maxItems: 1000, description },
  )

/**
 * What the host allows a revision to ask of it. Whoever may write the desired state must not thereby
 * own the hosts, so nothing is allowed but what is named here.
 */
export const HostBoundsSchema = Type.Object(
  {
    staticRoots: Type.Optional(
      folders(
        'Folders below which files may be served (`static`). Symbolic links are followed before it is looked. Default: none.',
      ),
    ),
    cgi: Type.Optional(
      folders(
        'Folders below which programs may be run: those of `cgi`, and those that `fastcgi` names to its server. Default: none.',
      ),
    ),
    fastcgi: Type.Optional(
      Type.Array(
        Type.String({
          pattern: '^(unix:/.+|[0-9.]+:[0-9*]+|\\[[0-9A-Fa-f:.]+\\]:[0-9*]+)$',
          maxLength: 4096,
          expects:
            '"unix:" and a socket\'s path, or an address and a port; * stands for anything but "/", ** for anything, such as "unix:/run/php/*.sock" or "127.0.0.1:*"',
        }),
        { maxItems: 1000, description: 'FastCGI servers that may be asked. Default: none.' },
      ),
    ),
    native: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          "Configurations in the engine's own language. Such a text, and already its checker, may run any program, read any file and listen anywhere that the engine's user can; of what else is named here only `listenPorts` is held against it, as far as its engine tells where it listens.",
      }),
    ),
    listenPorts: Type.Optional(
      Type.Array(
        Type.Union(
          [
            Type.Integer({ minimum: 1, maximum: 65_535 }),
            Type.String({ problem: (text: string) => portRange(text) === undefined }),
          ],
          { expects: 'a port, or a range such as "8000-8999"' },
        ),
        { maxItems: 1000, description: 'Ports that listeners may have. Default: all.' },
      ),
    ),
  },
  {
    ...strict,
    description: 'What a revision may ask of this host, beside proxying. Default: nothing.',
  },
)

export interface HostBounds {
  /** Absolute. */
  readonly staticRoots: readonly string[]
  readonly cgi: readonly string[]
  /** Patterns, in which `*` is anything but `/`, and `**` anything. */
  readonly fastcgi: readonly string[]
  readonly native: boolean
  /** Undefined: all. */
  readonly listenPorts: readonly PortRange[] | undefined
}

export interface PortRange {
  readonly from: number
  readonly to: number
}

export function hostBounds(allow: Static<typeof HostBoundsSchema> = {}): HostBounds {
  return {
    staticRoots: allow.staticRoots ?? [],
    cgi: allow.cgi ?? [],
    fastcgi: allow.fastcgi ?? [],
    native: allow.native ?? false,
    listenPorts: allow.listenPorts?.flatMap((port) =>
      typeof port === 'number' ? [{ from: port, to: port }] : (portRange(port) ?? []),
    ),
  }
}

function portRange(text: string): PortRange | undefined {
  const [, from, to] = /^([1-9][0-9]{0,4})-([1-9][0-9]{0,4})$/.exec(text) ?? []
  const range = { from: Number(from), to: Number(to) }
  return range.from <= range.to && range.to <= 65_535 ? range : undefined
}

/** `/srv/www/` is `/srv/www`. */
function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, '') : path
}
