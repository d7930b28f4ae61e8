import { expect, it } from 'vitest'
import type { EngineChannelEnd } from '../../src/engines/inherit/engine-messages.ts'
import { EngineChannel } from '../../src/supervisor/engine-channel.ts'

function channelOf() {
  let close = () => {}
  const end: EngineChannelEnd = {
    send: () => {},
    onMessage: () => {},
    onClose: (listener) => {
      close = listener
    },
  }
  return { channel: new EngineChannel(end), close: () => close() }
}

it('an engine that dies while it hands its sockets over keeps no supervisor waiting', async () => {
  const { channel, close } = channelOf()
  const handedOver = channel.handedOver(60_000)
  close()
  await expect(handedOver).rejects.toMatchObject({ code: 'SUPERVISOR_ENGINE_FAILED' })
})

it('an engine that hangs while it hands its sockets over is waited for so long', async () => {
  const { channel } = channelOf()
  await expect(channel.handedOver(5)).rejects.toMatchObject({ code: 'SUPERVISOR_TIMEOUT' })
})
