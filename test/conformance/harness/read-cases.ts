import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Document, isScalar, LineCounter, parseDocument } from 'yaml'
import { FEATURES } from '../../../packages/zoogate/src/model/features/index.ts'
import { type FieldPath, formatFieldPath } from '../../../packages/zoogate/src/model/field-path.ts'
import { formatIssue } from '../../../packages/zoogate/src/model/issue.ts'
import { schemaIssues } from '../../../packages/zoogate/src/model/schema/schema-issues.ts'
import { didYouMean } from '../../../packages/zoogate/src/model/values/nearest-name.ts'
import { CaseSchema, type CaseSpec } from './case-schema.ts'
import { ANY_VALUES, fillIn, placeholderProblems, type Values } from './placeholders.ts'

/** A case as it lies in its file. */
export interface Case {
  /** Its path below the folder of cases, without `.yaml`. */
  readonly id: string
  readonly file: string
  readonly text: string
  /** With values that stand for nothing real: names, features and what is written may be trusted. */
  readonly spec: CaseSpec
}

const CASE_BYTES_MAX = 256 * 1024
const FEATURE_NAMES: readonly string[] = FEATURES.map(({ name }) => name)

export interface ReadCases {
  readonly cases: readonly Case[]
  /** All that is wrong with others, by file and line. */
  readonly problems: readonly string[]
}

/** The cases of files, and of folders with all below them. */
export function readCases(paths: readonly string[]): ReadCases {
  const cases: Case[] = []
  const problems: string[] = []
  for (const path of paths) {
    const files = statSync(path).isDirectory() ? yamlBelow(path) : [path]
    for (const file of files) {
      if (statSync(file).size > CASE_BYTES_MAX) {
        problems.push(`${file}:1:1: the file is larger than ${CASE_BYTES_MAX} bytes`)
        continue
      }
      const text = readFileSync(file, 'utf8')
      const read = parseCase(text, file, ANY_VALUES)
      const id = (files.length === 1 ? file : relative(path, file)).replace(/\.ya?ml$/, '')
      if (cases.some((other) => other.id === id)) problems.push(`${file}:1:1: ${id} is read twice`)
      if ('problems' in read) problems.push(...read.problems)
      else cases.push({ id, file, text, spec: read.spec })
    }
  }
  return { cases: cases.sort((a, b) => (a.id < b.id ? -1 : 1)), problems }
}

interface ParsedCase {
  readonly spec: CaseSpec
  /** Where a field is written: `paths.yaml:12:5`. */
  place(path: FieldPath): string
}

/** A case, its placeholders filled in. Its resources begin with as many empty lines as stand before them. */
export function parseCase(
  text: string,
  file: string,
  values: Values,
): ParsedCase | { readonly problems: readonly string[] } {
  const lines = new LineCounter()
  const filled = fillIn(text, values)
  const document = parseDocument(filled, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
  })
  const at = (offset: number, field: string, message: string) => {
    const { line, col } = lines.linePos(offset)
    return formatIssue({ file, line: Math.max(1, line), column: Math.max(1, col), field, message })
  }
  const syntax = [
    ...placeholderProblems(text).map(({ offset, message }) => at(offset, '', message)),
    ...document.errors.map(({ pos, message }) => at(pos[0], '', message)),
  ]
  if (syntax.length > 0) return { problems: syntax }
  const value: unknown = document.toJS({ maxAliasCount: 100 })
  const report = (path: FieldPath, message: string) =>
    at(offsetOf(document, path), formatFieldPath(path), message)
  const issues = schemaIssues(CaseSchema, value).map(({ path, message }) => report(path, message))
  if (issues.length > 0) return { problems: issues }
  const spec = value as CaseSpec
  if ((spec.requests === undefined) !== (spec.invalid !== undefined)) {
    return { problems: [report([], 'must have either requests or invalid')] }
  }
  const unknown = (spec.features ?? []).flatMap((name, index) =>
    FEATURE_NAMES.includes(name)
      ? []
      : [report(['features', index], `is no feature${didYouMean(name, FEATURE_NAMES)}`)],
  )
  if (unknown.length > 0) return { problems: unknown }
  const { line } = lines.linePos(offsetOf(document, ['resources']))
  return {
    spec: { ...spec, resources: '\n'.repeat(line) + spec.resources },
    place: (path) => report(path, '').split(' ', 1)[0] ?? file,
  }
}

/** Where a field lies, or the nearest one above it that is written. */
function offsetOf(document: Document.Parsed, path: FieldPath): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isScalar(node) || (typeof node === 'object' && node !== null && 'range' in node)) {
      const { range } = node
      if (Array.isArray(range) && typeof range[0] === 'number') return range[0]
    }
  }
  return document.contents?.range?.[0] ?? 0
}

function yamlBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
