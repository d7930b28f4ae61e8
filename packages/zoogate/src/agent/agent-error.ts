/**
 * `AGENT_CONFIG_INVALID`: the host's agent.yaml cannot be used. `AGENT_FOLDER_TAKEN`: another agent
 * works in the node's folder. `AGENT_FOLDER_UNSAFE`: a folder belongs to somebody else.
 * `AGENT_NODE_TAKEN`: another agent goes by the node's name. `AGENT_LISTENER_BUSY`: a new listener's
 * port cannot be bound. `AGENT_REFUSED`: the engine cannot carry what is asked for. `AGENT_FORBIDDEN`:
 * the host's agent.yaml does not allow it. `AGENT_STOPPING`: the agent ends and does not wait for the
 * engine.
 */
export type AgentErrorCode =
  | 'AGENT_CONFIG_INVALID'
  | 'AGENT_FOLDER_TAKEN'
  | 'AGENT_FOLDER_UNSAFE'
  | 'AGENT_NODE_TAKEN'
  | 'AGENT_LISTENER_BUSY'
  | 'AGENT_REFUSED'
  | 'AGENT_FORBIDDEN'
  | 'AGENT_STOPPING'

export class AgentError extends Error {
  override readonly name = 'AgentError'
  readonly code: AgentErrorCode

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
