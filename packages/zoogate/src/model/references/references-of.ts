import type { FieldPath } from '../field-path.ts'
import type { Gateway } from '../resources/gateway.ts'
import type { HTTPRoute, Rule } from '../resources/http-route.ts'
import type { Resource } from '../resources/resource.ts'
import type { Service } from '../resources/service.ts'
import type { TCPRoute } from '../resources/tcp-route.ts'
import type { Secret } from '../view/view.ts'

/** A name in a resource that is another resource's. */
export type Reference =
  | {
      readonly kind: 'Gateway'
      readonly name: string
      readonly path: FieldPath
      /** One of its listeners, at `sectionName` beside the name. */
      readonly sectionName?: string
    }
  | { readonly kind: 'Service'; readonly name: string; readonly path: FieldPath }
  | {
      readonly kind: 'Secret'
      readonly name: string
      readonly path: FieldPath
      readonly type: Secret['type']
    }

/** What a resource names, in the order of its fields. Pure. */
export function referencesOf(resource: Resource): readonly Reference[] {
  switch (resource.kind) {
    case 'Gateway':
      return ofGateway(resource)
    case 'Service':
      return ofService(resource)
    case 'HTTPRoute':
      return [...ofParents(resource), ...resource.spec.rules.flatMap(ofRule)]
    case 'TCPRoute':
      return [
        ...ofParents(resource),
        ...resource.spec.rules.flatMap((rule, index) => ofBackends(rule, ['spec', 'rules', index])),
      ]
    case 'Demo':
      return [{ kind: 'Service', name: resource.spec.service, path: ['spec', 'service'] }]
    case 'Secret':
      return []
  }
}

function ofGateway({ spec }: Gateway): readonly Reference[] {
  const services = (spec.native?.services ?? []).map(
    (name, index): Reference => ({
      kind: 'Service',
      name,
      path: ['spec', 'native', 'services', index],
    }),
  )
  const secrets = (spec.listeners ?? []).flatMap(({ tls }, index) => {
    const path = ['spec', 'listeners', index, 'tls']
    return [
      ...(tls?.certificateRefs ?? []).map((ref, position) =>
        secret('TLS', ref.name, [...path, 'certificateRefs', position]),
      ),
      ...(tls?.clientCertificates === undefined
        ? []
        : [
            secret('CA', tls.clientCertificates.caRef.name, [
              ...path,
              'clientCertificates',
              'caRef',
            ]),
          ]),
    ]
  })
  return [...secrets, ...services]
}

function ofService({ spec }: Service): readonly Reference[] {
  const { caRef, clientCertificateRef } = spec?.tls ?? {}
  return [
    ...(caRef === undefined ? [] : [secret('CA', caRef.name, ['spec', 'tls', 'caRef'])]),
    ...(clientCertificateRef === undefined
      ? []
      : [secret('TLS', clientCertificateRef.name, ['spec', 'tls', 'clientCertificateRef'])]),
  ]
}

function ofParents({ spec }: HTTPRoute | TCPRoute): readonly Reference[] {
  return spec.parentRefs.map(({ name, sectionName }, index) => ({
    kind: 'Gateway',
    name,
    path: ['spec', 'parentRefs', index, 'name'],
    ...(sectionName === undefined ? {} : { sectionName }),
  }))
}

function ofRule(rule: Rule, ruleIndex: number): readonly Reference[] {
  const path = ['spec', 'rules', ruleIndex]
  const filters = (rule.filters ?? []).flatMap(
    ({ requestMirror, access }, index): readonly Reference[] => [
      ...(requestMirror === undefined
        ? []
        : [
            service(requestMirror.backendRef.name, [
              ...path,
              'filters',
              index,
              'requestMirror',
              'backendRef',
            ]),
          ]),
      ...(access?.basicAuth === undefined
        ? []
        : [
            secret('Users', access.basicAuth.usersRef.name, [
              ...path,
              'filters',
              index,
              'access',
              'basicAuth',
              'usersRef',
            ]),
          ]),
    ],
  )
  return [...filters, ...ofBackends(rule, path)]
}

function ofBackends(
  { backendRefs = [] }: Pick<Rule, 'backendRefs'>,
  path: FieldPath,
): readonly Reference[] {
  return backendRefs.map(({ name }, index) => service(name, [...path, 'backendRefs', index]))
}

function service(name: string, path: FieldPath): Reference {
  return { kind: 'Service', name, path: [...path, 'name'] }
}

function secret(type: Secret['type'], name: string, path: FieldPath): Reference {
  return { kind: 'Secret', name, path: [...path, 'name'], type }
}
