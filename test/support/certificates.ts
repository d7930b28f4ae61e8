import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** A certificate and its key, as PEM texts. */
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** What a certificate says. */
interface CertificateRequest {
  readonly commonName: string
  /** Default: localhost and 127.0.0.1. */
  readonly subjectAltName?: string
  /** For how long from now on; -1: it ended yesterday. Default 30. */
  readonly days?: number
  /** What it is signed with. Default: SHA-256. */
  readonly digest?: 'sha1'
}

/** An authority that signs certificates, made by openssl. */
export interface Authority {
  readonly cert: string
  issue(request: CertificateRequest): Promise<Certificate>
}

/** Makes an authority whose files lie in the folder. */
export async function createAuthority(folder: string, commonName: string): Promise<Authority> {
  const base = join(folder, randomUUID())
  const caKey = `${base}.key`
  const caCert = `${base}.pem`
  await run('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-days', '30', '-subj', `/CN=${commonName}`],
    ...['-keyout', caKey, '-out', caCert],
  ])
  return {
    cert: await readFile(caCert, 'utf8'),
    async issue({
      commonName,
      subjectAltName = 'DNS:localhost,IP:127.0.0.1',
      days = 30,
      digest = 'sha256',
    }) {
      const own = join(folder, randomUUID())
      await run('openssl', [
        ...['req', '-new', ...NEW_KEY, '-subj', `/CN=${commonName}`],
        ...['-keyout', `${own}.key`, '-out', `${own}.csr`],
      ])
      await writeFile(`${own}.ext`, `subjectAltName=${subjectAltName}\n`)
      await run('openssl', [
        ...['x509', '-req', `-${digest}`, '-in', `${own}.csr`, '-CA', caCert, '-CAkey', caKey],
        ...['-set_serial', `0x${randomUUID().replaceAll('-', '')}`, '-days', String(days)],
        ...['-extfile', `${own}.ext`, '-out', `${own}.pem`],
      ])
      return {
        cert: await readFile(`${own}.pem`, 'utf8'),
        key: await readFile(`${own}.key`, 'utf8'),
      }
    },
  }
}
