import { isIPv6 } from 'node:net'
import type { Engine, RenderedFiles } from '../../../src/engines/engine.ts'
import type { View } from '../../../src/model/view/view.ts'
import { CONTEXT } from '../support/views.ts'
import { linesOf } from './readers/plain.ts'
import { agree, difference, type Reading, type Replacement } from './readers/reading.ts'
import {
  printLiteral,
  printSpellings,
  readDialect,
  readExpression,
  readSpellings,
  readWithoutLineFeed,
} from './readers/regular-expression.ts'
import { type Leaf, replaced } from './text-fields.ts'

/** An engine, and who reads its files. */
export interface Subject {
  readonly name: string
  readonly engine: Engine
  readonly read: (files: RenderedFiles) => Reading
}

export type Verdict =
  | { readonly outcome: 'refused' | 'carried' | 'another shape' }
  | { readonly outcome: 'wrong'; readonly why: string }

/** Judges an engine on texts in the places of those of one innocent view. */
export class Judge {
  readonly #subject: Subject
  readonly #view: View
  readonly #innocent: Reading

  constructor(subject: Subject, view: View) {
    this.#subject = subject
    this.#view = view
    this.#innocent = this.#read(view)
  }

  judge({ field, text }: Leaf, hostile: string): Verdict {
    if (hasAnotherShape(field, hostile)) return { outcome: 'another shape' }
    const view = replaced(this.#view, new Map([[text, hostile]]))
    try {
      if (this.#subject.engine.refusals(view).length > 0) return { outcome: 'refused' }
      const reading = this.#read(view)
      const forms = formsOf(field).flatMap((form) => replacement(form, text, hostile))
      if (agree(this.#innocent, reading, forms)) return { outcome: 'carried' }
      return { outcome: 'wrong', why: difference(this.#innocent, reading, forms) }
    } catch (error) {
      return { outcome: 'wrong', why: String(error) }
    }
  }

  #read(view: View): Reading {
    const { engine, read } = this.#subject
    return read(engine.render(view, CONTEXT))
  }
}

/**
 * Whether an innocent text of this kind would be written otherwise than the one in its place: tests of
 * their own hold what the engines make of these.
 */
function hasAnotherShape(field: Leaf['field'], text: string): boolean {
  switch (field) {
    case 'routes[].hostname':
      return /^\*\./.test(text)
    case 'routes[].path<PathPrefix>.value':
      // The model has no slash at their ends.
      return text.endsWith('/')
    case 'routes[].path<Exact>.value':
    case 'routes[].rewrite.path<ReplacePrefixMatch>.value':
    case 'routes[].answer<redirect>.path<ReplacePrefixMatch>.value':
    case 'routes[].answer<fastcgi>.root':
      return /^\/+$/.test(text)
    case 'routes[].requestHeaders.add[].name':
      // No client's header of such a name is passed on: there is none to stand beside.
      return !/^[A-Za-z0-9-]*$/.test(text)
    case 'routes[].requestHeaders.set[].name':
      // It stands in the place of the one that is always written.
      return /^host$/i.test(text)
    case 'routes[].headers[].value':
    case 'routes[].query[].value':
      return text === ''
    case 'routes[].query[]<RegularExpression>.value':
      return matchesNothing(text)
    case 'routes[].compress.types[]':
      return text.endsWith('/*')
    case 'listeners[].address':
      return text === '*' || isIPv6(text)
    case 'services[].endpoints[].id':
      // httpd has a digest of a longer one.
      return text.length > 63
    case 'services[].endpoints[].address':
      return isIPv6(text)
    default:
      return false
  }
}

function matchesNothing(expression: string): boolean {
  try {
    return new RegExp(`^(?:${expression})$`).test('')
  } catch {
    return false
  }
}

type Form = (text: string) => string

function replacement(form: Form, text: string, hostile: string): readonly Replacement[] {
  try {
    return [[form(text), form(hostile)]]
  } catch {
    return []
  }
}

/**
 * How a text may stand in what is read, beside as it is: the few forms in which engines compare it.
 * Each is of some fields alone.
 */
function formsOf(field: Leaf['field']): readonly Form[] {
  const asItIs: Form = (text) => text
  if (field.endsWith('Pem')) return [linesOf]
  const forms: Form[] = [asItIs, printLiteral]
  if (/path<(?:Exact|PathPrefix)>/.test(field)) {
    forms.push(
      decodeURIComponent,
      (text) => printLiteral(decodeURIComponent(text)),
      (text) => printSpellings(decodeURIComponent(text), '%?#'),
    )
  }
  // A string between quotes (RFC 9110, 5.6.4).
  if (field.endsWith('realm')) forms.push((text) => text.replace(/["\\]/g, '\\$&'))
  if (/Replace|root/.test(field))
    forms.push(encodePath, (text) => encodePath(text).replace(/\/+$/, ''))
  if (field.endsWith('<RegularExpression>.value')) {
    const bare: Form = (text) => text.replace(/^\^/, '').replace(/(?<=^(?:[^\\]|\\.)*)\$$/, '')
    const read: Form[] = [
      (text) => readExpression(text),
      readDialect,
      readWithoutLineFeed,
      (text) => readSpellings(text, '%&#'),
    ]
    forms.push(
      ...read,
      ...read.map(
        (form): Form =>
          (text) =>
            form(bare(text)),
      ),
    )
  }
  if (field.includes('.query[]')) forms.push((text) => printSpellings(text, '%&#'))
  if (field.endsWith('fastcgi>.address')) forms.push((text) => text.replace(/^unix:/, ''))
  if (/query\[\].*\.name$/.test(field)) forms.push((text) => printSpellings(text, '%&#='))
  if (/(?:[nN]ame|remove\[\]|service)$/.test(field)) {
    // Variables are named after headers, cookies and services.
    const lower: Form = (text) => text.toLowerCase()
    forms.push(lower, (text) => lower(text).replaceAll('-', '_'))
    if (/hashOn|sessionName/.test(field)) forms.push(encodeName, (text) => encodeName(lower(text)))
  }
  return forms
}

/** What may not stand in a variable of HAProxy's, and what this is written with. */
function encodeName(name: string): string {
  return name.replace(/[^A-Za-z0-9.]/g, (each) => `_${each.charCodeAt(0).toString(16)}`)
}

/** What may not stand in a path, in percent. */
function encodePath(path: string): string {
  return [...Buffer.from(path)]
    .map((byte) => String.fromCharCode(byte))
    .map((character) =>
      /[!-~]/.test(character) && !/[?#"<>\\^`{|}]/.test(character)
        ? character
        : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('')
}
