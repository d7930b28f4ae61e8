import { JuteReader } from '@zoogate/zookeeper/protocol'

/**
 * Reads requests as Apache's server does: a string that is null is empty. kazoo writes every empty string as null, the id of
 * an `auth` ACL for one.
 */
export class RequestReader extends JuteReader {
  override readString(): string {
    return this.readNullableString() ?? ''
  }
}
