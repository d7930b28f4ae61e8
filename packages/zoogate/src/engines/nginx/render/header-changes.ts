import type { HeaderChanges } from '../../../model/view/view.ts'
import { headerVariable } from './condition.ts'
import { type Directive, directive } from './directive.ts'
import { hiddenHeaders } from './hidden-headers.ts'
import type { SharedVariables } from './shared-variables.ts'

/** A header that an endpoint is sent. An empty value: none of that name, the client's neither. */
export type HeaderLine = readonly [name: string, value: string]

/**
 * The gateway's own lines with a route's changes to them and to what the client sent. A line that is
 * there replaces all that the client sent of its name; so what is added to stands beside the client's.
 */
export function changedLines(
  own: readonly HeaderLine[],
  changes: HeaderChanges | undefined,
  shared: SharedVariables,
): readonly HeaderLine[] {
  if (changes === undefined) return own
  let lines = [...own]
  const isOf = (name: string) => (line: HeaderLine) => line[0].toLowerCase() === name.toLowerCase()
  const replace = (name: string, value: string) => {
    lines = [...lines.filter((line) => !isOf(name)(line)), [name, value]]
  }
  for (const name of changes.remove) replace(name, '')
  for (const { name, value } of changes.set) replace(name, shared.text(value))
  for (const { name, value } of changes.add) {
    // Others nginx does not take from a client, nor has it variables for them.
    if (!lines.some(isOf(name)) && /^[A-Za-z0-9-]+$/.test(name)) {
      lines.push([name, headerVariable(name)])
    }
    lines.push([name, shared.text(value)])
  }
  return lines
}

/** `fastcgi` and `proxy` have directives of the same meaning. */
export type Upstream = 'proxy' | 'fastcgi'

/** Keeps back what of an endpoint's response is removed or written anew, with what always is. */
export function hideChanged(
  from: Upstream,
  of: 'response' | 'tunnel',
  changes: HeaderChanges | undefined,
): readonly Directive[] {
  const names = changes === undefined ? [] : [...changes.remove, ...changes.set.map(nameOf)]
  // A location that has any of these inherits none.
  if (names.length === 0 && of === 'response' && from === 'proxy') return []
  return [
    ...hiddenHeaders(from, of),
    ...names.map((name) => directive(`${from}_hide_header`, name)),
  ]
}

/** What the client gets beside what is left of the response, whatever its status. */
export function writeChanged(
  changes: HeaderChanges | undefined,
  shared: SharedVariables,
): readonly Directive[] {
  if (changes === undefined) return []
  return [...changes.set, ...changes.add].map(({ name, value }) =>
    directive('add_header', name, shared.text(value), 'always'),
  )
}

/** Where nginx itself makes the response, its own headers are not hidden but emptied. */
export function changeOwnResponse(
  changes: HeaderChanges | undefined,
  shared: SharedVariables,
): readonly Directive[] {
  if (changes === undefined) return []
  const lower = (name: string) => name.toLowerCase()
  const type = changes.set.find(({ name }) => lower(name) === 'content-type')
  const noType = changes.remove.some((name) => lower(name) === 'content-type')
  const others = {
    ...changes,
    set: changes.set.filter(({ name }) => lower(name) !== 'content-type'),
  }
  return [
    ...(type === undefined && !noType
      ? []
      : [{ words: ['types'], block: [] }, directive('default_type', type?.value ?? '')]),
    ...changes.remove
      .filter((name) => ['etag', 'last-modified'].includes(lower(name)))
      .map((name) => directive('add_header', name, '', 'always')),
    ...writeChanged(others, shared),
  ]
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}
