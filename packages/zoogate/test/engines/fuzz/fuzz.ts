import fc from 'fast-check'
import { views } from './full-view.ts'
import { hostility } from './hostile.ts'
import { Judge, type Subject, type Verdict } from './judge.ts'
import { type Leaf, leavesOf, type TextField } from './text-fields.ts'

export interface Case {
  readonly leaf: Leaf
  readonly text: string
  readonly verdict: Verdict
}

interface FuzzOptions {
  readonly seed: number
  readonly runs: number
}

/**
 * Puts hostile texts in the places of innocent ones, one at a time: each field in turn, so that all
 * have as many.
 */
export function fuzz(subject: Subject, options: FuzzOptions): readonly Case[] {
  return [...casesOf(subject, options)]
}

/** Whether one of them is carried and not what was meant: those behind it are not tried. */
export function findsWrong(subject: Subject, options: FuzzOptions): boolean {
  for (const { verdict } of casesOf(subject, options)) {
    if (verdict.outcome === 'wrong') return true
  }
  return false
}

function* casesOf(subject: Subject, { seed, runs }: FuzzOptions): Generator<Case> {
  const fields = placesOf(subject)
  for (const [index, { make }] of fc.sample(hostility, { seed, numRuns: runs }).entries()) {
    const places = fields[index % fields.length] ?? []
    const place = places[Math.floor(index / fields.length) % places.length]
    if (place === undefined) throw new Error(`${subject.name} carries no text`)
    const { leaf, judge } = place
    const made = make(leaf.text)
    const text = made === leaf.text ? `${made}\0` : made
    yield { leaf, text, verdict: judge().judge(leaf, text) }
  }
}

/** Those that were carried and are not what was meant, with all that is needed to see why. */
export function wrongOnes(cases: readonly Case[]) {
  return cases.flatMap(({ leaf, text, verdict }) =>
    verdict.outcome === 'wrong' ? [{ ...leaf, hostile: text, why: verdict.why }] : [],
  )
}

interface Place {
  readonly leaf: Leaf
  readonly judge: () => Judge
}

/** By field, every text that the engine carries, and who judges it: the view that it stands in. */
function placesOf(subject: Subject): readonly (readonly Place[])[] {
  const known = new Set<string>()
  const byField = new Map<TextField, Place[]>()
  for (const view of views(subject.engine)) {
    let judge: Judge | undefined
    const theJudge = () => {
      judge ??= new Judge(subject, view)
      return judge
    }
    const leaves = leavesOf(view)
    for (const leaf of leaves.filter(({ field, text }) => !known.has(`${field} ${text}`))) {
      byField.set(leaf.field, [...(byField.get(leaf.field) ?? []), { leaf, judge: theJudge }])
    }
    for (const { field, text } of leaves) known.add(`${field} ${text}`)
  }
  return [...byField.values()]
}
