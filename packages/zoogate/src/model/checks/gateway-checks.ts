import type { FieldPath } from '../field-path.ts'
import type { Gateway } from '../resources/gateway.ts'
import type { SchemaIssue } from '../schema/schema-issues.ts'
import { listenersOf } from '../view/listeners.ts'
import type { Listener } from '../view/view.ts'
import { nativeIssues } from './native-checks.ts'

/** What the schema of a Gateway cannot say. Pure. */
export function gatewayIssues(gateway: Gateway): readonly SchemaIssue[] {
  return [...nativeIssues(gateway), ...listenerIssues(gateway)]
}

function listenerIssues(gateway: Gateway): readonly SchemaIssue[] {
  const listeners = listenersOf(gateway)
  return (gateway.spec.listeners ?? []).flatMap((written, index) => {
    const path: FieldPath = ['spec', 'listeners', index]
    const listener = listeners[index]
    if (listener === undefined) return []
    return [
      ...clashes(listener, listeners.slice(0, index), path),
      ...(gateway.spec.native === undefined ? tlsIssues(written, listener.protocol, path) : []),
    ]
  })
}

function clashes(
  listener: Listener,
  before: readonly Listener[],
  path: FieldPath,
): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = []
  if (before.some(({ name }) => name === listener.name)) {
    issues.push({
      path: [...path, 'name'],
      message: `"${listener.name}" is the name of another listener`,
    })
  }
  const clash = before.find(
    ({ address, port }) =>
      port === listener.port &&
      (address === listener.address || address === '*' || listener.address === '*'),
  )
  if (clash !== undefined) {
    issues.push({
      path: [...path, 'port'],
      message: `${listener.port} is taken by the listener "${clash.name}"`,
    })
  }
  return issues
}

function tlsIssues(
  { tls }: NonNullable<Gateway['spec']['listeners']>[number],
  protocol: Listener['protocol'],
  path: FieldPath,
): readonly SchemaIssue[] {
  const encrypted = protocol === 'HTTPS' || protocol === 'TLS'
  if (tls === undefined) {
    if (!encrypted) return []
    const message = `is missing: a listener of ${protocol} needs certificateRefs`
    return [{ path: [...path, 'tls'], message }]
  }
  if (!encrypted) {
    const secure = protocol === 'HTTP' ? 'HTTPS' : 'TLS'
    const message = `is not for ${protocol}: write protocol: ${secure}`
    return [{ path: [...path, 'tls'], at: 'key', message }]
  }
  const names = tls.certificateRefs.map(({ name }) => name)
  return [
    ...names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [
            {
              path: [...path, 'tls', 'certificateRefs', index, 'name'],
              message: `"${name}" is named twice`,
            },
          ],
    ),
    ...(protocol === 'TLS' && tls.http2 !== undefined
      ? [
          {
            path: [...path, 'tls', 'http2'],
            message: 'is only for HTTPS: what a listener of TLS carries is not looked into',
          },
        ]
      : []),
  ]
}
