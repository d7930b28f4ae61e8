import {
  ANSWERS,
  HOP_BY_HOP_HEADERS,
  HOST as HOST_PATTERN,
  REFUSED_IN_TARGET,
  TARGET_FORM,
} from '@zoogate/proxy/request-rules'
import type { View } from '../../../model/view/view.ts'
import { answer } from './answer.ts'
import { WAITED_FOR_BYTES } from './buffers.ts'
import type { Directive } from './directive.ts'

/** HAProxy keeps the framing's own headers in order by itself, and needs them for a WebSocket. */
const FRAMING: readonly string[] = ['connection', 'transfer-encoding', 'upgrade']
export const HOP_BY_HOP = HOP_BY_HOP_HEADERS.filter((name) => !FRAMING.includes(name))
export const HAS_HOST = ['{', 'req.fhdr(host)', '-m', 'found', '}']

/** A regular expression for any of these header names. */
export function anyHeader(names: readonly string[]): string {
  return `^(?:${names.join('|')})$`
}

/** What no engine of ours carries: see `request-rules.ts`. HAProxy has refused bad framing before. */
export function refuseRequests(): readonly Directive[] {
  const isHttp10 = ['{', 'req.ver', '1.0', '}']
  const hasOneHost = ['{', 'req.fhdr_cnt(host)', 'eq', '1', '}']
  const hostIsGood = ['{', 'req.fhdr(host)', '-m', 'reg', '--', HOST_PATTERN, '}']
  const isPath = ['{', 'url', '-m', 'beg', '/', '}']
  const isNoPath = ['!{', 'pathq', '-m', 'beg', '/', '}']
  const bad = (...condition: string[]) => answer(400, ANSWERS.badRequest, condition)
  return [
    bad('unless', '{', 'url', '-m', 'reg', '-i', '--', TARGET_FORM, '}'),
    bad('if', '{', 'pathq', '-m', 'reg', '-i', '--', REFUSED_IN_TARGET, '}'),
    bad('unless', ...hasOneHost, 'or', ...isHttp10),
    bad('if', ...isHttp10, '{', 'req.fhdr(transfer-encoding)', '-m', 'found', '}'),
    bad('if', ...HAS_HOST, ...hostIsGood.with(0, '!{')),
    // Of a URL the endpoint is sent the path. HAProxy has seen that its host is Host.
    ['http-request', 'set-uri', '%[pathq]', 'unless', ...isPath, 'or', ...isNoPath],
    ['http-request', 'set-uri', '/%[pathq]', 'unless', ...isPath],
    answer(405, ANSWERS.methodNotAllowed, ['if', '{', 'method', 'TRACE', 'CONNECT', '}']),
  ]
}

const HEADERS_LENGTH = 'txn.zoogate_headers_length'
const URL_LENGTH = 'txn.zoogate_url_length'
/** Two spaces, `HTTP/1.1` and the end of the line. */
const REST_OF_LINE_BYTES = 12

/** What is larger than the Gateway takes. */
export function refuseSizes({ limits }: View): readonly Directive[] {
  return [
    ...(limits?.headerBytes === undefined ? [] : refuseHeaders(limits.headerBytes)),
    ...(limits?.bodyBytes === undefined ? [] : refuseBody(limits.bodyBytes)),
  ]
}

function refuseHeaders(bytes: number): readonly Directive[] {
  const sum = `method,length,add(${URL_LENGTH}),add(${HEADERS_LENGTH}),add(${REST_OF_LINE_BYTES})`
  return [
    ['http-request', `set-var(${HEADERS_LENGTH})`, 'req.hdrs,length'],
    ['http-request', `set-var(${URL_LENGTH})`, 'url,length'],
    answer(431, ANSWERS.headTooLarge, ['if', '{', sum, 'gt', String(bytes), '}']),
  ]
}

/**
 * A length that is told is compared. Without one HAProxy knows only what is in its buffer: it waits
 * for a small body to be there as a whole, and has no way to end a large one later, so that it asks
 * for the length (411).
 */
function refuseBody(bytes: number): readonly Directive[] {
  const length = ['req.hdr(content-length)', '-m', 'found', '}']
  const waited = Math.min(bytes, WAITED_FOR_BYTES)
  const isLong = ['{', 'req.body_len', 'gt', String(waited), '}']
  const [status, text] =
    bytes <= WAITED_FOR_BYTES
      ? ([413, ANSWERS.bodyTooLarge] as const)
      : ([411, ANSWERS.lengthRequired] as const)
  return [
    answer(413, ANSWERS.bodyTooLarge, [
      ...['if', '{', 'req.hdr_val(content-length)', 'gt', String(bytes), '}'],
    ]),
    [
      ...['http-request', 'wait-for-body', 'time', '10s', 'at-least', String(waited + 1)],
      ...['unless', '{', ...length],
    ],
    answer(status, text, ['if', '!{', ...length, ...isLong]),
  ]
}
