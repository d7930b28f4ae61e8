/** The server that one exchange is with. */
export interface SaslServer {
  /** As the connect string names it: of a Kerberos principal `zookeeper/HOST@REALM` this is the host. */
  readonly host: string
  readonly port: number
}

/** What to do after one token of the server. */
export interface SaslStep {
  /** What to answer; undefined: nothing, which only a step that is the last one may say. */
  readonly response?: Buffer
  /** Whether nothing that the server can say after this will be looked at. A refusal always is. */
  readonly isComplete: boolean
}

/** One exchange on one connection. */
export interface SaslExchange {
  /**
   * Takes the server's token; the first call, with no bytes, asks for what opens the exchange. Throw an `AuthFailedError` for what trying again
   * cannot mend: the client is `authFailed` then. Any other error costs the connection, and the client goes on with another one.
   */
  step(challenge: Buffer): SaslStep | Promise<SaslStep>
}

/**
 * A way of proving to a server who one is, of the Simple Authentication and Security Layer (RFC 4422). Write one to plug in what this
 * package does not have, GSSAPI for example; ZooKeeper uses SASL to authenticate only, never to sign or encrypt.
 */
export interface SaslMechanism {
  /** The name that IANA has for it, for messages. */
  readonly name: string
  /** Begins an exchange: on every connection, before anything else is said. */
  start(server: SaslServer): SaslExchange | Promise<SaslExchange>
}
