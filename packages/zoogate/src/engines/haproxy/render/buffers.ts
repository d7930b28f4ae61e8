import type { View } from '../../../model/view/view.ts'
import type { Directive } from './directive.ts'

/** HAProxy's own, `tune.bufsize`. */
const BUFFER_BYTES = 16_384
/** Kept free for what we add to a head, `tune.maxrewrite`. */
const REWRITE_BYTES = 1_024
/** HAProxy's form of a header may take some bytes more than it took on the wire. */
const HEAD_OVERHEAD = 1.5
/** Every connection has buffers of this size while it is used. */
const BUFFER_BYTES_MAX = 262_144
/** Of a body without a length so much is waited for: see `refuseBody`. */
export const WAITED_FOR_BYTES = 8_192

/** The largest head that a limit can allow. */
export const HEADER_BYTES_MAX = Math.floor((BUFFER_BYTES_MAX - REWRITE_BYTES) / HEAD_OVERHEAD)

/** A request's head lies in one buffer, with what is waited for of its body. */
export function bufferSize({ limits }: View): readonly Directive[] {
  const head = Math.ceil((limits?.headerBytes ?? BUFFER_BYTES / 2) * HEAD_OVERHEAD)
  const body = limits?.bodyBytes === undefined ? 0 : 2 * WAITED_FOR_BYTES
  const bytes = head + body + REWRITE_BYTES
  return bytes <= BUFFER_BYTES ? [] : [['tune.bufsize', String(bytes)]]
}
