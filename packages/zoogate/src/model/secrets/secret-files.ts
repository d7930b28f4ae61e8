import type { SecretResource } from '../resources/secret.ts'
import type { SchemaIssue } from '../schema/schema-issues.ts'
import type { SecretFile } from './read-result.ts'

/** The files that each type is made of, all of them needed. */
export const FILES_OF = {
  TLS: ['certificate', 'key'],
  CA: ['certificates'],
  Users: ['users'],
} as const satisfies Record<SecretResource['spec']['type'], readonly SecretFile[]>

/** What a schema cannot say: a type has its own files, and no others. */
export function secretIssues({ spec }: SecretResource): readonly SchemaIssue[] {
  const needed: readonly SecretFile[] = FILES_OF[spec.type]
  const missing = needed.filter((file) => spec.files[file] === undefined)
  const others = Object.keys(spec.files).filter((file) => !needed.some((one) => one === file))
  return [
    ...missing.map((file) => ({
      path: ['spec', 'files', file],
      message: `is missing: type ${spec.type} has ${needed.join(' and ')}`,
    })),
    ...others.map((file) => ({
      path: ['spec', 'files', file],
      at: 'key' as const,
      message: `is not a file of type ${spec.type}, which has ${needed.join(' and ')}`,
    })),
  ]
}
