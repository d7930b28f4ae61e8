import { expect, it } from 'vitest'
import { refusalIssue } from '../../src/model/engine-refusals.ts'
import { formatFieldPath } from '../../src/model/field-path.ts'
import { buildStructure } from '../../src/model/view-builder.ts'
import { everythingYaml, resources } from './sample-resources.ts'

const state = resources(everythingYaml)
const view = buildStructure('edge', 1, state)

it.each([
  // The resource's own field is kept.
  ['spec.rules[0].matches[1].method', 'HTTPRoute/x', 'spec.rules[0].matches[1].method'],
  // A field of the view is led back to where people wrote it.
  ['routes[2].method', 'HTTPRoute/shop', 'spec.rules[0].matches[0].method'],
  ['routes[2].hostname', 'HTTPRoute/shop', 'spec.hostnames[1]'],
  ['routes[0].backends[1].service', 'HTTPRoute/shop', 'spec.rules[0].backendRefs[1].name'],
  ['routes[0].timeouts.requestMs', 'HTTPRoute/shop', 'spec.rules[0].timeouts.request'],
  ['routes[1]', 'HTTPRoute/shop', 'spec.rules[0].matches[1]'],
  ['services["shop"].algorithm', 'Service/shop', 'spec.balance.algorithm'],
  ['services.shop.healthCheck.timeoutMs', 'Service/shop', 'spec.healthCheck.timeout'],
  [
    'services.shop.sessionPersistence.sessionName',
    'Service/shop',
    'spec.sessionPersistence.sessionName',
  ],
  ['listeners[0].address', 'Gateway/edge', 'spec.listeners[0].address'],
  ['concurrency.keepAliveMs', 'Gateway/edge', 'spec.concurrency.keepAlive'],
  // What leads nowhere stays as the engine said it.
  ['routes[99].method', 'HTTPRoute/x', 'routes[99].method'],
])('%s is %s %s', (field, resource, written) => {
  if (view === undefined) throw new Error('no view')
  const issue = refusalIssue({ resource: 'HTTPRoute/x', field, message: 'no' }, view, state)
  expect([issue.resource, formatFieldPath(issue.path)]).toEqual([resource, written])
})
