import type { TableMember } from '../../../src/engines/httpd/control/balancer-table.ts'

/** What httpd 2.4.71 shows of these balancers. */
export function managerPage(
  table: ReadonlyMap<string, readonly TableMember[]>,
  { form = '' } = {},
): string {
  const parts = [...table].map(([name, members]) => balancerPart(name, members))
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<html><head><title>Balancer Manager</title>
<body><h1>Load Balancer Manager for http.zoogate.invalid</h1>

<dl><dt>Server Version: Apache</dt>
</dl>
${parts.join('')}<hr />
${form}</body></html>
`
}

function balancerPart(name: string, members: readonly TableMember[]): string {
  return `<hr />
<h3>LoadBalancer Status for <a href="/?b=${name}&amp;nonce=zoogate">balancer://${name}</a> [pb1de8cfd_${name}]</h3>


<table><tr><th>MaxMembers</th><th>StickySession</th><th>DisableFailover</th><th>Timeout</th><th>FailoverAttempts</th><th>Method</th><th>Path</th><th>Active</th></tr>
<tr><td>51 [${members.length} Used]</td>
<td> (None) </td><td>Off</td>
<td>0</td><td>10</td>
<td>byrequests</td>
<td>/</td>
<td>Yes</td>
</tr>
</table>
<br />

<table><tr><th>Worker URL</th><th>Route</th><th>RouteRedir</th><th>Factor</th><th>Set</th><th>Status</th><th>Elected</th><th>Busy</th><th>Load</th><th>To</th><th>From</th><th>HC Method</th><th>HC Interval</th><th>Passes</th><th>Fails</th><th>HC uri</th><th>HC Expr</th></tr>
${members.map((member) => memberRow(name, member)).join('')}</table>
`
}

function memberRow(balancer: string, member: TableMember): string {
  const { url, route, note, loadFactor, disabled, draining } = member
  const status = `Init ${draining ? 'Drn ' : ''}${disabled ? 'Dis ' : ''}${disabled ? '' : 'Ok '}`
  return `<tr>
<td><a href="/?b=${balancer}&amp;w=${encodeURI(url)}&amp;nonce=zoogate">${url}</a></td><td>${escaped(route)}</td><td>${escaped(note)}</td><td>${loadFactor.toFixed(2)}</td><td>0</td><td>${status}</td><td>7</td><td>0</td><td>100</td><td>1.2K</td><td>  0 </td><td>NONE</td><td>30000ms</td><td>1 (0)</td><td>1 (0)</td><td></td><td></td></tr>
`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
