import type { SecretBytes } from './secret-bytes.ts'

/** A file of a Secret, by the field that names it. */
export type SecretFile = 'certificate' | 'key' | 'certificates' | 'users'

/** What is wrong with a file, or odd about it. The message never holds what the file does. */
export interface SecretFileIssue {
  readonly file: SecretFile
  readonly message: string
}

export type SecretRead =
  | { readonly issues: readonly SecretFileIssue[] }
  | { readonly bytes: SecretBytes; readonly warnings: readonly SecretFileIssue[] }
