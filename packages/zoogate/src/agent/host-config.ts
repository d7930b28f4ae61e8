import { readFile } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { LineCounter, parseDocument } from 'yaml'
import { formatFieldPath } from '../model/field-path.ts'
import { strict } from '../model/resources/resource-metadata.ts'
import { schemaIssues } from '../model/schema/schema-issues.ts'
import { DEFAULT_KEY_FILE } from '../store/secrets/key-file.ts'
import type { AttachedProcessOptions } from '../supervisor/attached-process.ts'
import { type AddressRules, addressRules } from './address-rules.ts'
import { AgentError } from './agent-error.ts'
import { type HostBounds, HostBoundsSchema, hostBounds } from './bounds/host-bounds.ts'
import { errnoOf } from './disk/atomic-file.ts'

export const DEFAULT_CONFIG_FILE = '/etc/zoogate/agent.yaml'

/** A configuration larger than this is not one. */
const CONFIG_BYTES_MAX = 256 * 1024

const absolutePath = (description: string) =>
  Type.String({
    maxLength: 4096,
    expects: 'an absolute path',
    problem: (text: string) => !isAbsolute(text),
    description,
  })

const command = (description: string) =>
  Type.Array(Type.String({ maxLength: 4096 }), { minItems: 1, maxItems: 64, description })

const HostConfigSchema = Type.Object(
  {
    stateFolder: Type.Optional(
      absolutePath(
        'Where nodes keep their state and generations. Default: /var/lib/zoogate, or .zoogate below the working folder where the agent is not root.',
      ),
    ),
    discovery: Type.Optional(
      Type.Object(
        {
          allowAddresses: Type.Optional(
            Type.Array(
              Type.String({
                maxLength: 64,
                expects: 'an address or a network, such as "10.0.0.0/8" or "127.0.0.1"',
                problem: (text: string) => !isNetwork(text),
              }),
              {
                maxItems: 1000,
                description:
                  'Where instances may be. Default: anywhere but loopback, link-local, multicast and the like.',
              },
            ),
          ),
        },
        strict,
      ),
    ),
    allow: Type.Optional(HostBoundsSchema),
    secrets: Type.Optional(
      Type.Object(
        {
          keys: Type.Optional(
            absolutePath(
              `The key file that Secrets are decrypted with. Default: ${DEFAULT_KEY_FILE}`,
            ),
          ),
        },
        strict,
      ),
    ),
    engine: Type.Optional(
      Type.Object(
        {
          mode: Type.Optional(
            Type.Union([Type.Literal('supervised'), Type.Literal('attached')], {
              default: 'supervised',
              description:
                "Who runs the engine: our supervisor, or the host's service manager, which the agent then signals.",
            }),
          ),
          pidFile: Type.Optional(
            absolutePath(
              "Where the service manager's engine writes its process id. attached only.",
            ),
          ),
          reloadCommand: Type.Optional(
            command(
              'Run instead of sending the signal that makes the engine reload, such as ["systemctl", "reload", "nginx"].',
            ),
          ),
          startCommand: Type.Optional(
            command('Run where the engine does not run. Default: that is left to the host.'),
          ),
        },
        strict,
      ),
    ),
  },
  strict,
)
type HostConfig = Static<typeof HostConfigSchema>

/** What the host allows a revision and a registration to ask of it. */
export interface HostSettings {
  readonly stateFolder: string | undefined
  readonly addresses: AddressRules
  readonly bounds: HostBounds
  /** What Secrets are decrypted with: need not be there where none are asked for. */
  readonly keyFile: string
  readonly engine:
    | { readonly mode: 'supervised' }
    | ({ readonly mode: 'attached' } & AttachedProcessOptions)
}

export interface HostConfigOptions {
  /** Default: {@link DEFAULT_CONFIG_FILE}, which need not exist. */
  readonly file?: string
}

/** @throws AgentError `AGENT_CONFIG_INVALID`, with file, line and field of everything that is wrong */
export async function readHostConfig(options: HostConfigOptions = {}): Promise<HostSettings> {
  const file = options.file ?? DEFAULT_CONFIG_FILE
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && options.file === undefined) return hostSettings({})
    throw invalid(`${file}: ${error instanceof Error ? error.message : error}`)
  }
  return parseHostConfig(text, file)
}

/** @throws AgentError `AGENT_CONFIG_INVALID` */
export function parseHostConfig(text: string, file: string): HostSettings {
  if (text.length > CONFIG_BYTES_MAX)
    throw invalid(`${file}: larger than ${CONFIG_BYTES_MAX} bytes`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [broken] = document.errors
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0])
    throw invalid(`${file}:${line}:${col} ${broken.message}`)
  }
  const value: unknown = document.toJS({ maxAliasCount: 10 }) ?? {}
  const issues = schemaIssues(HostConfigSchema, value)
  if (issues.length > 0) {
    const place = (path: readonly (string | number)[]): string => {
      const node = document.getIn(path, true)
      const range = node !== null && typeof node === 'object' && 'range' in node ? node.range : null
      const at = Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0
      return `${file}:${lines.linePos(at).line}`
    }
    throw invalid(
      issues
        .map(({ path, message }) => `${place(path)} ${formatFieldPath(path)}: ${message}`)
        .join('\n'),
    )
  }
  return hostSettings(Value.Parse(HostConfigSchema, value), file)
}

function hostSettings(config: HostConfig, file = 'agent.yaml'): HostSettings {
  const mode = config.engine?.mode ?? 'supervised'
  const { pidFile, reloadCommand, startCommand } = config.engine ?? {}
  if (mode === 'attached' && pidFile === undefined) {
    throw invalid(`${file} engine.pidFile: is missing, and an attached engine is found by it`)
  }
  return {
    stateFolder: config.stateFolder,
    bounds: hostBounds(config.allow),
    keyFile: config.secrets?.keys ?? DEFAULT_KEY_FILE,
    addresses: addressRules(config.discovery?.allowAddresses),
    engine:
      mode === 'attached' && pidFile !== undefined
        ? {
            mode,
            pidFile,
            ...(reloadCommand === undefined ? {} : { reloadCommand }),
            ...(startCommand === undefined ? {} : { startCommand }),
          }
        : { mode: 'supervised' },
  }
}

function isNetwork(text: string): boolean {
  try {
    addressRules([text])
    return true
  } catch {
    return false
  }
}

function invalid(message: string): AgentError {
  return new AgentError('AGENT_CONFIG_INVALID', message)
}
