import { dirname, resolve } from 'node:path'
import type { SourcedResource } from '../model/checks/parse.ts'
import { formatFieldPath } from '../model/field-path.ts'
import type { Issue } from '../model/issue.ts'
import { readCa } from '../model/secrets/read-ca.ts'
import type { SecretFile, SecretFileIssue, SecretRead } from '../model/secrets/read-result.ts'
import { readTls } from '../model/secrets/read-tls.ts'
import { readUsers } from '../model/secrets/read-users.ts'
import { encodeSecretBytes, type SecretBytes } from '../model/secrets/secret-bytes.ts'
import { FILES_OF } from '../model/secrets/secret-files.ts'
import { SECRET_BYTES_MAX } from '../store/secrets/sealed-secret.ts'
import { readSmall } from './read-small.ts'

export interface LoadedSecrets {
  /** By the name of the Secret. */
  readonly bytes: ReadonlyMap<string, SecretBytes>
  readonly issues: readonly Issue[]
  readonly warnings: readonly Issue[]
  /** What was read, or would have been: absolute paths. */
  readonly files: readonly string[]
}

/** Reads and checks the files that Secrets name. What is in them is in no message. */
export async function loadSecrets(
  sources: ReadonlyMap<string, SourcedResource>,
  now: Date,
): Promise<LoadedSecrets> {
  const bytes = new Map<string, SecretBytes>()
  const issues: Issue[] = []
  const warnings: Issue[] = []
  const files: string[] = []
  for (const source of sources.values()) {
    if (source.resource.kind !== 'Secret') continue
    const { metadata, spec } = source.resource
    const folder = dirname(source.position([]).file)
    files.push(...Object.values(spec.files).map((file) => resolve(folder, file)))
    const read = await readSecret(spec, folder, now)
    const place = (issue: SecretFileIssue) => located(issue, source)
    if ('issues' in read) issues.push(...read.issues.map(place))
    else {
      bytes.set(metadata.name, read.bytes)
      warnings.push(...read.warnings.map(place))
    }
  }
  return { bytes, issues, warnings, files }
}

type Spec = Extract<SourcedResource['resource'], { kind: 'Secret' }>['spec']

async function readSecret(spec: Spec, folder: string, now: Date): Promise<SecretRead> {
  const texts = new Map<SecretFile, string>()
  const issues: SecretFileIssue[] = []
  for (const file of FILES_OF[spec.type]) {
    const read = await readSmall(resolve(folder, spec.files[file] ?? ''), SECRET_BYTES_MAX)
    if ('problem' in read) issues.push({ file, message: read.problem })
    else texts.set(file, read.bytes.toString('utf8'))
  }
  if (issues.length > 0) return { issues }
  const textOf = (file: SecretFile) => texts.get(file) ?? ''
  const read = readAs(spec.type, textOf, now)
  if ('issues' in read || Buffer.byteLength(encodeSecretBytes(read.bytes)) <= SECRET_BYTES_MAX) {
    return read
  }
  const message = `holds more than ${SECRET_BYTES_MAX} bytes`
  return { issues: [{ file: FILES_OF[spec.type][0], message }] }
}

function readAs(type: Spec['type'], textOf: (file: SecretFile) => string, now: Date): SecretRead {
  switch (type) {
    case 'TLS':
      return readTls(textOf('certificate'), textOf('key'), now)
    case 'CA':
      return readCa(textOf('certificates'), now)
    case 'Users':
      return readUsers(textOf('users'))
  }
}

function located({ file, message }: SecretFileIssue, source: SourcedResource): Issue {
  const path = ['spec', 'files', file]
  const resource = `Secret/${source.resource.metadata.name}`
  return { ...source.position(path), resource, field: formatFieldPath(path), message }
}
