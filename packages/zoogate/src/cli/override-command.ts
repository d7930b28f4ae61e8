import type { Command } from 'commander'
import type { Override } from '../model/resources/override.ts'
import type { OverrideChange } from '../store/override-store.ts'
import { author } from './author.ts'
import { withConnection } from './connect.ts'
import { requireInstance, requireService } from './instances.ts'
import { printJson } from './output.ts'
import { printable } from './table.ts'
import { processTerminal } from './terminal.ts'

export interface OverrideRequest {
  readonly service: string
  readonly instance: string
  readonly change: (by: string) => OverrideChange
  /** `required`: it must be there now. `any`: a word about one that is gone can be taken back. */
  readonly presence: 'required' | 'any'
  readonly json: boolean
}

/** What `drain`, `undrain` and `weight` have in common: says an operator's word, and tells what stands. */
export async function runOverride(command: Command, request: OverrideRequest): Promise<void> {
  const { service, instance } = request
  const override = await withConnection(command, async ({ store }) => {
    const resource = await requireService(store, service)
    if (request.presence === 'required') await requireInstance(store, resource, instance)
    const by = author()
    return store.changeOverride({ service, instance, by }, request.change(by))
  })
  const terminal = processTerminal()
  if (request.json) printJson(terminal, { service, instance, override: override ?? null })
  else terminal.out(`${service}/${instance}: ${describeOverride(override)}`)
}

/** An operator's word in words. */
function describeOverride(override: Override | undefined): string {
  if (override === undefined) return 'says what it is itself'
  const parts = [
    ...(override.state === undefined ? [] : [override.state]),
    ...(override.weight === undefined ? [] : [`weight ${override.weight}`]),
    ...(override.until === undefined ? [] : [`until ${new Date(override.until).toISOString()}`]),
    `by ${printable(override.by)}`,
    ...(override.reason === undefined ? [] : [`(${printable(override.reason)})`]),
  ]
  return parts.join(', ').replace(', (', ' (')
}
