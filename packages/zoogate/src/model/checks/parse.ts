import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
} from 'yaml'
import { type FieldPath, formatFieldPath } from '../field-path.ts'
import type { Issue } from '../issue.ts'
import { type Resource, resourceKey } from '../resources/resource.ts'
import { checkResource } from './resource-checks.ts'

/** A file is read up to this size. */
export const FILE_BYTES_MAX = 4 * 1024 * 1024
/** A resource may have so many characters, aliases expanded: the bound against "billion laughs". */
const RESOURCE_CHARACTERS_MAX = 1024 * 1024
const ALIASES_MAX = 100
/** So many syntax errors of one document are told; the first one explains the others. */
export const SYNTAX_ISSUES_MAX = 20

interface Position {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
}

/** A resource and where its fields lie in the file that it came from. */
export interface SourcedResource {
  readonly resource: Resource
  /** The nearest place to a field: a field that is not written lies where its parent does. */
  position(path: FieldPath, at?: 'key' | 'value'): Position
}

export interface ParsedResources {
  readonly resources: readonly SourcedResource[]
  readonly issues: readonly Issue[]
}

/**
 * Reads the resources of one file: YAML 1.2 (and so JSON), any number of documents. All errors are
 * told at once, each with its line and column. Never throws.
 */
export function parseResources(text: string, file: string): ParsedResources {
  if (Buffer.byteLength(text) > FILE_BYTES_MAX) {
    const message = `the file is larger than ${FILE_BYTES_MAX} bytes`
    return { resources: [], issues: [{ file, line: 1, column: 1, field: '', message }] }
  }
  const lines = new LineCounter()
  const resources: SourcedResource[] = []
  const issues: Issue[] = []
  for (const document of documentsOf(text, lines, file, issues)) {
    const source = new Source(document, lines, file)
    if (document.errors.length > 0) issues.push(...source.syntaxIssues())
    else if (!isEmpty(document)) read(source, resources, issues)
  }
  return { resources: withoutDuplicates(resources, issues), issues }
}

function documentsOf(
  text: string,
  lines: LineCounter,
  file: string,
  issues: Issue[],
): readonly Document.Parsed[] {
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      version: '1.2',
    })
    return Array.isArray(parsed) ? parsed : []
  } catch (error) {
    // The composer recurses: a text of nothing but brackets exhausts the stack.
    const message =
      error instanceof RangeError ? 'the YAML is nested too deeply' : `not YAML: ${String(error)}`
    issues.push({ file, line: 1, column: 1, field: '', message })
    return []
  }
}

/** Nothing between two `---`, or comments alone. */
function isEmpty(document: Document.Parsed): boolean {
  const { contents } = document
  return contents === null || (isScalar(contents) && contents.value === null)
}

function read(source: Source, resources: SourcedResource[], issues: Issue[]): void {
  const value = source.value()
  if ('problem' in value) {
    issues.push(source.issue({ path: [], message: value.problem }))
    return
  }
  const checked = checkResource(value.value)
  if ('resource' in checked) {
    resources.push({
      resource: checked.resource,
      position: (path, at) => source.position(path, at),
    })
  } else issues.push(...checked.issues.map((issue) => source.issue(issue)))
}

function withoutDuplicates(
  resources: readonly SourcedResource[],
  issues: Issue[],
): readonly SourcedResource[] {
  const first = new Map<string, SourcedResource>()
  for (const sourced of resources) {
    const key = resourceKey(sourced.resource)
    const before = first.get(key)
    if (before === undefined) first.set(key, sourced)
    else issues.push(duplicateIssue(sourced, before))
  }
  return [...first.values()]
}

/** Also for the same resource in two files. */
export function duplicateIssue(sourced: SourcedResource, before: SourcedResource): Issue {
  const key = resourceKey(sourced.resource)
  const { file, line } = before.position([])
  return {
    ...sourced.position(['metadata', 'name']),
    resource: key,
    field: 'metadata.name',
    message: `${key} is already at ${file}:${line}`,
  }
}

/** One document of a file: from a field's path to its line and column. */
class Source {
  readonly #document: Document.Parsed
  readonly #lines: LineCounter
  readonly #file: string

  constructor(document: Document.Parsed, lines: LineCounter, file: string) {
    this.#document = document
    this.#lines = lines
    this.#file = file
  }

  value(): { readonly value: unknown } | { readonly problem: string } {
    try {
      const value: unknown = this.#document.toJS({ maxAliasCount: ALIASES_MAX })
      return charactersOf(value, RESOURCE_CHARACTERS_MAX) > RESOURCE_CHARACTERS_MAX
        ? { problem: `the resource has more than ${RESOURCE_CHARACTERS_MAX} characters` }
        : { value }
    } catch (error) {
      return {
        problem: error instanceof ReferenceError ? error.message : `not YAML: ${String(error)}`,
      }
    }
  }

  syntaxIssues(): readonly Issue[] {
    return this.#document.errors.slice(0, SYNTAX_ISSUES_MAX).map((error) => ({
      ...this.#at(error.pos[0]),
      field: '',
      message: error.message,
    }))
  }

  issue(issue: { readonly path: FieldPath; readonly at?: 'key'; readonly message: string }): Issue {
    return {
      ...this.position(issue.path, issue.at),
      field: formatFieldPath(issue.path),
      message: issue.message,
    }
  }

  position(path: FieldPath, at: 'key' | 'value' = 'value'): Position {
    return this.#at(offsetOf(this.#document, path, at))
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { file: this.#file, line: Math.max(1, line), column: Math.max(1, col) }
  }
}

function offsetOf(document: Document.Parsed, path: FieldPath, at: 'key' | 'value'): number {
  let node: Node | null = document.contents
  let offset = startOf(node) ?? document.range[0]
  for (const [index, step] of path.entries()) {
    const container: Node | null | undefined = isAlias(node) ? node.resolve(document) : node
    const last = index === path.length - 1
    if (isMap<ParsedNode, ParsedNode | null>(container)) {
      const pair = container.items.find(({ key }) => isScalar(key) && key.value === step)
      if (pair === undefined) return offset
      offset = (last && at === 'key' ? startOf(pair.key) : startOf(pair.value)) ?? offset
      node = pair.value
    } else if (isSeq<ParsedNode>(container) && typeof step === 'number') {
      const item = container.items[step]
      if (item === undefined) return offset
      offset = startOf(item) ?? offset
      node = item
    } else return offset
  }
  return offset
}

function startOf(node: Node | null): number | undefined {
  return node?.range?.[0]
}

/** Characters of a value, counted no further than `max`. */
function charactersOf(value: unknown, max: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  let count = 1
  for (const [key, field] of Object.entries(value)) {
    count += key.length + charactersOf(field, max - count)
    if (count > max) break
  }
  return count
}
